"""Coupons, price protection and freight insurance over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from kefu.commerce.access import order_for
from kefu.commerce.changing import Asked
from kefu.commerce.coupons import issue_coupon, revoke_coupon, set_limit, use_coupon
from kefu.commerce.freight_insurance import claim_freight
from kefu.commerce.model_benefits import (
    CompensationLimit,
    Coupon,
    FreightRule,
    PriceProtectionRule,
)
from kefu.commerce.price_protection import protect_price, set_rule
from kefu.commerce.schemas_benefits import (
    BenefitRules,
    CouponBody,
    CouponShown,
    CouponUse,
    FreightClaimShown,
    FreightRuleBody,
    FreightRuleShown,
    LimitBody,
    LimitShown,
    LineOnly,
    PriceProtectionShown,
    PriceRuleBody,
    PriceRuleShown,
)
from kefu.commerce.showing_changes import name_of
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.customers import customer_for, customers_named
from kefu.identity import CurrentActor, agents_named

router = APIRouter(prefix="/api/v1", tags=["benefits"])


@router.get("/coupons")
async def get_coupons(
    db: Db,
    actor: CurrentActor,
    customer: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[CouponShown]:
    """Coupons, newest first."""
    actor.require("order.read")
    query = select(Coupon).order_by(Coupon.id.desc()).limit(limit + 1)
    if customer:
        query = query.where(Coupon.customer_id == customer)
    after = read_cursor(cursor, UUID)
    if after:
        query = query.where(Coupon.id < after[0])
    rows, following = page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])
    return Page(items=await shown_coupons(db, rows), next_cursor=following)


@router.post("/coupons", status_code=201)
async def post_coupon(body: CouponBody, db: Db, actor: CurrentActor) -> CouponShown:
    """Give a customer a coupon; compensation only within the limits of one's role."""
    customer = await customer_for(db, actor, body.customer_id, lock=True)
    given = body.model_dump(exclude={"customer_id", "days"})
    coupon = await issue_coupon(db, customer, given, days=body.days, by=actor)
    return (await shown_coupons(db, [coupon]))[0]


@router.put("/coupons/{coupon_id}/use")
async def put_use(coupon_id: UUID, body: CouponUse, db: Db, actor: CurrentActor) -> CouponShown:
    """Take it off an order that is not paid yet."""
    order = await order_for(db, actor, body.order_id, lock=True)
    coupon = await coupon_with(db, coupon_id)
    await use_coupon(db, coupon, order, by=actor.id)
    return (await shown_coupons(db, [coupon]))[0]


@router.put("/coupons/{coupon_id}/revocation")
async def put_revocation(coupon_id: UUID, db: Db, actor: CurrentActor) -> CouponShown:
    """Take it back before it is used."""
    coupon = await coupon_with(db, coupon_id)
    await revoke_coupon(db, coupon, by=actor.id)
    return (await shown_coupons(db, [coupon]))[0]


@router.post("/orders/{order_id}/price-protection", status_code=201)
async def post_price_protection(
    order_id: UUID, body: LineOnly, db: Db, actor: CurrentActor
) -> PriceProtectionShown:
    """Give the difference to today's price back, once a line."""
    order = await order_for(db, actor, order_id, lock=True)
    asked = Asked(by=actor.id, conversation=body.conversation)
    kept = await protect_price(db, order, body.line, asked=asked)
    return PriceProtectionShown.model_validate(kept, from_attributes=True)


@router.post("/orders/{order_id}/freight-claims", status_code=201)
async def post_freight_claim(order_id: UUID, db: Db, actor: CurrentActor) -> FreightClaimShown:
    """Let freight insurance pay for sending back."""
    order = await order_for(db, actor, order_id, lock=True)
    claim = await claim_freight(db, order, asked=Asked(by=actor.id))
    return FreightClaimShown.model_validate(claim, from_attributes=True)


@router.get("/benefit-rules")
async def get_benefit_rules(db: Db, _: CurrentActor) -> BenefitRules:
    """Days of price protection, amounts of freight insurance, limits of compensation."""
    return BenefitRules(
        price_protection=[
            PriceRuleShown.model_validate(one, from_attributes=True)
            for one in await rules_in(db, PriceProtectionRule)
        ],
        freight=[
            FreightRuleShown.model_validate(one, from_attributes=True)
            for one in await rules_in(db, FreightRule)
        ],
        limits=[
            LimitShown.model_validate(one, from_attributes=True)
            for one in await db.scalars(
                select(CompensationLimit).order_by(CompensationLimit.per_coupon)
            )
        ],
    )


@router.put("/benefit-rules/price-protection")
async def put_price_rule(
    body: PriceRuleBody, db: Db, actor: CurrentActor, shop: UUID | None = None
) -> PriceRuleShown:
    rule = await set_rule(db, PriceProtectionRule, body.model_dump(), shop=shop, by=actor.id)
    return PriceRuleShown.model_validate(rule, from_attributes=True)


@router.put("/benefit-rules/freight")
async def put_freight_rule(
    body: FreightRuleBody, db: Db, actor: CurrentActor, shop: UUID | None = None
) -> FreightRuleShown:
    rule = await set_rule(db, FreightRule, body.model_dump(), shop=shop, by=actor.id)
    return FreightRuleShown.model_validate(rule, from_attributes=True)


@router.put("/benefit-rules/limits/{role}")
async def put_limit(role: str, body: LimitBody, db: Db, actor: CurrentActor) -> LimitShown:
    """How much a role may grant as compensation."""
    limit = await set_limit(db, role[:80], **body.model_dump(), by=actor.id)
    return LimitShown.model_validate(limit, from_attributes=True)


async def coupon_with(db: Session, coupon_id: UUID) -> Coupon:
    coupon = await db.get(Coupon, coupon_id, with_for_update=True, populate_existing=True)
    if coupon is None:
        raise NotFound("There is no such coupon.")
    return coupon


async def rules_in(db: Session, table: Any) -> Sequence[Any]:
    query = select(table).order_by(table.shop_id.is_not(None), table.shop_id)
    rows: Sequence[Any] = (await db.scalars(query)).all()
    return rows


async def shown_coupons(db: Session, coupons: Sequence[Coupon]) -> list[CouponShown]:
    cards = await customers_named(db, {one.customer_id for one in coupons})
    agents = await agents_named(db, [one.issued_by for one in coupons])
    return [
        CouponShown.model_validate(
            {column.key: getattr(one, column.key) for column in Coupon.__table__.columns}
            | {
                "customer_name": cards[one.customer_id].name,
                "issued_by": name_of(agents, one.issued_by),
            }
        )
        for one in coupons
    ]
