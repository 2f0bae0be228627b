"""Presets: whole policies that a shop can begin with, rules and windows together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from kefu.commerce.care_profiles import CareRules, set_rules
from kefu.commerce.model_order_care import CHANGE_KINDS
from kefu.commerce.windows import set_window
from kefu.core.db import Session
from kefu.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy under a name; each window holds for all kinds of changes."""

    rules: CareRules
    statuses: tuple[str, ...]
    minutes: int | None
    special: bool


PRESETS = {
    "open": Preset(CareRules(), ("created", "paid"), 60, special=True),
    "pending_only": Preset(
        CareRules(
            cancel_reasons=("no_longer_needed", "ordered_by_mistake"),
            content_once=True,
            content_locks_order=True,
            same_product_only=True,
            same_option_stays=True,
            quantity_may_change=False,
            payment_must_differ=True,
            gift_card_must_cover=True,
            return_statuses=("delivered",),
            exchange_statuses=("delivered",),
            refund_to="original_or_gift_card",
            after_sale_once=True,
        ),
        ("paid",),
        None,
        special=False,
    ),
}


async def apply_preset(db: Session, name: str, *, shop: UUID | None, by: UUID) -> CareRules:
    """Write a whole policy down for one shop, or for all that have none of their own."""
    preset = PRESETS.get(name)
    if preset is None:
        raise NotFound("There is no such preset.")
    rules = await set_rules(db, as_given(preset.rules), shop=shop, by=by)
    given = {
        "statuses": list(preset.statuses),
        "minutes": preset.minutes,
        "special": preset.special,
    }
    for kind in CHANGE_KINDS:
        await set_window(db, kind, given, shop=shop, by=by)
    return rules


def as_given(rules: CareRules) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(rules).items()
    }
