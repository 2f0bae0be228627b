"""Visitors: who comes through a widget, proven by our token or by the shop's signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.channels.contexts import taken_context
from kefu.channels.tokens import read_visitor_token
from kefu.conversations import Conversation, Inbox, Status, open_conversation
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Forbidden, Invalid, Unauthenticated
from kefu.core.ids import uuid7
from kefu.core.switchboard import Party
from kefu.customers import Customer, Identity, customer_with, identify

SHOWN_AFTER_CLOSING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A known visitor in one inbox; `entered_as` is whom their token names.

    It may name a customer who was merged into another one; they get back what is theirs when that
    is undone.
    """

    customer: Customer
    inbox: Inbox
    entered_as: UUID | None = None

    def party(self) -> Party:
        """The visitor as the message path knows them."""
        return Party(
            kind="visitor",
            id=self.customer.id,
            name=self.customer.name,
            avatar=self.customer.avatar,
            inbox=self.inbox.id,
        )


@dataclass(frozen=True, slots=True)
class Introduced:
    """Who the shop's page says the visitor is; only a signature proves it."""

    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    hash: str | None = None


async def visitor_with(db: Session, inbox: Inbox, token: object, *, key: bytes) -> Visitor:
    """The visitor whose token this is; refuses tokens of another inbox and of erased customers."""
    held = read_visitor_token(token, key=key, at=now())
    customer = await customer_with(db, held.customer)
    if held.inbox != inbox.id or customer is None or customer.erased_at is not None:
        raise Unauthenticated(
            "This visitor is not known any more.", code="unknown_visitor", field="token"
        )
    return Visitor(customer, inbox, held.customer)


async def welcome(
    db: Session, inbox: Inbox, known: Visitor | None, said: Introduced | None, *, locale: str | None
) -> Visitor:
    """Let a visitor in: the one known before, the shop's signed-in user, or a new stranger."""
    proven = check_identity(inbox, said)
    if said is None and known is not None:
        return known
    said = said or Introduced()
    names = [("visitor", await visitor_name(db, inbox, known), True)]
    if said.external_id:
        names.append(("external_id", said.external_id, proven))
    return Visitor(await recognise(db, inbox, names, said, locale=locale), inbox)


async def recognise(
    db: Session,
    inbox: Inbox,
    names: Sequence[tuple[str, str, bool]],
    said: Introduced,
    *,
    locale: str | None,
) -> Customer:
    """The customer; an address or number that is none keeps nobody from writing."""
    try:
        async with db.begin_nested():
            return await identify(
                db,
                identities=names,
                scope=inbox.id,
                email=said.email,
                phone=said.phone,
                name=said.name,
                locale=locale,
            )
    except Invalid as refusal:
        if refusal.field not in ("email", "phone"):
            raise
    return await identify(db, identities=names, scope=inbox.id, name=said.name, locale=locale)


def check_identity(inbox: Inbox, said: Introduced | None) -> bool:
    """Whether the shop signed this identity; a wrong signature is refused, so is a needed one."""
    if said is not None and said.external_id and said.hash:
        expected = identity_hash(inbox.secret, said.external_id)
        if inbox.secret and hmac.compare_digest(
            expected.encode(), said.hash.encode("utf-8", "replace")
        ):
            return True
        raise Forbidden(
            "The signature of this identity does not hold.",
            code="identity_invalid",
            field="identity.hash",
        )
    if inbox.require_identity:
        raise Forbidden(
            "This inbox takes only customers whom the shop has signed in.",
            code="identity_required",
            field="identity.hash",
        )
    return False


def identity_hash(secret: str, external_id: str) -> str:
    """HMAC-SHA256 of the shop's own customer number with the inbox's secret, in hexadecimal."""
    return hmac.new(secret.encode(), external_id.encode(), hashlib.sha256).hexdigest()


async def visitor_name(db: Session, inbox: Inbox, known: Visitor | None) -> str:
    if known is not None:
        held = await db.scalar(
            select(Identity.value)
            .where(
                Identity.customer_id == known.customer.id,
                Identity.kind == "visitor",
                Identity.scope == inbox.id,
            )
            .order_by(Identity.id)
            .limit(1)
        )
        if held is not None:
            return held
    return str(uuid7())


async def current_conversation(db: Session, visitor: Visitor) -> Conversation | None:
    """The visitor's open conversation here, or the one closed within the last day."""
    mine = (
        Conversation.customer_id == visitor.customer.id,
        Conversation.inbox_id == visitor.inbox.id,
    )
    shown = (Conversation.status != Status.CLOSED) | (
        Conversation.closed_at > now() - SHOWN_AFTER_CLOSING
    )
    query = select(Conversation).where(*mine, shown)
    query = query.order_by((Conversation.status == Status.CLOSED), Conversation.id.desc()).limit(1)
    return await db.scalar(query)


async def opened_conversation(db: Session, visitor: Visitor) -> Conversation:
    """The visitor's one open conversation in this inbox, locked; made if there is none.

    The customer's row is locked first, so that two requests at once open one conversation.
    """
    customer = await locked_customer(db, visitor.customer.id)
    query = select(Conversation).where(
        Conversation.customer_id == customer.id,
        Conversation.inbox_id == visitor.inbox.id,
        Conversation.status != Status.CLOSED,
    )
    query = query.order_by(Conversation.id.desc()).limit(1).with_for_update(key_share=True)
    found = await db.scalar(query.execution_options(populate_existing=True))
    if found is not None:
        return found
    if customer.blocked_at is not None or await is_blocked(db, customer, visitor.inbox):
        raise Forbidden("This inbox does not take messages from you.", code="blocked")
    context = await taken_context(db, customer, visitor.inbox)
    return await open_conversation(db, visitor.inbox, customer, by=customer.id, context=context)


async def is_blocked(db: Session, customer: Customer, inbox: Inbox) -> bool:
    """Whether an agent blocked them in a talk here: closing that talk does not let them back in."""
    blocked = select(Conversation.id).where(
        Conversation.customer_id == customer.id,
        Conversation.inbox_id == inbox.id,
        Conversation.blocked_here,
    )
    return await db.scalar(blocked.limit(1)) is not None


async def locked_customer(db: Session, customer: UUID) -> Customer:
    """The customer's row, so that two requests of one visitor come one after the other."""
    query = select(Customer).where(Customer.id == customer)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await db.scalars(query)).one()
