"""Groups: robots of DingTalk, WeCom and Feishu, as their makers' documents describe them.

A robot that does not take a message says so with a code of its maker's, in an answer of status 200.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kefu.core.clock import now
from kefu.entry.simulators.faults import Moods
from kefu.entry.simulators.gateways import json_of
from kefu.entry.simulators.pages import Words, local_app, page, paragraph, table, time_of

WINDOW_SECONDS = 3600
MAKERS = {
    "dingtalk": ("钉钉", "DingTalk"),
    "wecom": ("企业微信", "WeCom"),
    "feishu": ("飞书", "Feishu"),
}
SIGNATURE_WRONG = {"dingtalk": 310000, "feishu": 19021}
TOKEN_MISSING = {"dingtalk": 300001, "wecom": 93000}
SHAPE_WRONG = {"dingtalk": 400105, "wecom": 40008, "feishu": 9499}
COUNTS = {
    "said": ("消息", "Messages"),
    "refused": ("被拒", "Refused"),
    "busy": ("被拒后应重试", "Refused, to be tried again"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A text in a group."""

    maker: str
    group: str
    text: str
    at: datetime


class Groups:
    """Groups with one robot each; `secret` signs, where robots of a maker can be signed for."""

    def __init__(self, secret: str | None, moods: Moods) -> None:
        self._secret, self.moods = secret, moods
        self.said: list[Said] = []
        self.counts: Counter[str] = Counter()

    async def dingtalk(self, request: Request) -> Response:
        """`access_token`, and `timestamp` and `sign`, stand in the address."""
        asked = request.query_params
        stamp = asked.get("timestamp", "")
        signed = self._secret is None or is_signed(
            self._secret, f"{stamp}\n{self._secret}", asked.get("sign", ""), stamp, unit=1000
        )
        return await self._heard("dingtalk", asked.get("access_token", ""), request, signed=signed)

    async def wecom(self, request: Request) -> Response:
        """`key` stands in the address; nothing is signed."""
        return await self._heard("wecom", request.query_params.get("key", ""), request, signed=True)

    async def feishu(self, request: Request) -> Response:
        """The hook stands in the path, `timestamp` and `sign` in the body."""
        body = await json_of(request)
        stamp = str(body.get("timestamp", ""))
        signed = self._secret is None or is_signed(
            f"{stamp}\n{self._secret}", "", str(body.get("sign", "")), stamp, unit=1
        )
        return await self._heard("feishu", request.path_params["hook"], request, signed=signed)

    async def _heard(self, maker: str, group: str, request: Request, *, signed: bool) -> Response:
        if self.moods.next() == "busy":
            self.counts["busy"] += 1
            return JSONResponse({}, 503)
        text = text_of(maker, await json_of(request))
        if not group:
            return self._refused(maker, TOKEN_MISSING[maker], "token is not exist")
        if not signed:
            return self._refused(maker, SIGNATURE_WRONG[maker], "sign not match")
        if not text:
            return self._refused(maker, SHAPE_WRONG[maker], "param err")
        self.said.append(Said(maker, f"…{group[-4:]}", text, now()))
        self.counts["said"] += 1
        return JSONResponse(answer_of(maker, 0, "ok"))

    def _refused(self, maker: str, code: int, why: str) -> Response:
        self.counts["refused"] += 1
        return JSONResponse(answer_of(maker, code, why))

    async def shown(self, request: Request) -> HTMLResponse:
        """What was said in the groups, the newest first."""
        words = Words(request)
        heads = [words.say("时间", "Time"), words.say("平台", "Platform")]
        heads += [words.say("群", "Group"), words.say("内容", "Text")]
        rows = [
            (time_of(one.at), words.say(*MAKERS[one.maker]), one.group, one.text)
            for one in reversed(self.said)
        ]
        counts = [f"{words.say(*say)}: {self.counts[name]}" for name, say in COUNTS.items()]
        title = words.say("群机器人模拟器", "Group robot simulator")
        return page(words, title, paragraph(" · ".join(counts)), table(heads, rows))


def is_signed(key: str, message: str, given: str, stamp: str, *, unit: int) -> bool:
    """HMAC-SHA256 in base64, of a moment within the hour; `unit` of them are a second."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        return False
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    fresh = abs(now().timestamp() - int(stamp) / unit) <= WINDOW_SECONDS
    return fresh and hmac.compare_digest(base64.b64encode(digest), given.encode())


def text_of(maker: str, body: dict[str, Any]) -> str:
    """The words in a text message of this maker's shape; nothing where it is another one."""
    kind, part, name = ("msgtype", "text", "content")
    if maker == "feishu":
        kind, part, name = ("msg_type", "content", "text")
    inner = body.get(part)
    if body.get(kind) != "text" or not isinstance(inner, dict):
        return ""
    words = inner.get(name)
    return words if isinstance(words, str) else ""


def answer_of(maker: str, code: int, why: str) -> dict[str, Any]:
    return {"code": code, "msg": why} if maker == "feishu" else {"errcode": code, "errmsg": why}


def groups_app(groups: Groups) -> Starlette:
    """The makers' addresses below one, and a page."""
    return local_app(
        [
            Route("/robot/send", groups.dingtalk, methods=["POST"]),
            Route("/cgi-bin/webhook/send", groups.wecom, methods=["POST"]),
            Route("/open-apis/bot/v2/hook/{hook}", groups.feishu, methods=["POST"]),
            Route("/", groups.shown),
        ]
    )
