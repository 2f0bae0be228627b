"""The demo shop's calendars, policies and a task, made once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kefu.core.db import Session
from kefu.promises.model import Calendar, Policy

WEEKDAYS = [[["09:00", "12:00"], ["13:30", "18:00"]]] * 5
CALENDARS: list[dict[str, Any]] = [
    {
        "name": "双班客服（早 8 点至凌晨 1 点）",
        "timezone": "Asia/Shanghai",
        "week": [[["08:00", "01:00"]]] * 7,
    },
    {
        "name": "售后工作日（含调休）",
        "timezone": "Asia/Shanghai",
        "week": [*WEEKDAYS, [], []],
        "chinese_holidays": True,
        "days": [{"date": "2026-11-11", "hours": [["08:00", "24:00"]], "name": "双十一"}],
    },
]


async def load_demo(db: Session) -> None:
    """Add what is not there yet; what somebody changed stays as it is."""
    calendars = {calendar.name: calendar.id for calendar in await db.scalars(select(Calendar))}
    for given in CALENDARS:
        if given["name"] not in calendars:
            calendar = Calendar(**given)
            db.add(calendar)
            await db.flush()
            calendars[calendar.name] = calendar.id
    known = set(await db.scalars(select(Policy.name)))
    shift, weekdays = (calendars[given["name"]] for given in CALENDARS)
    policies = [
        Policy(
            name="加急会话",
            position=10,
            priorities=[3],
            calendar_id=shift,
            targets={"first_reply": target(15), "next_reply": target(60)},
        ),
        Policy(
            name="在线咨询",
            position=100,
            calendar_id=shift,
            targets={"first_reply": target(60), "next_reply": target(180), "idle": idle(600)},
        ),
        Policy(
            name="邮件与留言",
            position=200,
            active=False,
            calendar_id=weekdays,
            targets={"first_reply": target(7200)},
        ),
    ]
    db.add_all(policy for policy in policies if policy.name not in known)
    await db.flush()


def target(seconds: int) -> dict[str, Any]:
    return {"seconds": seconds, "business_time": True, "warn_percent": 80}


def idle(seconds: int) -> dict[str, Any]:
    return {"seconds": seconds, "business_time": False, "warn_percent": None}
