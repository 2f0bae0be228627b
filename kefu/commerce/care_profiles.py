"""Care profiles: a shop's written policy as data, and the refusals that name its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from kefu.commerce.events_order_care import CareProfileChanged
from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import CareProfile
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record

CANCEL_REASONS = (
    "no_longer_needed",
    "ordered_by_mistake",
    "wrong_item",
    "too_slow",
    "found_cheaper",
    "other",
)
REFUND_WAYS = ("any_own", "original_or_gift_card", "original")


class RuleBroken(Conflict):
    """A rule of the shop's policy forbids it; `code` names the rule, and nothing was changed."""

    code = "rule_broken"

    def __init__(self, rule: str, title: str, **more: Any) -> None:
        super().__init__(title, code=rule, **more)


@dataclass(frozen=True, slots=True)
class CareRules:
    """What the written policy says, one field for each sentence of it."""

    cancel_reasons: tuple[str, ...] = CANCEL_REASONS
    content_once: bool = False
    content_locks_order: bool = False
    same_product_only: bool = False
    same_option_stays: bool = False
    quantity_may_change: bool = True
    payment_must_differ: bool = True
    gift_card_must_cover: bool = True
    return_statuses: tuple[str, ...] = ("delivered", "completed")
    exchange_statuses: tuple[str, ...] = ("delivered", "completed")
    refund_to: str = "any_own"
    after_sale_once: bool = False


DEFAULT = CareRules()
LISTS = {
    "cancel_reasons": CANCEL_REASONS,
    "return_statuses": ("shipped", "delivered", "completed"),
    "exchange_statuses": ("shipped", "delivered", "completed"),
}


async def rules_of(db: Session, shop: UUID) -> CareRules:
    """The policy of this shop: its own, or the general one, or what the product begins with."""
    found = await db.scalar(
        select(CareProfile.rules)
        .where(or_(CareProfile.shop_id == shop, CareProfile.shop_id.is_(None)))
        .order_by(CareProfile.shop_id.is_(None))
        .limit(1)
    )
    return rules_from(found or {})


async def own_rules(db: Session, shop: UUID | None) -> CareRules:
    """What is written for this shop, or for all shops, as a screen shows it."""
    if shop is not None:
        return await rules_of(db, shop)
    found = await db.scalar(select(CareProfile.rules).where(CareProfile.shop_id.is_(None)))
    return rules_from(found or {})


def rules_from(kept: Mapping[str, Any]) -> CareRules:
    """The rules in a row; what it does not say is as the product begins with."""
    known = {field.name for field in fields(CareRules)}
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept.items()
        if name in known
    }
    return replace(DEFAULT, **said)


async def set_rules(
    db: Session, given: Mapping[str, Any], *, shop: UUID | None, by: UUID
) -> CareRules:
    """Write the policy down, for one shop or for all that have none of their own."""
    check_rules(given)
    if shop is not None and await db.get(Shop, shop) is None:
        raise Invalid("There is no such shop.", field="shop_id")
    before = await own_rules(db, shop)
    after = rules_from(asdict(before) | dict(given))
    profile = await db.scalar(
        select(CareProfile).where(CareProfile.shop_id.is_not_distinct_from(shop)).with_for_update()
    )
    if profile is None:
        profile = CareProfile(shop_id=shop, rules={})
        db.add(profile)
    profile.rules = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(after).items()
    }
    await db.flush()
    changed = tuple(sorted(name for name in given if asdict(before)[name] != asdict(after)[name]))
    event = CareProfileChanged(subject=profile.id, actor=by, shop=shop, changed=changed)
    await record(db, event)
    return after


def check_rules(given: Mapping[str, Any]) -> None:
    for name, allowed in LISTS.items():
        odd = [value for value in given.get(name) or () if value not in allowed]
        if odd:
            raise Invalid(f"{odd[0]} is not one of those that can be chosen.", field=name)
    if not given.get("cancel_reasons", CANCEL_REASONS):
        raise Invalid("At least one reason is accepted.", field="cancel_reasons")
