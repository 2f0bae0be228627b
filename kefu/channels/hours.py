"""Hours: whether people answer an inbox just now."""

from __future__ import annotations

from kefu.conversations import Inbox
from kefu.core.db import Session


async def is_staffed(_db: Session, inbox: Inbox) -> bool:
    """Whether the inbox is open; one without a calendar always is."""
    return inbox.archived_at is None
