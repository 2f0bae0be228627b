"""Tables of customers: who they are, how they are recognised, and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    desc,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.customers.names import search_terms_of

TIERS = ("standard", "silver", "gold", "vip")
IDENTITY_KINDS = (
    "visitor",
    "external_id",
    "email",
    "phone",
    "openid",
    "unionid",
    "device",
    "api",
)
ATTRIBUTE_KINDS = ("text", "number", "date", "choice", "boolean")
VERIFICATION_METHODS = ("sms_code", "order_phone")
DECISIONS = ("merged", "rejected")
ERASED_NAME = "已删除的客户"


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Customer(Base):
    """A person who writes to us; an erased one keeps its id and nothing else.

    `merged_into` is the customer who stays in the end, never one who was merged away; `own` keeps
    what the customer's own fields said before those of merged ones filled them.
    """

    __tablename__ = "customers"
    __table_args__ = (
        one_of("tier", TIERS),
        Index("ix_customers_last_seen_at_id", desc("last_seen_at"), desc("id")),
        Index("ix_customers_name_pinyin_id", "name_pinyin", "id"),
        Index("ix_customers_search_terms", "search_terms", postgresql_using="gin"),
        Index("ix_customers_email_prefix", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index(
            "ix_customers_merged_into", "merged_into", postgresql_where="merged_into is not null"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    name_given: Mapped[bool] = mapped_column(default=True)
    name_pinyin: Mapped[str] = mapped_column(Text)
    search_terms: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)
    avatar: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text, default="standard")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    blocked_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    erased_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    own: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))

    def rename(self, name: str, *, given: bool = True) -> None:
        """Take a name, one that was given or one that we made up; both can be searched for."""
        self.name, self.name_given = name, given
        self.name_pinyin = sort_key(name)
        self.search_terms = search_terms_of(name)

    def erase(self, at: datetime) -> None:
        """Forget the person; the id stays, so that facts and counts stay right."""
        self.rename(ERASED_NAME, given=False)
        self.avatar = self.email = self.phone = self.locale = None
        self.attributes, self.own = {}, {}
        self.erased_at = at


Index(
    "ix_customers_pinyin_prefix",
    func.replace(Customer.name_pinyin, " ", "").label("pinyin"),
    postgresql_ops={"pinyin": "text_pattern_ops"},
)
Index(
    "ix_customers_phone_tail",
    func.reverse(Customer.phone).label("tail"),
    postgresql_ops={"tail": "text_pattern_ops"},
)


class Identity(Base):
    """One way in which a customer is recognised; a value belongs to one customer."""

    __tablename__ = "identities"
    __table_args__ = (
        one_of("kind", IDENTITY_KINDS),
        UniqueConstraint("kind", "scope", "value", postgresql_nulls_not_distinct=True),
        Index("ix_identities_value", "value"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    scope: Mapped[UUID | None]
    value: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class MergeCandidate(Base):
    """Two customers who may be one person: how sure that is and why, and what was decided."""

    __tablename__ = "merge_candidates"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="in_order"),
        one_of("decision", DECISIONS),
        Index(
            "ix_merge_candidates_open",
            "confidence",
            "id",
            postgresql_where=text("decided_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    one_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool]
    confidence: Mapped[float] = mapped_column(Float, default=0.0, server_default=text("0"))
    evidence: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    why: Mapped[str | None] = mapped_column(Text)


class AttributeDefinition(Base):
    """A field that this shop keeps about its customers."""

    __tablename__ = "attributes"
    __table_args__ = (one_of("kind", ATTRIBUTE_KINDS),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    choices: Mapped[list[str]] = mapped_column(default=list)
    sensitive: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=100)
    created_at: Mapped[datetime] = mapped_column(default=now)


class CustomerNote(Base):
    __tablename__ = "customer_notes"
    __table_args__ = (Index("ix_customer_notes_customer_id_id", "customer_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime | None]


class CustomerLabel(Base):
    __tablename__ = "customer_labels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    colour: Mapped[str] = mapped_column(Text, default="grey")
    created_at: Mapped[datetime] = mapped_column(default=now)


class CustomerLabelled(Base):
    __tablename__ = "customer_labelled"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    label_id: Mapped[UUID] = mapped_column(
        ForeignKey("customer_labels.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=now)
    id: Mapped[UUID] = mapped_column(
        default=uuid7, server_default=text("gen_random_uuid()"), unique=True
    )


class Consent(Base):
    """What a customer agreed to, with its proof; a withdrawn one stays as a record."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "ix_consents_in_force",
            "customer_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
        Index("ix_consents_customer_id_id", "customer_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    purpose: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_channel: Mapped[str | None] = mapped_column(Text)


class CustomerAccess(Base):
    """Which agents and teams serve a customer, and so may see them."""

    __tablename__ = "customer_access"
    __table_args__ = (
        UniqueConstraint("customer_id", "agent_id", "team_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("num_nonnulls(agent_id, team_id) = 1", name="agent_or_team"),
        Index("ix_customer_access_agent_id_customer_id", "agent_id", "customer_id"),
        Index("ix_customer_access_team_id_customer_id", "team_id", "customer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    granted_at: Mapped[datetime] = mapped_column(default=now)


class Verification(Base):
    """A proof of who the customer is, good on every channel until it runs out."""

    __tablename__ = "verifications"
    __table_args__ = (
        one_of("method", VERIFICATION_METHODS),
        Index("ix_verifications_customer_id_valid_until", "customer_id", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    method: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[datetime] = mapped_column(default=now)
    valid_until: Mapped[datetime]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    revoked_at: Mapped[datetime | None]

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.valid_until
