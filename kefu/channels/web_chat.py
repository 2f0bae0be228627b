"""Web chat: the widget on a page or in an app; what agents say reaches it in real time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import Field

from kefu.channels.contract import (
    EVERY_KIND,
    Capabilities,
    From,
    Handed,
    Incoming,
    Intake,
    Leaving,
    Line,
    Native,
)
from kefu.channels.tokens import issue_visitor_token, read_visitor_token
from kefu.core.errors import Invalid, Malformed
from kefu.core.ids import uuid7
from kefu.core.settings import settings
from kefu.core.shapes import Shape, line_of, text_of
from kefu.core.wire import Wire


class WidgetSettings(Shape):
    """How the widget presents itself."""

    display_name: line_of(60) | None = None  # type: ignore[valid-type]
    avatar: line_of(500) | None = None  # type: ignore[valid-type]
    hours: text_of(200) | None = None  # type: ignore[valid-type]
    suggestions: list[line_of(60)] = Field(default_factory=list, max_length=6)  # type: ignore[valid-type]


@dataclass(frozen=True)
class WebChat:
    """The widget uses the message path itself; this says the same in the contract's words."""

    name: str

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=EVERY_KIND,
            file_limit=settings().upload_limit,
            delivered=True,
            read=True,
            typing=True,
            recall=True,
            outside=False,
        )

    @property
    def settings(self) -> type[Shape]:
        return WidgetSettings

    def receive(self, line: Line, native: Native) -> Intake:
        """A `send` frame with the visitor's token."""
        token = native.headers.get("authorization", "").removeprefix("Bearer ")
        held = read_visitor_token(token, key=line.key, at=native.at)
        frame = read_object(native.body)
        name = frame.get("id")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise Invalid("A message needs its id.", field="id")
        sender = From(identities=(("visitor", str(held.customer), True),))
        message = Incoming(
            external_id=name,
            sender=sender,
            kind=frame.get("kind", "text"),
            text=frame.get("text", ""),
            content=frame.get("content"),
        )
        return Intake(messages=(message,))

    async def deliver(self, line: Line, leaving: Leaving, wire: Wire) -> Handed:  # noqa: ARG002 - the contract
        """Nothing to do: the visitor's socket has it, or gets it on return."""
        return Handed()

    async def probe(self, line: Line, wire: Wire) -> None:
        """Nothing leaves the house."""

    def sample(self, line: Line, *, external_id: str, text: str, at: datetime) -> Native:
        token = issue_visitor_token(uuid7(at), line.inbox, key=line.key, at=at)
        body = orjson.dumps({"id": external_id, "kind": "text", "text": text})
        return Native({"authorization": f"Bearer {token}"}, body, at)


def read_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not valid JSON.", field="body") from error
    if not isinstance(found, dict):
        raise Malformed("The body must be an object.", field="body")
    return found
