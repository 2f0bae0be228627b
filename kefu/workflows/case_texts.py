"""Texts of cases and approvals: what was written about a customer is given out and blanked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.workflows.case_files import erase_files, files_of
from kefu.workflows.model_approvals import Approval
from kefu.workflows.model_processes import Case, CaseTask

WRITTEN = frozenset({"text", "long_text", "files"})


async def cases_about_customer(db: Session, customer: UUID) -> list[dict[str, Any]]:
    """Every case about a customer with what was filled in, for their export."""
    cases = await db.scalars(select(Case).where(Case.customer == customer).order_by(Case.id))
    tasks = await db.scalars(
        select(CaseTask)
        .where(CaseTask.customer == customer, CaseTask.closed_at.is_not(None))
        .order_by(CaseTask.id)
    )
    closed = tasks.all()
    files = await files_of(db, closed)
    forms: dict[UUID, list[dict[str, Any]]] = {}
    for task in closed:
        filled = {
            "task": task.name,
            "done_at": iso(task.closed_at),
            "form": task.form,
            "files": [file.name for file in files.get(task.id, [])],
        }
        forms.setdefault(task.case_id, []).append(filled)
    return [
        {
            "process": case.process_key,
            "state": case.state,
            "started_at": iso(case.started_at),
            "ended_at": iso(case.ended_at),
            "tasks": forms.get(case.id, []),
        }
        for case in cases
    ]


async def blank_cases_of_customer(db: Session, customer: UUID) -> None:
    """Take away what was written freely; choices, figures and times stay, and cases go on."""
    tasks = (await db.scalars(select(CaseTask).where(CaseTask.customer == customer))).all()
    cases = await db.scalars(select(Case).where(Case.customer == customer).with_for_update())
    written: dict[UUID, set[str]] = {}
    for task in tasks:
        keys = {one["key"] for one in task.fields if one["type"] in WRITTEN}
        written.setdefault(task.case_id, set()).update(keys)
        task.form = without(task.form, keys)
    for case in cases:
        case.data = without(case.data, written.get(case.id, set()))
    await db.flush()
    await erase_files(db, customer)


async def approvals_about_customer(db: Session, customer: UUID) -> list[dict[str, Any]]:
    """What was asked and decided about a customer, with its reasons, for their export."""
    rows = await db.scalars(
        select(Approval).where(Approval.customer == customer).order_by(Approval.id)
    )
    return [
        {
            "what": approval.what,
            "state": approval.state,
            "amount": approval.amount,
            "currency": approval.currency,
            "reason": approval.reason,
            "comment": approval.comment,
            "asked_at": iso(approval.created_at),
            "decided_at": iso(approval.decided_at),
        }
        for approval in rows
    ]


def without(values: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}
