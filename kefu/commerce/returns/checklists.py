"""Checklists: what an inspection looks at, the same for quality and service, in versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from kefu.commerce.events_returns import ChecklistPublished
from kefu.commerce.model_inspections import InspectionChecklist
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.shapes import Shape, line_of

ANY = ""
"""The category of the checklist for goods whose category has none of its own."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Item(Shape):
    """One thing to look at; `fails` names the answers with which goods are not as they should."""

    key: Key
    label: line_of(120)  # type: ignore[valid-type]
    kind: Literal["yes_no", "choice"] = "yes_no"
    choices: list[line_of(60)] = Field(default=[], max_length=12)  # type: ignore[valid-type]
    required: bool = True
    photo: bool = False

    def answers(self) -> list[Any]:
        return [True, False] if self.kind == "yes_no" else list(self.choices)


async def publish(
    db: Session, *, category: str, name: str, items: Sequence[Item], by: UUID
) -> InspectionChecklist:
    """A new version for this category; the one before stays with what was inspected by it."""
    check_items(items)
    latest = await db.scalar(
        select(func.max(InspectionChecklist.version)).where(
            InspectionChecklist.category == category
        )
    )
    before = await db.scalars(
        select(InspectionChecklist).where(
            InspectionChecklist.category == category, InspectionChecklist.retired_at.is_(None)
        )
    )
    for one in before:
        one.retired_at = now()
    checklist = InspectionChecklist(
        id=uuid7(),
        category=category,
        version=(latest or 0) + 1,
        name=name,
        items=[item.model_dump() for item in items],
        created_by=by,
    )
    db.add(checklist)
    await record(db, ChecklistPublished(subject=checklist.id, actor=by, version=checklist.version))
    return checklist


def check_items(items: Sequence[Item]) -> None:
    keys = [item.key for item in items]
    for position, item in enumerate(items):
        if keys.index(item.key) != position:
            raise Invalid("Two items have this key.", field=f"items.{position}.key")
        if item.kind == "choice" and len(set(item.choices)) < 2:
            raise Invalid(
                "A choice needs two answers at least.", field=f"items.{position}.choices", limit=2
            )


async def checklist_for(db: Session, category: str) -> InspectionChecklist:
    """The version in force for a category, or for goods of any."""
    rows = await db.scalars(
        select(InspectionChecklist).where(
            InspectionChecklist.category.in_((category, ANY)),
            InspectionChecklist.retired_at.is_(None),
        )
    )
    found = {one.category: one for one in rows}
    checklist = found.get(category) or found.get(ANY)
    if checklist is None:
        raise Conflict(
            "There is no checklist for these goods yet. Please publish one first.",
            code="no_checklist",
            detail=category,
        )
    return checklist


def check_answers(checklist: InspectionChecklist, answers: Mapping[str, Any]) -> None:
    """Every item that must be answered is, with one of its answers; nothing else is there."""
    items = {stored["key"]: Item.model_validate(stored) for stored in checklist.items}
    for key in answers:
        if key not in items:
            raise Invalid("The checklist has no such item.", field=f"answers.{key}")
    for key, item in items.items():
        if key not in answers:
            if item.required:
                raise Invalid("This has to be looked at.", field=f"answers.{key}")
        elif not any(answers[key] is one or answers[key] == one for one in item.answers()):
            raise Invalid("This is not one of the answers.", field=f"answers.{key}")


def check_current(checklist: InspectionChecklist) -> None:
    if checklist.retired_at is not None:
        raise Conflict(
            "A newer version of this checklist is in force. Please inspect by that one.",
            code="old_checklist",
            field="checklist_id",
        )
