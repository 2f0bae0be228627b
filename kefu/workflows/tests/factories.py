"""What the tests of processes share: steps to name, a process in force, a case on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.ids import uuid7
from kefu.workflows import Case, StepRefused, offer_step, publish_process, start_case
from kefu.workflows.automation_running import run_on_facts
from kefu.workflows.model_processes import CaseTask
from kefu.workflows.offering import OFFERED
from kefu.workflows.tests.asking import a_policy as an_approval_policy
from kefu.workflows.tests.ruling import a_rule

__all__ = ["a_rule", "an_approval_policy", "run_on_facts"]

KEY = "test-process"
done: list[str] = []
failures: list[Exception] = []


async def note(_db: Session, case: Case, params: dict[str, Any]) -> dict[str, Any]:
    """A step that is done, unless a failure was laid out for it."""
    if failures:
        raise failures.pop(0)
    done.append(params.get("word", "noted"))
    return {"noted": True, "amount": case.data.get("amount", 0)}


async def refuse(_db: Session, _case: Case, params: dict[str, Any]) -> None:
    if params.get("how") == "conflict":
        raise Conflict("It is not to be.", code="stood_in_the_way")
    raise StepRefused("broke", "The till is empty.")


if "test.note" not in OFFERED.steps:
    offer_step("test.note", note, zh="记一笔", en="Note", gives=("noted", "amount"))
    offer_step("test.refuse", refuse, zh="拒绝", en="Refuse", errors=("broke",))


async def a_case(db: Session, xml: str, *, by: UUID | None = None, **data: Any) -> Case:
    """A case that runs on this drawing."""
    await publish_process(db, KEY, xml, by=None)
    return await start_case(
        db, KEY, subject_kind="order", subject=uuid7(), customer=uuid7(), data=data, by=by
    )


def names(tasks: list[CaseTask]) -> list[str]:
    return [task.node for task in tasks]
