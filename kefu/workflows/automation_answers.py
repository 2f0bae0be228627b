"""Answers: what the tests of some rules say about many subjects, asked of the database at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kefu.core.automation import SubjectKind
from kefu.core.condition_fields import Asking
from kefu.core.conditions import Test
from kefu.core.db import Session
from kefu.workflows.automation_plan import Plan, at_hand, failing, is_at_hand, key_of

AT_ONCE = 400
Key = tuple[str, str, bytes]


class Answers:
    """Every different test once for every subject; what was changed since is asked again."""

    def __init__(
        self,
        plans: Iterable[Plan],
        asking: Asking,
        *,
        within: ColumnElement[bool] | None = None,
    ) -> None:
        self._asking = asking
        self._within = within
        self._subject: SubjectKind | None = None
        self._tests: dict[Key, tuple[Plan, Test]] = {}
        self._answers: dict[UUID, dict[Key, bool]] = {}
        for plan in plans:
            self._subject = plan.subject
            for test in plan.tests():
                self._tests.setdefault(key_of(test), (plan, test))

    async def ask(self, db: Session, ids: Collection[UUID]) -> None:
        """Find out about those subjects of which nothing is known yet."""
        wanted = [one for one in ids if one not in self._answers]
        if not wanted or self._subject is None:
            return
        keys = list(self._tests)
        for start in range(0, max(len(keys), 1), AT_ONCE):
            await self._ask(db, self._subject, wanted, keys[start : start + AT_ONCE])

    async def _ask(
        self, db: Session, subject: SubjectKind, ids: list[UUID], keys: list[Key]
    ) -> None:
        columns = [
            func.coalesce(self._clause(key), False).label(f"t{number}")
            for number, key in enumerate(keys)
        ]
        query = select(subject.id, *columns).where(subject.id.in_(ids))
        if self._within is not None:
            query = query.where(self._within)
        for row in await db.execute(query):
            of_subject = self._answers.setdefault(row[0], {})
            of_subject.update(zip(keys, row[1:], strict=True))

    def _clause(self, key: Key) -> ColumnElement[bool]:
        plan, test = self._tests[key]
        operator = plan.fields[test.field].operators[test.operator]
        assert operator.clause is not None
        return operator.clause(operator.read(test.value), self._asking)

    def forget(self, ids: Iterable[UUID]) -> None:
        for one in ids:
            self._answers.pop(one, None)

    def knows(self, subject: UUID) -> bool:
        """Whether there is such a subject (still)."""
        return subject in self._answers

    def says(self, plan: Plan, test: Test, subject: UUID, details: Mapping[str, Any]) -> bool:
        if is_at_hand(test):
            return at_hand(test, plan, details, self._asking)
        return self._answers[subject][key_of(test)]

    def failing(
        self, plan: Plan, subject: UUID, details: Mapping[str, Any]
    ) -> list[tuple[str, Test]] | None:
        """Nothing when the plan's condition holds; else what does not."""
        return failing(plan.condition, lambda test: self.says(plan, test, subject, details))
