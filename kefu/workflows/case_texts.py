"""Texts of cases: what people wrote into forms about a customer can be given out and blanked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import iso
from kefu.core.db import Session
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
    forms: dict[UUID, list[dict[str, Any]]] = {}
    for task in tasks:
        filled = {"task": task.name, "done_at": iso(task.closed_at), "form": task.form}
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


def without(values: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}
