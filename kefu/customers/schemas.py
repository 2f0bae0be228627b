"""Shapes of requests and answers of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kefu.core.paging import Cursor
from kefu.core.shapes import Shape
from kefu.customers.listing import Sort

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Tier = Literal["standard", "silver", "gold", "vip"]
AttributeKind = Literal["text", "number", "date", "choice", "boolean"]
Purpose = Literal["service", "marketing", "survey", "profiling", "recording", "care"]
RevealReason = Literal[
    "call_customer", "check_identity", "ship_order", "refund", "complaint", "other"
]
ErasureReason = Literal["customer_request", "account_closed", "retention", "mistake"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=ONE_LINE)]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=100)]
Label = Annotated[Line, StringConstraints(min_length=1, max_length=40)]
Contact = Annotated[Line, StringConstraints(max_length=254)]
Locale = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", max_length=20)
]
Picture = Annotated[
    str, StringConstraints(pattern=r"^(https://|/api/v1/files/)[!-~]*$", max_length=500)
]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-f]{6}|[a-z]{3,12})$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"\S")]
Evidence = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"\S")]
PhoneTail = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
OrderNumber = Annotated[Line, StringConstraints(min_length=1, max_length=64)]


class CustomerFilter(Shape):
    q: Annotated[str, Field(max_length=100)] = ""
    tier: Tier | None = None
    label: UUID | None = None
    sort: Sort = "last_seen"
    cursor: Cursor = None
    limit: int = Field(default=25, ge=1, le=100)


class CustomerChange(Shape):
    name: Name = ""
    avatar: Picture | None = None
    email: Contact | None = None
    phone: Contact | None = None
    locale: Locale | None = None
    tier: Tier = "standard"
    attributes: dict[Key, Any] = Field(default={}, max_length=100)


class LabelRow(BaseModel):
    id: UUID
    name: str
    colour: str


class NewLabel(Shape):
    name: Label
    colour: Colour = "grey"


class LabelChange(Shape):
    name: Label = ""
    colour: Colour = "grey"


class LabelsOfCustomer(Shape):
    labels: Annotated[list[UUID], Field(max_length=50)]


class AttributeRow(BaseModel):
    id: UUID
    key: str
    name: str
    kind: AttributeKind
    choices: list[str]
    sensitive: bool
    position: int


class AttributeChange(Shape):
    name: Label = ""
    choices: list[Name] = Field(default=[], max_length=100)
    sensitive: bool = False
    position: int = Field(default=100, ge=0, le=10000)


class NewAttribute(AttributeChange):
    key: Key
    name: Label
    kind: AttributeKind


class IdentityRow(BaseModel):
    id: UUID
    kind: str
    value: str
    verified: bool
    scope: UUID | None


class CustomerRow(BaseModel):
    """A customer in a list; phone and e-mail are masked."""

    id: UUID
    name: str
    avatar: str | None
    tier: Tier
    phone: str | None
    email: str | None
    labels: list[LabelRow]
    blocked_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime


class CustomerDetail(CustomerRow):
    """A customer's page; sensitive attributes are masked too."""

    locale: str | None
    attributes: dict[str, Any]
    identities: list[IdentityRow]
    verified_until: datetime | None
    consents: list[str]
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    allowed: list[str]


class AgentShown(BaseModel):
    id: UUID
    name: str
    avatar: str | None


class TimelineRow(BaseModel):
    id: int
    kind: str
    at: datetime
    actor: AgentShown | None
    conversation: UUID | None
    details: dict[str, Any]
    shown: dict[str, Any] | None


class WrittenNote(Shape):
    text: NoteText


class NoteRow(BaseModel):
    id: UUID
    text: str
    author: AgentShown | None
    created_at: datetime
    changed_at: datetime | None


class NewConsent(Shape):
    purpose: Purpose
    channel: Channel
    evidence: Evidence


class Withdrawal(Shape):
    channel: Channel


class ConsentRow(BaseModel):
    id: UUID
    purpose: Purpose
    channel: str
    evidence: str
    given_at: datetime
    withdrawn_at: datetime | None
    withdrawn_channel: str | None


class OrderProof(Shape):
    method: Literal["order_phone"]
    order: OrderNumber
    phone_tail: PhoneTail


class VerificationRow(BaseModel):
    verified: bool
    valid_until: datetime | None


class Reveal(Shape):
    reason: RevealReason


class Revealed(BaseModel):
    phone: str | None
    email: str | None
    attributes: dict[str, Any]
    identities: list[dict[str, Any]]
    addresses: list[dict[str, Any]]


class Erasure(Shape):
    name: Name
    reason: ErasureReason
