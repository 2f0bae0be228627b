"""Saying: the facts of a case, each with what every one of them tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from kefu.workflows.events_processes import CaseEvent, CaseTaskEvent
from kefu.workflows.model_processes import Case, CaseTask

Told = TypeVar("Told", bound=CaseEvent)
TaskTold = TypeVar("TaskTold", bound=CaseTaskEvent)


def said(kind: type[Told], case: Case, by: UUID | None, **more: Any) -> Told:
    return kind(
        subject=case.id,
        customer=case.customer,
        actor=by,
        process=case.process_key,
        about_kind=case.subject_kind,
        about=case.subject,
        historic=case.historic or None,
        **more,
    )


def task_said(
    kind: type[TaskTold], case: Case, task: CaseTask, by: UUID | None, **more: Any
) -> TaskTold:
    return said(
        kind,
        case,
        by,
        task=task.id,
        node=task.node,
        department=task.department_id,
        role=task.role,
        owner=task.owner_id,
        due_at=task.due_at,
        **more,
    )


def between(start: datetime, end: datetime) -> float:
    """Seconds, to the millisecond."""
    return round((end - start).total_seconds(), 3)
