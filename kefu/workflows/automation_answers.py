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
from kefu.workflows.automation_plan import (
    FACT,
    Plan,
    each_test,
    failing,
    is_at_hand,
    is_met,
    key_of,
)

AT_ONCE = 400
Details = Mapping[str, Any]


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
        self._clauses: list[ColumnElement[bool]] = []
        self._columns: dict[int, int] = {}
        self._at_hand: dict[int, tuple[Any, Any, str]] = {}
        self._answers: dict[UUID, list[bool]] = {}
        known: dict[Any, int] = {}
        for plan in plans:
            self._subject = plan.subject
            for _, test in each_test(plan.condition):
                self._keep(plan, test, known)

    def _keep(self, plan: Plan, test: Test, known: dict[Any, int]) -> None:
        """Read the value of a test once; it is known by its identity from then on."""
        operator = plan.fields[test.field].operators[test.operator]
        value = operator.read(test.value)
        if is_at_hand(test):
            self._at_hand[id(test)] = (operator.holds, value, test.field.removeprefix(FACT))
            return
        key = key_of(test)
        if key not in known:
            assert operator.clause is not None
            known[key] = len(self._clauses)
            self._clauses.append(func.coalesce(operator.clause(value, self._asking), False))
        self._columns[id(test)] = known[key]

    async def ask(self, db: Session, ids: Collection[UUID]) -> None:
        """Find out about those subjects of which nothing is known yet."""
        wanted = [one for one in ids if one not in self._answers]
        if not wanted or self._subject is None:
            return
        for start in range(0, max(len(self._clauses), 1), AT_ONCE):
            clauses = self._clauses[start : start + AT_ONCE]
            columns = [clause.label(f"t{number}") for number, clause in enumerate(clauses)]
            query = select(self._subject.id, *columns).where(self._subject.id.in_(wanted))
            if self._within is not None:
                query = query.where(self._within)
            for row in await db.execute(query):
                self._answers.setdefault(row[0], []).extend(row[1:])

    def forget(self, ids: Iterable[UUID]) -> None:
        for one in ids:
            self._answers.pop(one, None)

    def knows(self, subject: UUID) -> bool:
        """Whether there is such a subject (still)."""
        return subject in self._answers

    def says(self, test: Test, subject: UUID, details: Details) -> bool:
        """What one test of one of the plans says."""
        column = self._columns.get(id(test))
        if column is not None:
            return self._answers[subject][column]
        is_so, value, name = self._at_hand[id(test)]
        return bool(is_so(value, details.get(name), self._asking))

    def fits(self, plan: Plan, subject: UUID, details: Details) -> bool:
        return is_met(plan.condition, lambda test: self.says(test, subject, details))

    def failing(self, plan: Plan, subject: UUID, details: Details) -> list[tuple[str, Test]] | None:
        """Nothing when the plan's condition holds; else what does not."""
        return failing(plan.condition, lambda test: self.says(test, subject, details))
