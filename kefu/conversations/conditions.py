"""Conditions on conversations: which ones a saved view means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from kefu.conversations.condition_fields import FIELDS
from kefu.core import conditions
from kefu.core.clock import now
from kefu.core.condition_fields import Asking
from kefu.identity import Actor


def parsed(raw: Any) -> conditions.Condition:
    """The tree in what somebody sent; refuses what is malformed, too deep or too much."""
    return conditions.parsed(raw, FIELDS)


def condition_clause(raw: Any, *, actor: Actor | None = None) -> ColumnElement[bool]:
    """The condition on `Conversation`; `actor` is who "me" and "my_teams" stand for.

    It says what is looked for, never what may be seen: join it with `visible_to(actor)`.
    """
    return conditions.compiled(parsed(raw), FIELDS, Asking(at=now(), actor=actor))
