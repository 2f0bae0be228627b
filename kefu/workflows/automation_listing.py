"""Lists of rules with how they fare, and what is offered to build one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.automation import ACTIONS, SUBJECTS, TRIGGERS, Action, Param, Trigger, Words
from kefu.core.clock import now
from kefu.core.condition_fields import Fields
from kefu.core.conditions import described
from kefu.core.db import Session
from kefu.identity import Actor
from kefu.workflows.automation_guards import hour_at
from kefu.workflows.automation_plan import FACT, FACT_FIELDS, NOW_FIELDS, WEEKDAYS
from kefu.workflows.model_automation import Rule, RuleHour, RuleVersion

OWN_WORDS: Words = {
    "fact.actor": ("触发人", "Who did it"),
    "now.hour": ("现在几点（0–23）", "Hour of the day (0–23)"),
    "now.weekday": ("今天星期几", "Day of the week"),
    **{
        f"now.weekday.{day}": (f"周{zh}", en)
        for day, zh, en in zip(
            WEEKDAYS,
            "一二三四五六日",
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            strict=True,
        )
    },
}


@dataclass(frozen=True, slots=True)
class Fared:
    """What a rule did in the last 24 hours, and when it last acted."""

    looked: int = 0
    matched: int = 0
    failed: int = 0
    refused: int = 0
    last_matched_at: datetime | None = None


async def rules(db: Session) -> list[Rule]:
    """All rules, in the order in which they run."""
    return list(await db.scalars(select(Rule).order_by(Rule.position, Rule.id)))


async def how_they_fared(db: Session, ids: Sequence[UUID]) -> dict[UUID, Fared]:
    """The last 24 hours of these rules, in one query."""
    since = hour_at(now() - timedelta(hours=23))
    recent = RuleHour.hour >= since
    query = (
        select(
            RuleHour.rule_id,
            *(
                func.coalesce(func.sum(column).filter(recent), 0)
                for column in (
                    RuleHour.looked,
                    RuleHour.matched,
                    RuleHour.failed,
                    RuleHour.refused,
                )
            ),
            func.max(RuleHour.last_matched_at),
        )
        .where(RuleHour.rule_id.in_(ids))
        .group_by(RuleHour.rule_id)
    )
    found = {}
    for row in await db.execute(query):
        rule, looked, matched, failed, refused, last = tuple[Any, ...](row)
        found[rule] = Fared(int(looked), int(matched), int(failed), int(refused), last)
    return found


async def versions(db: Session, rule: Rule) -> list[RuleVersion]:
    """The rule as it was, the newest first."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule.id)
    return list(await db.scalars(query.order_by(RuleVersion.version.desc()).limit(100)))


def offers(actor: Actor) -> dict[str, Any]:
    """What rules can be built of, in the actor's language."""
    index = 0 if actor.locale.startswith("zh") else 1
    return {
        "subjects": [
            {
                "kind": subject.kind,
                "label": (subject.zh, subject.en)[index],
                "fields": shown_fields(subject.fields, subject.words, index),
            }
            for subject in SUBJECTS.values()
        ],
        "triggers": [shown_trigger(trigger, index) for trigger in TRIGGERS.values()],
        "actions": [shown_action(action, index) for action in ACTIONS.values()],
        "always": shown_fields(NOW_FIELDS, OWN_WORDS, index),
    }


def shown_trigger(trigger: Trigger, index: int) -> dict[str, Any]:
    words = {FACT + name: word for name, word in trigger.words.items()} | dict(OWN_WORDS)
    fields = {FACT + name: field for name, field in trigger.fields.items()} | dict(FACT_FIELDS)
    return {
        "name": trigger.name,
        "subject": trigger.subject,
        "label": (trigger.zh, trigger.en)[index],
        "fields": shown_fields(fields, words, index),
    }


def shown_fields(fields: Fields, words: Words, index: int) -> list[dict[str, Any]]:
    return [
        one
        | {
            "label": word_for(words, one["name"], index),
            "choices": [
                {
                    "value": choice,
                    "label": word_for(words, f"{one['name']}.{choice}", index, choice),
                }
                for choice in one["choices"]
            ],
        }
        for one in described(fields)
    ]


def word_for(words: Words, name: str, index: int, otherwise: str | None = None) -> str:
    found = words.get(name)
    return found[index] if found else otherwise or name


def shown_action(action: Action, index: int) -> dict[str, Any]:
    return {
        "name": action.name,
        "label": (action.zh, action.en)[index],
        "subjects": list(action.subjects),
        "params": [shown_param(name, param, index) for name, param in action.params.items()],
    }


def shown_param(name: str, param: Param, index: int) -> dict[str, Any]:
    words: Mapping[str, tuple[str, str]] = param.words
    return {
        "name": name,
        "kind": param.kind,
        "label": (param.zh, param.en)[index],
        "required": param.required,
        "least": param.least,
        "most": param.most,
        "choices": [
            {"value": choice, "label": word_for(words, choice, index, choice)}
            for choice in param.choices
        ],
    }
