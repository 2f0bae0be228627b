"""Inboxes: the doors through which customers come; made, changed and put away."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select

from kefu.conversations.events import InboxChanged
from kefu.conversations.model import Inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.shapes import Shape
from kefu.identity import Actor, teams_named
from kefu.promises import Calendar, counts_in

ORIGINS = 50
HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ORIGIN = re.compile(rf"(?:https?://)?(?:\*\.)?{HOST}(?::[1-9]\d{{0,4}})?")

CHANNELS: dict[str, type[Shape]] = {}
"""The channels an inbox may use, each with the shape of its settings; adapters join by name."""


def new_secret() -> str:
    """What the shop signs identities and requests with."""
    return secrets.token_urlsafe(32)


async def create_inbox(db: Session, fields: Mapping[str, Any], *, by: Actor) -> Inbox:
    """A new inbox, with a secret of its own."""
    checked = await checked_fields(db, fields, channel=fields["channel"])
    inbox = Inbox(**checked, secret=new_secret())
    db.add(inbox)
    await _tell(db, inbox, "created", by=by)
    return inbox


async def change_inbox(db: Session, inbox: Inbox, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Change what was named; the channel stays, for its conversations came through it."""
    checked = await checked_fields(db, changes, channel=inbox.channel)
    changed = {name: value for name, value in checked.items() if getattr(inbox, name) != value}
    for name, value in changed.items():
        setattr(inbox, name, value)
    if changed:
        await _tell(db, inbox, "changed", by=by)


async def checked_fields(db: Session, fields: Mapping[str, Any], *, channel: str) -> dict[str, Any]:
    """The fields as they may be kept; refuses by name what does not fit."""
    checked = dict(fields)
    if "channel" in fields and channel not in CHANNELS:
        raise Invalid(
            "There is no such channel.", field="channel", limit=", ".join(sorted(CHANNELS))
        )
    if "allowed_origins" in fields:
        checked["allowed_origins"] = checked_origins(fields["allowed_origins"])
    if "settings" in fields:
        checked["settings"] = checked_settings(channel, fields["settings"])
    team = fields.get("team_id")
    if team is not None and team not in await teams_named(db, {team}):
        raise Invalid("There is no such team.", field="team_id")
    return checked


def checked_origins(origins: list[str]) -> list[str]:
    """Origins as `https://shop.example` or `*.shop.example`, each once, in small letters."""
    kept: dict[str, None] = {}
    for origin in origins:
        plain = origin.strip().lower().rstrip("/")
        if len(plain) > 300 or not ORIGIN.fullmatch(plain):
            raise Invalid(
                "An origin is written like https://shop.example or *.shop.example.",
                field="allowed_origins",
                detail=origin[:100],
            )
        kept[plain] = None
    return list(kept)


def checked_settings(channel: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The channel's own settings, in the shape that its adapter gives."""
    shape = CHANNELS.get(channel)
    if shape is None:
        raise Invalid("There is no such channel.", field="channel")
    try:
        return shape.model_validate(given).model_dump(mode="json", exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["settings", *(str(part) for part in first["loc"])])
        raise Invalid(first["msg"].removeprefix("Value error, "), field=place) from error


async def rotate_secret(db: Session, inbox: Inbox, *, by: Actor) -> str:
    """A new secret from now on; what was signed with the old one no longer holds."""
    inbox.secret = new_secret()
    await _tell(db, inbox, "secret_rotated", by=by)
    return inbox.secret


async def archive_inbox(db: Session, inbox: Inbox, *, by: Actor) -> None:
    """Put an inbox away: its conversations stay, nobody new comes in."""
    if inbox.archived_at is not None:
        raise Conflict("This inbox is put away already.", code="archived")
    inbox.archived_at = now()
    await _tell(db, inbox, "archived", by=by)


async def _tell(db: Session, inbox: Inbox, change: str, *, by: Actor) -> None:
    await db.flush()
    event = InboxChanged(subject=inbox.id, actor=by.id, change=change, channel=inbox.channel)
    await record(db, event, {"id": str(inbox.id), "name": inbox.name, "channel": inbox.channel})


async def inbox_for(db: Session, inbox_id: UUID, *, lock: bool = False) -> Inbox:
    """An inbox, put away or not, for whoever may read inboxes."""
    inbox = await db.get(Inbox, inbox_id, with_for_update=lock or None)
    if inbox is None:
        raise NotFound("There is no such inbox.")
    return inbox


async def inboxes(db: Session, *, archived: bool) -> list[Inbox]:
    """Every inbox, the oldest first."""
    query = select(Inbox).order_by(Inbox.created_at, Inbox.id)
    if not archived:
        query = query.where(Inbox.archived_at.is_(None))
    return list(await db.scalars(query))


def snippet_of(inbox: Inbox, base_url: str) -> str:
    """The one line that puts the widget on a page."""
    source = escape(f"{base_url}/widget.js")
    return f'<script async src="{source}" data-inbox="{inbox.id}"></script>'


async def inboxes_open_by(db: Session, calendar: Calendar) -> Sequence[str]:
    """The inboxes in use that this calendar opens and closes."""
    query = select(Inbox.name).where(Inbox.calendar_id == calendar.id, Inbox.archived_at.is_(None))
    return (await db.scalars(query.order_by(Inbox.name))).all()


counts_in("inbox", inboxes_open_by)
