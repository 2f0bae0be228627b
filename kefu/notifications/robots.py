"""The port for group robots of DingTalk, WeCom and Feishu: one text to a group's webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx

from kefu.core.clock import now
from kefu.core.errors import Invalid

Maker = Literal["dingtalk", "wecom", "feishu"]
HOSTS: dict[Maker, frozenset[str]] = {
    "dingtalk": frozenset({"oapi.dingtalk.com"}),
    "wecom": frozenset({"qyapi.weixin.qq.com"}),
    "feishu": frozenset({"open.feishu.cn", "open.larksuite.com"}),
}
TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot in a group, as its administrator copied it: address and, if set, signing secret."""

    maker: Maker
    url: str
    secret: str | None = None

    def check(self) -> None:
        """Only the makers' own hosts are called, so that no address inside can be reached."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" or parts.hostname not in HOSTS[self.maker]:
            raise Invalid("This is not the address of such a robot.", field="url")


class RobotSpeaker(Protocol):
    """Says a text in a robot's group, or raises."""

    async def say(self, robot: Robot, words: str) -> None: ...


@dataclass
class MemoryRobotSpeaker:
    """Keeps what was said, for tests and development."""

    said: list[tuple[Robot, str]] = field(default_factory=list)

    async def say(self, robot: Robot, words: str) -> None:
        self.said.append((robot, words))


class RobotRefused(Exception):
    """The robot's service answered with an error code."""


class WebhookRobotSpeaker:
    """Calls the robots' webhooks; with `base`, an operator has them played on this machine."""

    def __init__(self, client: httpx.AsyncClient, base: str | None = None) -> None:
        if base is not None and not is_on_this_machine(base):
            raise ValueError("KEFU_ROBOT_BASE must look like http://127.0.0.1:9105.")
        self._client, self._base = client, base

    async def say(self, robot: Robot, words: str) -> None:
        robot.check()
        seconds = int(now().timestamp())
        answer = await self._client.post(
            self._address_of(robot).copy_merge_params(dingtalk_signature(robot, seconds)),
            json=body_of(robot, words, seconds),
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        code = said.get("errcode", said.get("code", 0))
        if code:
            raise RobotRefused(f"{robot.maker}: {code}")

    def _address_of(self, robot: Robot) -> httpx.URL:
        """The robot's own address, or the same path below the operator's."""
        url = httpx.URL(robot.url)
        if self._base is None:
            return url
        base = httpx.URL(self._base)
        return url.copy_with(scheme=base.scheme, host=base.host, port=base.port)


def is_on_this_machine(base: str) -> bool:
    """Whether this is an address of the loopback with nothing behind it."""
    try:
        parts = urlsplit(base)
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback and parts.port != 0
    except ValueError:
        return False
    rest = (parts.username, parts.path.rstrip("/"), parts.query, parts.fragment)
    return loopback and parts.scheme == "http" and not any(rest)


def body_of(robot: Robot, words: str, seconds: int) -> dict[str, Any]:
    """The text in the shape this maker reads."""
    if robot.maker != "feishu":
        return {"msgtype": "text", "text": {"content": words}}
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": words}}
    if robot.secret:
        sign = signature(f"{seconds}\n{robot.secret}", "")
        body |= {"timestamp": str(seconds), "sign": sign}
    return body


def dingtalk_signature(robot: Robot, seconds: int) -> dict[str, str]:
    """What DingTalk wants to see in the address; the others want nothing there."""
    if robot.maker != "dingtalk" or not robot.secret:
        return {}
    stamp = str(seconds * 1000)
    return {"timestamp": stamp, "sign": signature(robot.secret, f"{stamp}\n{robot.secret}")}


def signature(key: str, message: str) -> str:
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
