"""Reactions: what customers should hear of their orders is brought to them."""

from __future__ import annotations

from kefu.channels.notices import deliver_notices
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.core.settings import settings


@reacts_to("notice.due", group="notice_delivery")
async def bring_notices(db: Session, facts: list[Fact]) -> None:
    await deliver_notices(db, [fact.subject for fact in facts], chosen=settings())
