"""Checking what somebody wants to send, before it joins a batch; refusals name the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from kefu.conversations.contents import check_shape
from kefu.conversations.file_links import check_given
from kefu.conversations.model import Kind
from kefu.core.clock import iso, now
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7_time
from kefu.core.shapes import clean

TEXT_LIMIT = 8000
CONTENT_LIMIT = 16_000
SKEW_LIMIT = timedelta(hours=24)
WITH_TEXT = frozenset({Kind.TEXT, Kind.NOTE})
WITH_FILE = frozenset({Kind.PICTURE, Kind.FILE, Kind.VOICE})

VISITOR_KINDS = frozenset(
    {Kind.TEXT, Kind.PICTURE, Kind.FILE, Kind.VOICE, Kind.PRODUCT, Kind.ORDER, Kind.FORM}
)
AGENT_KINDS = frozenset(Kind) - {Kind.SYSTEM}
REQUIRED: dict[str, tuple[str, ...]] = {
    Kind.PRODUCT: ("id", "title"),
    Kind.ORDER: ("number",),
    Kind.ARTICLE: ("id", "title"),
    Kind.CHOICES: ("options",),
    Kind.FORM: ("fields",),
}


def message_id(value: Any) -> UUID:
    """A client's own message id: UUIDv7, not more than 24 h off the server's time."""
    identifier = an_id(value, "id")
    if identifier.version != 7:
        raise Invalid("A message id must be a UUID of version 7.", field="id")
    if abs(uuid7_time(identifier) - now()) > SKEW_LIMIT:
        raise Invalid(
            "The clock of your device is more than 24 hours off.",
            code="clock_skew",
            field="id",
            limit="24 h",
            detail=iso(now()),
        )
    return identifier


def an_id(value: Any, field: str) -> UUID:
    """A UUID in its canonical form."""
    if isinstance(value, str) and len(value) == 36:
        try:
            return UUID(value)
        except ValueError:
            pass
    raise Invalid("This is not a valid id.", field=field)


def a_seq(value: Any, field: str = "seq") -> int:
    """A conversation's number: 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise Invalid("This is not a valid number.", field=field)
    return value


def a_text(value: Any, *, limit: int = TEXT_LIMIT, field: str = "text") -> str:
    """Text as it was written; refused when too long or not storable."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid("This must be text.", field=field)
    if len(value) > limit:
        raise Invalid("The text is too long.", field=field, limit=limit, code="too_long")
    try:
        return clean(value)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error


def a_kind(value: Any, allowed: frozenset[Kind]) -> Kind:
    """A kind of message that this side may send."""
    known = {kind.value: kind for kind in allowed}
    if not isinstance(value, str) or value not in known:
        raise Invalid(
            "This kind of message cannot be sent.", field="kind", limit=", ".join(sorted(known))
        )
    return known[value]


def a_content(kind: Kind, value: Any, text: str) -> dict[str, Any] | None:
    """The structured part that a kind needs; odd text inside it is refused as well."""
    if kind in WITH_TEXT and not text.strip():
        raise Invalid("The message is empty.", field="text", code="empty")
    if value is None and kind in WITH_TEXT:
        return None
    if not isinstance(value, Mapping):
        raise Invalid("This kind of message needs its content.", field="content")
    encoded = orjson.dumps(value)
    if len(encoded) > CONTENT_LIMIT:
        raise Invalid("The content is too long.", field="content", limit=CONTENT_LIMIT)
    if b"\\u0000" in encoded:
        raise Invalid("The content contains a NUL character.", field="content")
    _check_parts(kind, value)
    check_shape(kind, value)
    _check_links(value)
    return check_given(value) if kind in WITH_FILE else dict(value)


def _check_parts(kind: Kind, value: Mapping[str, Any]) -> None:
    for name in REQUIRED.get(kind, ()):
        if not value.get(name):
            raise Invalid("A part of the content is missing.", field=f"content.{name}")
    if kind in WITH_FILE:
        an_id(value.get("file"), "content.file")


def _check_links(value: Mapping[str, Any]) -> None:
    for name in ("url", "image"):
        link = value.get(name)
        if link is None:
            continue
        if not isinstance(link, str) or not link.startswith(("https://", "http://", "/")):
            raise Invalid("Only web addresses can be linked.", field=f"content.{name}")
