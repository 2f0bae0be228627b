"""Params: what an action is told, checked when a rule is kept; secrets never leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kefu.core.automation import ACTIONS, Action, Param
from kefu.core.condition_fields import a_number, a_truth, one_of
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.shapes import clean

MOST_ACTIONS = 10
HIDDEN = "••••••"
WORDS = ("line", "text", "address", "secret")


async def checked_actions(
    db: Session, actions: Sequence[Any], *, subject_kind: str, former: Sequence[Any]
) -> list[dict[str, Any]]:
    """The actions with their params as they are kept; a hidden secret stays what it was."""
    if not 0 < len(actions) <= MOST_ACTIONS:
        raise Invalid("A rule has one to ten actions.", field="actions", limit=MOST_ACTIONS)
    kept = []
    for index, given in enumerate(actions):
        place = f"actions[{index}]"
        action = ACTIONS.get(given["action"])
        if action is None or not action.fits(subject_kind):
            raise Invalid("There is no such action here.", field=f"{place}.action")
        before = former[index]["params"] if has_same(former, index, action) else {}
        params = checked_params(action, given.get("params") or {}, before, place)
        if action.check is not None:
            await check_by_action(db, action, params, place)
        kept.append({"action": action.name, "params": params})
    return kept


def has_same(former: Sequence[Any], index: int, action: Action) -> bool:
    return index < len(former) and former[index]["action"] == action.name


async def check_by_action(
    db: Session, action: Action, params: Mapping[str, Any], place: str
) -> None:
    assert action.check is not None
    try:
        await action.check(db, params)
    except Invalid as refusal:
        refusal.field = f"{place}.params.{refusal.field}" if refusal.field else place
        raise


def checked_params(
    action: Action, given: Mapping[str, Any], former: Mapping[str, Any], place: str
) -> dict[str, Any]:
    unknown = set(given) - set(action.params)
    if unknown:
        raise Invalid("This action has no such setting.", field=f"{place}.params.{min(unknown)}")
    params = {}
    for name, param in action.params.items():
        value = given.get(name)
        if param.kind == "secret" and value == HIDDEN:
            value = former.get(name)
        if value is None or value == "":
            if param.required:
                raise Invalid("This action needs to be told more.", field=f"{place}.params.{name}")
            continue
        try:
            params[name] = read_param(param, value)
        except (ValueError, TypeError) as error:
            raise Invalid(str(error), field=f"{place}.params.{name}", limit=param.most) from error
    return params


def read_param(param: Param, value: Any) -> Any:
    """One value as it is kept; a ValueError or TypeError says what is wrong."""
    if param.kind == "number":
        return a_number(param.least, param.most)(value)
    if param.kind == "truth":
        return a_truth(value)
    if param.kind == "choice":
        return one_of(*param.choices)(value)
    if not isinstance(value, str):
        raise TypeError("This must be a text.")
    if param.kind in WORDS:
        return read_words(param, value)
    return str(UUID(value))


def read_words(param: Param, value: str) -> str:
    if len(value) > param.most:
        raise ValueError(f"This may have {param.most} characters.")
    if param.kind != "text" and any(ord(letter) < 32 for letter in value):
        raise ValueError("This must be one line.")
    return clean(value)


def hidden(actions: Sequence[Any]) -> list[dict[str, Any]]:
    """The actions as they are shown: secrets never leave."""
    shown = []
    for step in actions:
        action = ACTIONS.get(step["action"])
        params = {
            name: HIDDEN if is_secret(action, name) else value
            for name, value in step["params"].items()
        }
        shown.append({"action": step["action"], "params": params})
    return shown


def is_secret(action: Action | None, name: str) -> bool:
    return action is None or name not in action.params or action.params[name].kind == "secret"
