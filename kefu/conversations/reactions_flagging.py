"""What happens when a message with a flagged word has come."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.flagging import flag_messages
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to

GAPS["main"] = 0.2


@reacts_to("message.received", "message.sent")
async def point_out(db: Session, facts: list[Fact]) -> None:
    """Tell whoever leads."""
    await flag_messages(db, [UUID(fact.details["message"]) for fact in facts])
