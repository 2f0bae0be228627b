"""The signed API: any system with a web server of its own becomes a channel, in two requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import orjson
from pydantic import Field, ValidationError

from kefu.channels.contract import (
    EVERY_KIND,
    Capabilities,
    From,
    Handed,
    Incoming,
    Intake,
    Later,
    Leaving,
    Line,
    Native,
    Never,
    Report,
)
from kefu.channels.signatures import check_signed, signed
from kefu.channels.web_chat import read_object
from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.shapes import Shape, line_of, text_of
from kefu.core.wire import Answer, Unreachable, Wire

AT_ONCE = 100
BUSY = frozenset({408, 409, 423, 425, 429})


Kind = Literal["external_id", "unionid", "openid", "phone", "email", "device"]


class ApiSettings(Shape):
    """Where our messages go; without an address they only stay to be read."""

    callback_url: line_of(2000) | None = None  # type: ignore[valid-type]


class SenderBody(Shape):
    """Who wrote; `verified` names what the other side has checked itself."""

    id: line_of(200)  # type: ignore[valid-type]
    name: line_of(80) | None = None  # type: ignore[valid-type]
    email: line_of(320) | None = None  # type: ignore[valid-type]
    phone: line_of(40) | None = None  # type: ignore[valid-type]
    external_id: line_of(200) | None = None  # type: ignore[valid-type]
    unionid: line_of(200) | None = None  # type: ignore[valid-type]
    openid: line_of(200) | None = None  # type: ignore[valid-type]
    device: line_of(200) | None = None  # type: ignore[valid-type]
    locale: line_of(35) | None = None  # type: ignore[valid-type]
    verified: list[Kind] = Field(default_factory=list)


class ApiMessage(Shape):
    id: line_of(200)  # type: ignore[valid-type]
    sender: SenderBody
    kind: line_of(20) = "text"  # type: ignore[valid-type]
    text: text_of(8000) = ""  # type: ignore[valid-type]
    content: dict[str, Any] | None = None
    context: dict[str, Any] = Field(default_factory=dict)


class ApiReport(Shape):
    message: UUID
    status: Literal["delivered", "read", "failed"]
    error: text_of(300) | None = None  # type: ignore[valid-type]


class ApiBody(Shape):
    """Up to a hundred messages and reports."""

    messages: Annotated[list[ApiMessage], Field(max_length=AT_ONCE)] = Field(default_factory=list)
    reports: Annotated[list[ApiReport], Field(max_length=AT_ONCE)] = Field(default_factory=list)


@dataclass(frozen=True)
class SignedApi:
    name: str

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(kinds=EVERY_KIND - {"system"}, delivered=True, read=True)

    @property
    def settings(self) -> type[Shape]:
        return ApiSettings

    def receive(self, line: Line, native: Native) -> Intake:
        check_signed(line.secret, native.headers, native.body, native.at)
        try:
            body = ApiBody.model_validate(read_object(native.body))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            said = first["msg"].removeprefix("Value error, ")
            raise Invalid(said, field=place or "body") from error
        return Intake(
            messages=tuple(incoming(message) for message in body.messages),
            reports=tuple(Report(one.message, one.status, one.error) for one in body.reports),
        )

    async def deliver(self, line: Line, leaving: Leaving, wire: Wire) -> Handed:
        url = line.settings.get("callback_url")
        if not url:
            return Handed()
        body = {
            "type": "message",
            "inbox": str(line.inbox),
            "conversation": str(leaving.conversation),
            "customer": dict(leaving.customer),
            "message": {
                **leaving.shown,
                "id": str(leaving.id),
                "kind": leaving.kind,
                "text": leaving.text,
            },
        }
        answer = await self._post(line, url, body, wire, delivery=str(leaving.id))
        return handed(answer)

    async def probe(self, line: Line, wire: Wire) -> None:
        url = line.settings.get("callback_url")
        if url:
            body = {"type": "probe", "inbox": str(line.inbox)}
            await self._post(line, url, body, wire, delivery="probe")

    async def _post(
        self, line: Line, url: str, body: dict[str, Any], wire: Wire, *, delivery: str
    ) -> Answer:
        raw = orjson.dumps(body)
        headers = signed(line.secret, raw, now()) | {"x-kefu-delivery": delivery}
        try:
            answer = await wire.post(url, raw, headers)
        except Unreachable as error:
            if error.for_good:
                raise Never(str(error)) from error
            raise Later(str(error)) from error
        if 200 <= answer.status < 300:
            return answer
        if 400 <= answer.status < 500 and answer.status not in BUSY:
            raise Never(f"HTTP {answer.status}")
        raise Later(f"HTTP {answer.status}")

    def sample(self, line: Line, *, external_id: str, text: str, at: datetime) -> Native:
        sender = {"id": f"sample-{external_id}", "name": "Kefu"}
        body = orjson.dumps({"messages": [{"id": external_id, "sender": sender, "text": text}]})
        return Native(signed(line.secret, body, at), body, at)


def incoming(message: ApiMessage) -> Incoming:
    """The message in the form that all channels share."""
    sender = message.sender
    identities = [("api", sender.id, True)]
    for kind in get_args(Kind):
        value = getattr(sender, kind)
        if value is not None:
            identities.append((kind, value, kind in sender.verified))
    return Incoming(
        external_id=message.id,
        sender=From(
            identities=tuple(identities),
            name=sender.name,
            email=sender.email,
            phone=sender.phone,
            locale=sender.locale,
        ),
        kind=message.kind,
        text=message.text,
        content=message.content,
        context=message.context,
    )


def handed(answer: Answer) -> Handed:
    """What the other side says of a message it took; its own number of it is welcome."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return Handed()
    if not isinstance(told, dict):
        return Handed()
    name = told.get("external_id")
    return Handed(
        external_id=name[:200] if isinstance(name, str) else None,
        delivered=told.get("status") == "delivered",
    )
