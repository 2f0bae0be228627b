"""What happens when a message with a flagged word has come, or one that says it all again."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.events_tools import MessageFlagged
from kefu.conversations.flagging import flag_messages, tell_leaders
from kefu.conversations.handing_over import mark_repetitions
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to

GAPS["main"] = 0.4


@reacts_to("message.received", "message.sent")
async def point_out(db: Session, facts: list[Fact]) -> None:
    """Look for flagged words."""
    await flag_messages(db, [UUID(fact.details["message"]) for fact in facts])


@reacts_to(MessageFlagged, group="notices")
async def inform_leaders(db: Session, facts: list[Fact]) -> None:
    """Tell whoever leads."""
    await tell_leaders(db, facts)


@reacts_to("message.received")
async def notice_repetitions(db: Session, facts: list[Fact]) -> None:
    """Mark where a customer had to explain again after a transfer."""
    await mark_repetitions(db, {UUID(fact.details["message"]): fact.subject for fact in facts})
