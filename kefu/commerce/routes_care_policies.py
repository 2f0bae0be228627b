"""Policies of order care over HTTP: windows, written rules and presets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from kefu.commerce.care_presets import PRESETS, apply_preset
from kefu.commerce.care_profiles import CareRules, own_rules, set_rules
from kefu.commerce.caring import rules_shown
from kefu.commerce.schemas_order_care import (
    ChangeKind,
    PresetBody,
    RulesBody,
    RulesShown,
    WindowBody,
    WindowShown,
)
from kefu.commerce.windows import all_windows, forget_window, set_window
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["order care"])


@router.get("/order-windows")
async def get_windows(db: Db, _: CurrentActor) -> list[WindowShown]:
    """The general window of each kind, then those that shops have of their own."""
    return [WindowShown.model_validate(one, from_attributes=True) for one in await all_windows(db)]


@router.put("/order-windows/{kind}")
async def put_window(
    kind: ChangeKind, body: WindowBody, db: Db, actor: CurrentActor, shop: UUID | None = None
) -> WindowShown:
    """Say until when this kind goes by itself, for one shop or for all others."""
    window = await set_window(db, kind, body.model_dump(), shop=shop, by=actor.id)
    return WindowShown.model_validate(window, from_attributes=True)


@router.delete("/order-windows/{kind}", status_code=204)
async def delete_window(
    kind: ChangeKind, db: Db, actor: CurrentActor, shop: UUID | None = None
) -> None:
    """Let a shop follow the general window again."""
    await forget_window(db, kind, shop=shop, by=actor.id)


@router.get("/care-rules")
async def get_rules(db: Db, _: CurrentActor, shop: UUID | None = None) -> RulesShown:
    """The written policy of a shop, or the general one."""
    return shown(await own_rules(db, shop))


@router.patch("/care-rules")
async def patch_rules(
    body: RulesBody, db: Db, actor: CurrentActor, shop: UUID | None = None
) -> RulesShown:
    """Change what the policy says; what is not named stays."""
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    return shown(await set_rules(db, given, shop=shop, by=actor.id))


@router.get("/care-presets")
async def get_presets(_: CurrentActor) -> list[str]:
    return sorted(PRESETS)


@router.post("/care-presets")
async def post_preset(body: PresetBody, db: Db, actor: CurrentActor) -> RulesShown:
    """Begin with a whole policy: its rules, and its windows for every kind of change."""
    return shown(await apply_preset(db, body.name, shop=body.shop_id, by=actor.id))


def shown(rules: CareRules) -> RulesShown:
    return RulesShown(**rules_shown(asdict(rules)))
