"""Plans: a rule made ready to run: its trigger, its conditions as tests with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import literal

from kefu.core.automation import ACTIONS, SUBJECTS, TRIGGERS, Action, SubjectKind, Trigger
from kefu.core.condition_fields import (
    Asking,
    Field,
    Fields,
    Operator,
    a_number,
    one_of,
    reference,
    some_of,
    with_emptiness,
)
from kefu.core.conditions import Condition, Group, Not, Test, parsed
from kefu.core.errors import Invalid
from kefu.workflows.model_automation import Rule

ROOT = "conditions"
FACT = "fact."
NOW = "now."
ZONE = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Ask = Callable[[Test], bool]


def hour_of(at: datetime) -> int:
    return at.astimezone(ZONE).hour


def weekday_of(at: datetime) -> str:
    return WEEKDAYS[at.astimezone(ZONE).weekday()]


def of_moment(read: Any, is_so: Callable[[Any, datetime], bool]) -> Operator:
    """An operator that looks at the clock alone, in SQL and in memory."""
    return Operator(
        read,
        lambda value, asking: literal(is_so(value, asking.at)),
        lambda value, _, asking: is_so(value, asking.at),
    )


NOW_FIELDS: Fields = {
    "now.hour": Field(
        "number",
        {
            "is": of_moment(a_number(0, 23), lambda value, at: hour_of(at) == value),
            "at_least": of_moment(a_number(0, 23), lambda value, at: hour_of(at) >= value),
            "at_most": of_moment(a_number(0, 23), lambda value, at: hour_of(at) <= value),
        },
        limits={"least": 0, "most": 23},
    ),
    "now.weekday": Field(
        "choice",
        {"is": of_moment(some_of(one_of(*WEEKDAYS)), lambda value, at: weekday_of(at) in value)},
        WEEKDAYS,
    ),
}
FACT_FIELDS: Fields = {"fact.actor": with_emptiness(reference("agent", None), None)}


def fields_for(subject: SubjectKind, trigger: Trigger | None) -> dict[str, Field]:
    """Everything that conditions of such a rule may look at."""
    fields = dict(subject.fields)
    if trigger is not None:
        fields.update(FACT_FIELDS)
        fields.update({FACT + name: field for name, field in trigger.fields.items()})
    fields.update(NOW_FIELDS)
    return fields


def subject_named(kind: str) -> SubjectKind:
    if kind not in SUBJECTS:
        raise Invalid("There is no such kind of subject.", field="subject_kind")
    return SUBJECTS[kind]


def trigger_named(name: str | None, subject: SubjectKind) -> Trigger | None:
    if name is None:
        return None
    trigger = TRIGGERS.get(name)
    if trigger is None or trigger.subject != subject.kind:
        raise Invalid("There is no such trigger for this kind of subject.", field="trigger")
    return trigger


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a rule with what it is told."""

    action: Action
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule, ready to run."""

    rule: Rule
    subject: SubjectKind
    trigger: Trigger | None
    condition: Condition
    fields: Fields
    steps: tuple[Step, ...]

    def tests(self) -> Iterator[Test]:
        """The tests of the subject itself, which the database answers."""
        return (test for _, test in each_test(self.condition) if not is_at_hand(test))


def plan_of(rule: Rule) -> Plan:
    """Make a rule ready; refuses what this installation does not offer (any more)."""
    subject = subject_named(rule.subject_kind)
    trigger = trigger_named(rule.trigger, subject)
    fields = fields_for(subject, trigger)
    steps = []
    for index, step in enumerate(rule.actions):
        action = ACTIONS.get(step["action"])
        if action is None or not action.fits(subject.kind):
            raise Invalid("There is no such action here.", field=f"actions[{index}].action")
        steps.append(Step(action, step["params"]))
    condition = parsed(rule.conditions, fields)
    return Plan(rule, subject, trigger, condition, fields, tuple(steps))


def is_at_hand(test: Test) -> bool:
    """Whether the fact or the clock answers, without the database."""
    return test.field.startswith((FACT, NOW))


def each_test(condition: Condition, place: str = ROOT) -> Iterator[tuple[str, Test]]:
    """Every test with its place, in the order in which it stands there."""
    if isinstance(condition, Test):
        yield place, condition
    elif isinstance(condition, Not):
        yield from each_test(condition.part, f"{place}.not")
    else:
        for index, part in enumerate(condition.parts):
            yield from each_test(part, f"{place}.{condition.joined_by}[{index}]")


def key_of(test: Test) -> tuple[str, str, bytes]:
    return test.field, test.operator, orjson.dumps(test.value)


def failing(condition: Condition, ask: Ask, place: str = ROOT) -> list[tuple[str, Test]] | None:
    """Nothing when it holds; otherwise the tests because of which it does not."""
    if isinstance(condition, Test):
        return None if ask(condition) else [(place, condition)]
    if isinstance(condition, Not):
        inner = failing(condition.part, ask, f"{place}.not")
        return list(each_test(condition.part, f"{place}.not")) if inner is None else None
    return failing_group(condition, ask, place)


def failing_group(group: Group, ask: Ask, place: str) -> list[tuple[str, Test]] | None:
    missed: list[tuple[str, Test]] = []
    for index, part in enumerate(group.parts):
        found = failing(part, ask, f"{place}.{group.joined_by}[{index}]")
        if found is None and group.joined_by == "any":
            return None
        if found is not None and group.joined_by == "all":
            return found
        missed += found or []
    return missed or None


def at_hand(test: Test, plan: Plan, details: Mapping[str, Any], asking: Asking) -> bool:
    """What the fact or the clock answers."""
    operator = plan.fields[test.field].operators[test.operator]
    found = details.get(test.field.removeprefix(FACT))
    return operator.holds(operator.read(test.value), found, asking)


def details_with(details: Mapping[str, Any], actor: UUID | None) -> dict[str, Any]:
    return {**details, "actor": str(actor) if actor else None}
