"""Allowing: what an actor may do with a case where it stands, for the buttons of its page."""

from __future__ import annotations

from collections.abc import Callable

from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.nodes import (
    INSPECT,
    REFUND,
    REJECTED,
    REPAIRING,
    RESHIP,
    REVIEW,
    SCHEDULE,
    SEND_BACK,
    VISIT,
)
from kefu.commerce.returns.undoing import is_undoable
from kefu.identity import Actor

Holds = Callable[[ReturnCase], bool]


def at(*nodes: str) -> Holds:
    return lambda case: case.is_open() and case.node in nodes


def after_inspection(case: ReturnCase) -> bool:
    return case.status == REJECTED or at(REFUND, RESHIP, REPAIRING)(case)


VERBS: dict[str, tuple[str, Holds]] = {
    "take": ("return.work", lambda case: case.is_open()),
    "review": ("return.review", at(REVIEW)),
    "send": ("return.work", at(SEND_BACK)),
    "withdraw": ("return.apply", is_undoable),
    "inspect": ("return.inspect", at(INSPECT)),
    "dispute": ("return.dispute", after_inspection),
    "decide": ("return.decide", after_inspection),
    "refund": ("return.refund", at(REFUND)),
    "approve": ("return.approve", at(REFUND, RESHIP)),
    "repair": ("return.work", at(REPAIRING)),
    "reship": ("return.work", at(RESHIP)),
    "book": ("return.work", at(SCHEDULE)),
    "visit": ("return.work", at(VISIT)),
    "photo": ("return.work", lambda case: case.is_open() or case.status == REJECTED),
    "cost": ("return.work", lambda _: True),
}


def allowed(case: ReturnCase, actor: Actor) -> list[str]:
    return [
        verb for verb, (permission, holds) in VERBS.items() if actor.may(permission) and holds(case)
    ]
