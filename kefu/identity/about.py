"""The about page: mission, functions and contact hours of the department, in both languages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.identity.actor import Actor
from kefu.identity.events import AboutChanged
from kefu.identity.model import AboutPage

PAGE = UUID(int=1)
AT_FIRST: dict[str, Any] = {
    "zh-CN": {
        "mission": "以客户为中心，提供卓越的客户体验，高效解决客户需求，为客户创造价值。",
        "functions": ["售前咨询", "订单与物流查询", "退换货与售后", "投诉处理", "产品问题反馈"],
        "contact_hours": "每天 9:00–21:00（北京时间）",
    },
    "en": {
        "mission": (
            "To put customers first, solve what they need without delay, and make every contact "
            "worth their while."
        ),
        "functions": [
            "Advice before buying",
            "Orders and deliveries",
            "Returns and after-sales service",
            "Complaints",
            "Feedback on products",
        ],
        "contact_hours": "Every day 9:00–21:00 (Beijing time)",
    },
}


async def about(db: Session) -> dict[str, Any]:
    """The page as configured; sensible words until somebody writes better ones."""
    page = await db.get(AboutPage, 1)
    return page.texts if page else AT_FIRST


async def write_about(db: Session, texts: dict[str, Any], *, by: Actor) -> None:
    row = insert(AboutPage).values(id=1, texts=texts, changed_at=now())
    await db.execute(
        row.on_conflict_do_update(
            index_elements=["id"], set_={"texts": texts, "changed_at": row.excluded.changed_at}
        )
    )
    await record(db, AboutChanged(subject=PAGE, actor=by.id))
