"""Platforms: one whose customers write through the signed API, and where answers arrive."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from typing import Any

import orjson
from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kefu.channels.signatures import check_signed, signed
from kefu.core.clock import now
from kefu.core.errors import Unauthenticated
from kefu.entry.replaying.public_api import PublicApi, Visit, bearer
from kefu.entry.simulators.chats import Chat, NoSuchCustomer, PlatformBook
from kefu.entry.simulators.faults import Faults, Moods
from kefu.entry.simulators.running import Mouth, beats

HOOK = "/kefu"
AT_ONCE = 100
LAST_TRIES = 3
"""At the end, what was lost on the way is told again so often."""


class InboxLine:
    """The platform's way to one inbox of Kefu; it knows the inbox's secret and nothing else."""

    def __init__(self, api: PublicApi, inbox: str, secret: str) -> None:
        self.api, self.inbox, self.secret = api, inbox, secret
        self._visits: dict[str, Visit] = {}

    async def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Messages or reports, signed."""
        raw = orjson.dumps(body)
        headers = signed(self.secret, raw, now()) | {"Content-Type": "application/json"}
        return await self.api.send("POST", f"/channels/{self.inbox}/messages", headers, content=raw)

    async def upload(self, chat: Chat) -> dict[str, Any]:
        """The content of a picture message of this customer."""
        visit = await self._visit(chat)
        files = {"file": ("照片.png", a_picture(chat.number))}
        path = f"/widget/{self.inbox}/files"
        return await self.api.send("POST", path, bearer(visit.token), files=files)

    async def messages(self, chat: Chat, conversation: str) -> list[dict[str, Any]]:
        """Everything that Kefu shows this customer of a conversation."""
        visit = await self._visit(chat)
        found: list[dict[str, Any]] = []
        after: str | None = "0"
        while after is not None:
            asked = f"conversation={conversation}&after={after}&limit={AT_ONCE}"
            path = f"/widget/{self.inbox}/messages?{asked}"
            told = await self.api.ask("GET", path, token=visit.token)
            found += told["items"]
            after = told["next_cursor"]
        return found

    async def _visit(self, chat: Chat) -> Visit:
        """A session of the customer, whom the platform signs in."""
        if chat.number not in self._visits:
            digest = hmac.new(self.secret.encode(), chat.number.encode(), hashlib.sha256)
            identity = {"external_id": chat.number, "hash": digest.hexdigest()}
            self._visits[chat.number] = await self.api.come_in(self.inbox, identity=identity)
        return self._visits[chat.number]


def a_picture(words: str) -> bytes:
    """A photo, as far as a drawing can be one."""
    picture = Image.new("RGB", (480, 320), "#d7dde5")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 120, 440, 200), fill="#3a6ea5")
    draw.line((40, 160, 440, 160), fill="#f2c14e", width=6)
    draw.text((40, 280), words, fill="#1b2733")
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def platform_mouth(book: PlatformBook, line: InboxLine, faults: Faults) -> Mouth:
    """Tells Kefu what customers write and read, and puts the receipts into the book."""

    async def send(_path: str, body: dict[str, Any]) -> None:
        for message in body.get("messages", ()):
            if message.get("kind") == "picture":
                chat = book.chats[message["sender"]["id"]]
                chat.picture = chat.picture or await line.upload(chat)
                message["content"] = chat.picture
        book.receipt(body, await line.post(body))

    return Mouth(send, faults)


async def run_platform(
    book: PlatformBook, mouth: Mouth, *, every: float, customers: int, seconds: float | None = None
) -> None:
    """A step every so many seconds; a new customer comes with each, up to so many."""
    async for _ in beats(every, seconds):
        await mouth.tell(book.step(now(), new=len(book.chats) < customers))
    await mouth.rest()
    for _ in range(LAST_TRIES):
        await mouth.tell(book.again())
        await mouth.rest()


class Hook:
    """Where Kefu delivers: signatures are checked, repeats known, and now and then it is away."""

    def __init__(self, book: PlatformBook, secret: str, moods: Moods) -> None:
        self._book, self._secret, self._moods = book, secret, moods

    async def take(self, request: Request) -> Response:
        """One delivery."""
        raw = await request.body()
        try:
            check_signed(self._secret, request.headers, raw, now())
            body = json.loads(raw)
            kind = body["type"]
        except Unauthenticated as refused:
            self._book.counts["forged"] += 1
            return JSONResponse({"code": refused.code}, 401)
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"code": "unreadable"}, 422)
        return self._message(request, body) if kind == "message" else JSONResponse({})

    def _message(self, request: Request, body: dict[str, Any]) -> Response:
        mood = self._moods.next()
        away = JSONResponse({"code": "try_again"}, 503)
        if mood == "busy":
            return away
        try:
            entry = self._book.receive(request.headers["x-kefu-delivery"], body, now())
        except NoSuchCustomer:
            return JSONResponse({"code": "no_such_customer"}, 404)
        except (KeyError, TypeError):
            return JSONResponse({"code": "unreadable"}, 422)
        if mood == "silent":
            return away
        status = {"status": "delivered"} if entry.status != "arrived" else {}
        return JSONResponse({"external_id": entry.key, **status})
