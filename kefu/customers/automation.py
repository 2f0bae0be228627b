"""What customers offer to automation: themselves, what happens to them, labels and notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.core.automation import (
    DONE,
    About,
    Hit,
    Outcome,
    Param,
    Params,
    SubjectKind,
    Trigger,
    Words,
    offer_action,
    offer_subject,
    offer_trigger,
    skipped,
)
from kefu.core.condition_fields import (
    Fields,
    choice,
    moment,
    reference,
    text,
    truth,
    with_emptiness,
    word,
)
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.customers.access import visible_to
from kefu.customers.automation_segments import (
    SEGMENT_FIELDS,
    SEGMENT_WORDS,
    SEGMENTED_FIELDS,
)
from kefu.customers.events import (
    ConsentWithdrawn,
    CustomerBlocked,
    CustomerChanged,
    CustomerCreated,
    CustomerLabelsChanged,
    CustomerVerified,
    VerificationFailed,
)
from kefu.customers.events_merging import MatchFound
from kefu.customers.events_segments import SegmentChanged
from kefu.customers.labels import label_customer, labels_named
from kefu.customers.model import TIERS, Customer, CustomerLabel, CustomerLabelled
from kefu.customers.notes import note

CUSTOMER = "customer"
ON = (CUSTOMER,)
LABELLED = select(1).where(CustomerLabelled.customer_id == Customer.id)

CUSTOMER_FIELDS: Fields = {
    "tier": choice(Customer.tier, *TIERS),
    "label": with_emptiness(
        reference(
            "customer_label",
            lambda value, _: LABELLED.where(CustomerLabelled.label_id.in_(value)).exists(),
        ),
        LABELLED.exists(),
    ),
    "name": text(Customer.name),
    "language": word(Customer.locale),
    "blocked": truth(Customer.blocked_at.is_not(None)),
    "has_phone": truth(Customer.phone.is_not(None)),
    "has_email": truth(Customer.email.is_not(None)),
    "created": moment(Customer.created_at, "days"),
    "last_seen": moment(Customer.last_seen_at, "days"),
    **SEGMENT_FIELDS,
}
WORDS: Words = {
    "tier": ("等级", "Tier"),
    "tier.standard": ("普通", "Standard"),
    "tier.silver": ("银卡", "Silver"),
    "tier.gold": ("金卡", "Gold"),
    "tier.vip": ("VIP", "VIP"),
    "label": ("客户标签", "Label"),
    "name": ("姓名", "Name"),
    "language": ("语言", "Language"),
    "blocked": ("已拉黑", "Is blocked"),
    "has_phone": ("有手机号", "Has a phone number"),
    "has_email": ("有邮箱", "Has an e-mail address"),
    "created": ("建档时间", "Known since"),
    "last_seen": ("最近来访", "Last seen"),
    "way": ("来源", "Came by"),
    "changed": ("改动的字段", "Changed"),
    "purpose": ("用途", "Purpose"),
    **SEGMENT_WORDS,
}


async def about_customers(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
    rows = await db.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids)))
    return {row.id: About(row.name, customer=row.id) for row in rows}


def trigger(fact: str, zh: str, en: str, fields: Fields | None = None) -> Trigger:
    return Trigger(fact, fact, CUSTOMER, zh, en, fields=fields or {}, words=WORDS)


offer_subject(
    SubjectKind(
        CUSTOMER,
        zh="客户",
        en="Customer",
        id=Customer.id,
        fields=CUSTOMER_FIELDS,
        visible=visible_to,
        about=about_customers,
        words=WORDS,
    )
)
offer_trigger(
    trigger(CustomerCreated.kind, "新客户", "A new customer", {"way": word(None)}),
    trigger(CustomerChanged.kind, "客户资料变化", "A profile changes", {"changed": word(None)}),
    trigger(CustomerLabelsChanged.kind, "客户标签变化", "Labels of a customer change"),
    trigger(CustomerBlocked.kind, "客户被拉黑", "A customer is blocked"),
    trigger(CustomerVerified.kind, "客户通过核验", "A customer proves who they are"),
    trigger(VerificationFailed.kind, "客户核验失败", "A proof of identity fails"),
    trigger(MatchFound.kind, "发现疑似同一人", "Two customers may be one person"),
    trigger(SegmentChanged.kind, "客户分群变化", "A customer's segment changes", SEGMENTED_FIELDS),
    trigger(ConsentWithdrawn.kind, "客户撤回同意", "Consent is withdrawn", {"purpose": word(None)}),
)


async def locked(db: Session, hits: Sequence[Hit]) -> dict[UUID, Customer]:
    """The customers who are not erased, locked in one order for everybody."""
    rows = await db.scalars(
        select(Customer)
        .where(Customer.id.in_({hit.subject for hit in hits}), Customer.erased_at.is_(None))
        .order_by(Customer.id)
        .with_for_update(key_share=True)
    )
    return {customer.id: customer for customer in rows}


async def check_label(db: Session, params: Params) -> None:
    if await db.get(CustomerLabel, UUID(params["label"])) is None:
        raise Invalid("There is no such label.", field="label")


@offer_action(
    "customer.label",
    zh="给客户加标签",
    en="Put a label on the customer",
    subjects=ON,
    params={"label": Param("customer_label", "客户标签", "Label")},
    check=check_label,
)
async def label(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    customers = await locked(db, hits)
    outcomes = {}
    for hit in hits:
        customer = customers.get(hit.subject)
        if customer is None:
            outcomes[hit.run] = skipped("erased")
            continue
        worn = {one.id for one in (await labels_named(db, [customer.id]))[customer.id]}
        await label_customer(db, customer, worn | {UUID(params["label"])}, by=None)
        outcomes[hit.run] = DONE
    return outcomes


@offer_action(
    "customer.note",
    zh="给客户写备注",
    en="Write a note about the customer",
    subjects=ON,
    params={"text": Param("text", "备注", "Note", most=2000)},
)
async def write_note(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    customers = await locked(db, hits)
    outcomes = {}
    for hit in hits:
        customer = customers.get(hit.subject)
        if customer is None:
            outcomes[hit.run] = skipped("erased")
            continue
        await note(db, customer, text=params["text"], by=None)
        outcomes[hit.run] = DONE
    return outcomes
