"""Gateways: one for text messages, which keeps what it was given and shows it, numbers masked."""

from __future__ import annotations

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
from kefu.customers import masked_phone
from kefu.entry.simulators.faults import Moods
from kefu.entry.simulators.pages import Words, local_app, page, paragraph, table, time_of

FIELDS = ("to", "text", "key")
COUNTS = {
    "sent": ("已发送", "Sent"),
    "repeats": ("认出的重复", "Repeats known"),
    "busy": ("被拒后应重试", "Refused, to be tried again"),
    "forged": ("令牌错误", "Wrong tokens"),
    "conflicts": ("同一编号内容不同", "One key, two messages"),
}


@dataclass
class TextSent:
    """A text message that left for a telephone."""

    to: str
    text: str
    at: datetime
    copies: int = 1


class TextGateway:
    """Takes `to`, `text` and `key`; a key that came before is known and sends nothing."""

    def __init__(self, token: str, moods: Moods) -> None:
        self._token, self.moods = token, moods
        self.sent: dict[str, TextSent] = {}
        self.counts: Counter[str] = Counter()

    async def take(self, request: Request) -> Response:
        """One message, if whoever gives it knows the token."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return self._refused("forged", 401)
        body = await json_of(request)
        if not all(isinstance(body.get(name), str) and body[name] for name in FIELDS):
            return self._refused("unreadable", 422)
        if request.headers.get("idempotency-key") != body["key"]:
            return self._refused("unreadable", 422)
        mood = self.moods.next()
        if mood == "busy":
            return self._refused("busy", 503)
        answer = self._send(body)
        return self._refused("busy", 503) if mood == "silent" else answer

    def _send(self, body: dict[str, Any]) -> Response:
        known = self.sent.get(body["key"])
        if known is None:
            self.sent[body["key"]] = TextSent(body["to"], body["text"], now())
            self.counts["sent"] += 1
            return JSONResponse({"repeat": False})
        if (known.to, known.text) != (body["to"], body["text"]):
            return self._refused("conflicts", 409)
        known.copies += 1
        self.counts["repeats"] += 1
        return JSONResponse({"repeat": True})

    def _refused(self, why: str, status: int) -> Response:
        self.counts[why] += 1
        return JSONResponse({"code": why}, status)

    async def shown(self, request: Request) -> HTMLResponse:
        """What was sent, the newest first."""
        words = Words(request)
        heads = [words.say("时间", "Time"), words.say("手机号", "Telephone")]
        heads += [words.say("内容", "Text"), words.say("收到次数", "Times received")]
        rows = [
            (time_of(one.at), masked_phone(one.to), one.text, one.copies)
            for one in reversed(self.sent.values())
        ]
        counts = [f"{words.say(*say)}: {self.counts[name]}" for name, say in COUNTS.items()]
        title = words.say("短信网关模拟器", "SMS gateway simulator")
        return page(words, title, paragraph(" · ".join(counts)), table(heads, rows))


async def json_of(request: Request) -> dict[str, Any]:
    """The object in the body; an empty one where there is none."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def gateway_app(gateway: TextGateway) -> Starlette:
    """`POST /sms` as `KEFU_SMS_URL` asks for it, and a page."""
    return local_app([Route("/sms", gateway.take, methods=["POST"]), Route("/", gateway.shown)])
