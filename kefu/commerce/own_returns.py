"""Own returns: what a customer who has proven an order sees of its cases."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.model_inspections import RepairState
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase, ReturnPhoto, ReturnStep
from kefu.commerce.returns.differences import differences_of
from kefu.commerce.returns.listing import lines_of
from kefu.commerce.returns.nodes import SEND_BACK
from kefu.commerce.returns.options import options_for, promises_of
from kefu.commerce.returns.sending_back import carrier_for
from kefu.commerce.returns.undoing import is_undoable
from kefu.commerce.schemas_own_returns import OwnRepairStep, OwnReturn, OwnReturns, OwnStep
from kefu.commerce.views_differences import own_difference
from kefu.core.clock import now
from kefu.core.db import Session

SAME = ("id", "number", "kind", "status", "node", "carrier", "tracking_number", "visit_at")


async def own_returns(db: Session, order: Order) -> OwnReturns:
    """All cases of an order, the newest first, in a fixed number of queries."""
    await db.flush()
    found = await db.scalars(
        select(ReturnCase)
        .where(ReturnCase.order_id == order.id)
        .order_by(ReturnCase.applied_at.desc(), ReturnCase.id.desc())
    )
    cases = list(found)
    ids = [case.id for case in cases]
    ways, left, rules = await options_for(db, order)
    lines, steps, repairs = await lines_of(db, ids), await steps_of(db, ids), await states(db, ids)
    photos, differences = await photos_of(db, ids), await differences_of(db, ids)
    suggested = await carrier_for(db, order.province, rules)
    rows = [
        OwnReturn(
            **{name: getattr(case, name) for name in SAME},
            titles=[f"{line.title} ×{line.quantity}" for line in lines.get(case.id, [])],
            grounds=case.decision_note,
            suggested_carrier=suggested,
            photos=photos.get(case.id, 0),
            steps=steps.get(case.id, []),
            repair=repairs.get(case.id, []),
            difference=own_difference(differences.get(case.id)),
            applied_at=case.applied_at,
            ended_at=case.ended_at,
            allowed=allowed(case),
        )
        for case in cases
    ]
    return OwnReturns.model_validate(
        {
            "cases": rows,
            "options": [asdict(way) for way in ways],
            "lines": [
                {
                    "line_id": one.line.id,
                    "title": one.line.title,
                    "left": one.left,
                    "in_warranty": one.cover.covers(now()),
                }
                for one in left
            ],
            "promises": promises_of(rules),
        }
    )


def allowed(case: ReturnCase) -> list[str]:
    """What the customer may do with the case now."""
    verbs = ["withdraw"] if is_undoable(case) else []
    verbs += ["send"] if case.is_open() and case.node == SEND_BACK else []
    return verbs + (["photo"] if case.is_open() else [])


async def steps_of(db: Session, cases: list[UUID]) -> dict[UUID, list[OwnStep]]:
    rows = await db.scalars(
        select(ReturnStep).where(ReturnStep.case_id.in_(cases)).order_by(ReturnStep.turn)
    )
    found: dict[UUID, list[OwnStep]] = {}
    for step in rows:
        shown = OwnStep(node=step.node, entered_at=step.entered_at, left_at=step.left_at)
        found.setdefault(step.case_id, []).append(shown)
    return found


async def states(db: Session, cases: list[UUID]) -> dict[UUID, list[OwnRepairStep]]:
    rows = await db.scalars(
        select(RepairState).where(RepairState.case_id.in_(cases)).order_by(RepairState.at)
    )
    found: dict[UUID, list[OwnRepairStep]] = {}
    for one in rows:
        shown = OwnRepairStep.model_validate({"state": one.state, "quote": one.quote, "at": one.at})
        found.setdefault(one.case_id, []).append(shown)
    return found


async def photos_of(db: Session, cases: list[UUID]) -> dict[UUID, int]:
    rows = await db.execute(
        select(ReturnPhoto.case_id, func.count().label("number"))
        .where(ReturnPhoto.case_id.in_(cases), ReturnPhoto.erased_at.is_(None))
        .group_by(ReturnPhoto.case_id)
    )
    return {row.case_id: row.number for row in rows}
