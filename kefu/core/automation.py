"""Automation: what capabilities offer to rules: kinds of subjects, triggers and actions.

A capability declares them in its `automation.py` (or `automation_….py`):

    offer_subject(SubjectKind("order", id=Order.id, fields={...}, ...))
    offer_trigger(Trigger("order.paid", fact=OrderPaid.kind, subject="order", ...))

    @offer_action("order.hold", subjects=("order",), zh="暂缓发货", en="Hold the order")
    async def hold(db, hits, params): ...

`kefu.workflows` runs the rules; it knows none of those who offer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement

from kefu.core.condition_fields import Fields
from kefu.core.db import Session
from kefu.core.events import Fact

Words = Mapping[str, tuple[str, str]]
"""Chinese and English by field, or by `field.choice`."""

Result = Literal["done", "skipped", "queued", "failed"]
ParamKind = Literal[
    "line",
    "text",
    "number",
    "choice",
    "truth",
    "agent",
    "team",
    "department",
    "label",
    "customer_label",
    "canned_reply",
    "address",
    "secret",
]


@dataclass(frozen=True, slots=True)
class About:
    """What a rule may need of a subject: whom it concerns, and a line by which people know it.

    `belongs_to` is the kind, id and title of what it is part of. `say` gives the line in a
    language, where it is not the same in all.
    """

    title: str = ""
    conversation: UUID | None = None
    customer: UUID | None = None
    team: UUID | None = None
    assignee: UUID | None = None
    belongs_to: tuple[str, UUID, str] | None = None
    say: Callable[[str], str] | None = None

    def title_in(self, locale: str) -> str:
        return self.say(locale) if self.say else self.title


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing that rules are about; `id` and `fields` speak of its table.

    `visible` narrows previews to what the actor may see; `about` tells of many in one query.
    """

    kind: str
    zh: str
    en: str
    id: Any
    fields: Fields
    visible: Callable[[Any], ColumnElement[bool]]
    about: Callable[[Session, Collection[UUID]], Awaitable[dict[UUID, About]]]
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A kind of fact that lets rules look at a subject; `fields` are those of the fact itself.

    A fact that is about something else (`subject_of` gives nothing) is passed over.
    """

    name: str
    fact: str
    subject: str
    zh: str
    en: str
    fields: Fields = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    subject_of: Callable[[Fact], UUID | None] = lambda fact: fact.subject


@dataclass(frozen=True, slots=True)
class Param:
    """One thing an action needs to be told, as the form asks for it."""

    kind: ParamKind
    zh: str
    en: str
    required: bool = True
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1000
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that a rule matched; `run` is its line of the log, and a key for what goes out."""

    run: UUID
    rule: UUID
    rule_name: str
    subject_kind: str
    subject: UUID
    about: About
    details: Mapping[str, Any] = field(default_factory=dict)
    rule_version: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action; `code` says why, never in a person's words."""

    result: Result
    code: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"result": self.result} | ({"code": self.code} if self.code else {})


DONE, QUEUED = Outcome("done"), Outcome("queued")


def skipped(code: str) -> Outcome:
    return Outcome("skipped", code)


Params = Mapping[str, Any]
Act = Callable[[Session, Sequence[Hit], Params], Awaitable[Mapping[UUID, Outcome] | None]]
"""Acts on many hits; outcomes by run, those not named are done."""

CheckParams = Callable[[Session, Params], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Action:
    """Something rules can do to subjects of these kinds, or of any kind when none is named."""

    name: str
    zh: str
    en: str
    subjects: tuple[str, ...]
    params: Mapping[str, Param]
    run: Act
    check: CheckParams | None = None

    def fits(self, subject_kind: str) -> bool:
        return not self.subjects or subject_kind in self.subjects


SUBJECTS: dict[str, SubjectKind] = {}
TRIGGERS: dict[str, Trigger] = {}
TRIGGER_FACTS: set[str] = set()
ACTIONS: dict[str, Action] = {}


def offer_subject(subject: SubjectKind) -> None:
    if subject.kind in SUBJECTS:
        raise ValueError(f"Two kinds of subjects are called {subject.kind}.")
    SUBJECTS[subject.kind] = subject


def offer_trigger(*triggers: Trigger) -> None:
    for trigger in triggers:
        if trigger.name in TRIGGERS:
            raise ValueError(f"Two triggers are called {trigger.name}.")
        TRIGGERS[trigger.name] = trigger
        TRIGGER_FACTS.add(trigger.fact)


def offer_action(
    name: str,
    *,
    zh: str,
    en: str,
    subjects: tuple[str, ...] = (),
    params: Mapping[str, Param] | None = None,
    check: CheckParams | None = None,
) -> Callable[[Act], Act]:
    """Let rules call the function; `check` refuses params before a rule is kept."""

    def register(run: Act) -> Act:
        if name in ACTIONS:
            raise ValueError(f"Two actions are called {name}.")
        ACTIONS[name] = Action(name, zh, en, subjects, params or {}, run, check)
        return run

    return register
