"""Views: rows of returns as the screens get them, with the names of people and departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_inspections import InspectionChecklist
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.model_returns import (
    RefundApproval,
    ReturnCase,
    ReturnLine,
    ReturnPhoto,
    ReturnStep,
)
from kefu.commerce.returns.allowing import allowed
from kefu.commerce.returns.costs import costs_of
from kefu.commerce.returns.disputing import disputes_of
from kefu.commerce.returns.inspecting import inspections_of
from kefu.commerce.returns.listing import lines_of
from kefu.commerce.returns.nodes import REPAIR, nodes_of, outcomes_of
from kefu.commerce.returns.photos import photos_of
from kefu.commerce.returns.policy import policy
from kefu.commerce.returns.reconciling import postings_of
from kefu.commerce.returns.repairing import cover_for, states_of
from kefu.commerce.returns.sending_back import carrier_for
from kefu.commerce.schemas_inspections import DisputeRow, InspectionRow
from kefu.commerce.schemas_return_detail import DifferenceRow, ReturnDetail
from kefu.commerce.schemas_returns import (
    ConditionRow,
    CostRow,
    CoverRow,
    LineRow,
    NodeShown,
    PhotoRow,
    PostingRow,
    RefundRow,
    RepairRow,
    ReturnRow,
    StepRow,
)
from kefu.commerce.views_differences import difference_row
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers import customers_named
from kefu.identity import Actor, agents_named, departments_named
from kefu.workflows import decidable

Names = Mapping[UUID, str]


async def names_of(db: Session, agents: Iterable[UUID | None]) -> Names:
    found = await agents_named(db, agents)
    return {agent: one.name for agent, one in found.items()}


async def return_rows(db: Session, found: Sequence[tuple[ReturnCase, str]]) -> list[ReturnRow]:
    """Cases as the board shows them, in a fixed number of queries."""
    cases = [case for case, _ in found]
    lines = await lines_of(db, [case.id for case in cases])
    agents = await names_of(db, [case.assignee_id for case in cases])
    customers = await customers_named(db, [case.customer_id for case in cases if case.customer_id])
    return [
        ReturnRow(**head_of(case, number, lines.get(case.id, []), agents, customers))
        for case, number in found
    ]


def head_of(
    case: ReturnCase,
    number: str,
    lines: Sequence[ReturnLine],
    agents: Names,
    customers: Mapping[UUID, Any],
) -> dict[str, Any]:
    card = customers.get(case.customer_id) if case.customer_id else None
    same = (
        *("id", "number", "kind", "status", "node", "node_due_at", "node_counts", "due_at"),
        *("order_id", "customer_id", "reason", "amount", "currency", "fast_track"),
        *("applied_at", "ended_at"),
    )
    return {name: getattr(case, name) for name in same} | {
        "order_number": number,
        "customer_name": card.name if card else None,
        "assignee": agents.get(case.assignee_id) if case.assignee_id else None,
        "overdue": case.is_overdue(now()),
        "node_overdue": case.is_overdue_here(now()),
        "whole_overdue": case.is_overdue_as_a_whole(now()),
        "lines": [line_row(line) for line in lines],
    }


def line_row(line: ReturnLine) -> LineRow:
    names = LineRow.model_fields
    return LineRow(**{name: getattr(line, name) for name in names})


async def return_detail(db: Session, case: ReturnCase, actor: Actor) -> ReturnDetail:
    """Everything about one case."""
    order = await db.get_one(Order, case.order_id)
    head = (await return_rows(db, [(case, order.number)]))[0]
    rules = await policy(db)
    difference = await difference_row(db, case, actor)
    same = (
        *("conversation_id", "channel", "note", "decision_note", "method", "carrier"),
        *("tracking_number", "visit_at", "visit_mode", "replacement_order_id", "process_id"),
    )
    return ReturnDetail(
        **head.model_dump(),
        **{name: getattr(case, name) for name in same},
        suggested_carrier=await carrier_for(db, order.province, rules),
        explanation=[ConditionRow(**one) for one in case.explanation],
        process=[
            NodeShown(node=node, outcomes=outcomes_of(case.kind, node))
            for node in nodes_of(case.kind)
        ],
        steps=await step_rows(db, case),
        photos=await photo_rows(db, case),
        inspections=await inspection_rows(db, case),
        disputes=await dispute_rows(db, case),
        refunds=await refund_rows(db, case, actor),
        difference=difference,
        costs=[cost_row(cost) for cost in await costs_of(db, case)],
        repair=await repair_rows(db, case),
        cover=await cover_row(db, case) if case.kind == REPAIR else None,
        allowed=allowed_now(case, difference, actor),
    )


def allowed_now(case: ReturnCase, difference: DifferenceRow | None, actor: Actor) -> list[str]:
    """A replacement goes out once nobody owes anything any more."""
    owing = difference is not None and difference.state != "settled"
    return [verb for verb in allowed(case, actor) if not (owing and verb == "reship")]


async def step_rows(db: Session, case: ReturnCase) -> list[StepRow]:
    found = await db.scalars(
        select(ReturnStep).where(ReturnStep.case_id == case.id).order_by(ReturnStep.turn)
    )
    steps = list(found)
    agents = await names_of(db, [step.actor_id for step in steps])
    departments = await departments_named(db, [step.department_id for step in steps])
    same = ("node", "turn", "entered_at", "begun_at", "left_at", "due_at", "counts", "outcome")
    return [
        StepRow(
            **{name: getattr(step, name) for name in same},
            cause=step.cause,
            department=departments.get(step.department_id) if step.department_id else None,
            actor=agents.get(step.actor_id) if step.actor_id else None,
        )
        for step in steps
    ]


async def photo_rows(db: Session, case: ReturnCase) -> list[PhotoRow]:
    return [photo_row(photo) for photo in await photos_of(db, case)]


def photo_row(photo: ReturnPhoto) -> PhotoRow:
    return PhotoRow(
        id=photo.id,
        purpose=photo.purpose,
        name=photo.name,
        url=f"/api/v1/returns/{photo.case_id}/photos/{photo.id}",
        created_at=photo.created_at,
    )


async def inspection_rows(db: Session, case: ReturnCase) -> list[InspectionRow]:
    found = await inspections_of(db, case)
    agents = await names_of(db, [one.inspector_id for one in found])
    versions = await versions_of(db, [one.checklist_id for one in found])
    same = (
        *("id", "checklist_id", "answers", "photos", "determination", "accepted", "note"),
        *("reason", "of_record", "finished_at"),
    )
    return [
        InspectionRow(
            **{name: getattr(one, name) for name in same},
            checklist_version=versions[one.checklist_id],
            inspector=agents.get(one.inspector_id),
        )
        for one in found
    ]


async def versions_of(db: Session, checklists: Sequence[UUID]) -> dict[UUID, int]:
    rows = await db.execute(
        select(InspectionChecklist.id, InspectionChecklist.version).where(
            InspectionChecklist.id.in_(checklists)
        )
    )
    return {row.id: row.version for row in rows}


async def dispute_rows(db: Session, case: ReturnCase) -> list[DisputeRow]:
    found = await disputes_of(db, case)
    agents = await names_of(db, [who for one in found for who in (one.raised_by, one.decided_by)])
    same = (
        *("id", "inspection_id", "text", "photos", "complaint", "raised_at", "decision"),
        *("grounds", "decided_at"),
    )
    return [
        DisputeRow(
            **{name: getattr(one, name) for name in same},
            raised_by=agents.get(one.raised_by) if one.raised_by else None,
            decided_by=agents.get(one.decided_by) if one.decided_by else None,
        )
        for one in found
    ]


async def refund_rows(db: Session, case: ReturnCase, actor: Actor) -> list[RefundRow]:
    """Each refund with every booking: by whom, in which of the two systems, and when."""
    rows: Any = (
        await db.execute(
            select(Refund, RefundApproval)
            .outerjoin(RefundApproval, RefundApproval.refund_id == Refund.id)
            .where(Refund.return_id == case.id)
            .order_by(Refund.requested_at, Refund.id)
        )
    ).all()
    postings = await postings_of(db, [refund.id for refund, _ in rows])
    waiting = [one.approval_id for _, one in rows if one and one.decided_at is None]
    may = await decidable(db, actor, [one for one in waiting if one])
    booked = [one.agent_id for all_of_it in postings.values() for one in all_of_it]
    agents = await names_of(db, booked + [one.asked_by for _, one in rows if one])
    return [
        RefundRow(
            id=refund.id,
            amount=refund.amount,
            currency=case.currency,
            status=refund.status,
            postings=booked_rows(refund, postings.get(refund.id, []), agents),
            waits_for_approval=approval is not None and approval.decided_at is None,
            approval_id=approval.approval_id if approval else None,
            may_decide=approval is not None and approval.approval_id in may,
            asked_by=agents.get(approval.asked_by) if approval else None,
            requested_at=refund.requested_at,
            paid_at=refund.paid_at,
        )
        for refund, approval in rows
    ]


def booked_rows(refund: Refund, postings: Sequence[Any], agents: Names) -> list[PostingRow]:
    """All bookings, with what finance told the order rather than the case."""
    rows = [posting_row(one, agents) for one in postings]
    told = [row.status for row in rows if row.system == "finance"][-1:]
    if refund.finance_at is not None and refund.finance_status not in told:
        rows.append(
            PostingRow(
                system="finance",
                status=refund.finance_status or "",
                amount=refund.amount,
                operator=refund.finance_operator,
                at=refund.finance_at,
            )
        )
    return rows


def posting_row(posting: Any, agents: Names) -> PostingRow:
    name = agents.get(posting.agent_id) if posting.agent_id else posting.operator
    return PostingRow(
        system=posting.system,
        status=posting.status,
        amount=posting.amount,
        operator=name,
        at=posting.at,
    )


def cost_row(cost: Any) -> CostRow:
    return CostRow(**{name: getattr(cost, name) for name in CostRow.model_fields})


async def repair_rows(db: Session, case: ReturnCase) -> list[RepairRow]:
    if case.kind != REPAIR:
        return []
    return [
        RepairRow(**{name: getattr(one, name) for name in RepairRow.model_fields})
        for one in await states_of(db, case)
    ]


async def cover_row(db: Session, case: ReturnCase) -> CoverRow:
    cover = await cover_for(db, case)
    return cover_shown(cover, case.applied_at)


def cover_shown(cover: Any, at: datetime) -> CoverRow:
    return CoverRow(
        purchased_at=cover.purchased_at,
        months=cover.months,
        until=cover.until,
        covered=cover.covers(at),
    )
