"""Hours: whether people answer an inbox just now."""

from __future__ import annotations

from kefu.conversations import Inbox
from kefu.core.db import Session
from kefu.promises import is_open_now


async def is_staffed(db: Session, inbox: Inbox) -> bool:
    """Whether the inbox's calendar is open; without a calendar it always is."""
    return inbox.calendar_id is None or await is_open_now(db, inbox.calendar_id)
