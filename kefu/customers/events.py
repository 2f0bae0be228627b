"""What customers tell: who came, who changed, what was agreed, shown, noted and erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerEvent(Event):
    """Something agents see on a customer's page; they fetch it again through the door."""

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """`historic` stands with those who were imported: they did not come just now."""

    kind: ClassVar[str] = "customer.created"
    way: str
    historic: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(CustomerEvent):
    """`changed` names fields; an attribute is named `attributes.<key>`.

    `historic` stands where a file said so: nothing starts from what was so before.
    """

    kind: ClassVar[str] = "customer.changed"
    changed: tuple[str, ...]
    historic: bool | None = None


@dataclass(frozen=True, kw_only=True)
class IdentityAttached(Event):
    kind: ClassVar[str] = "customer.identified"
    identity: UUID
    identity_kind: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class CustomerBlocked(CustomerEvent):
    kind: ClassVar[str] = "customer.blocked"


@dataclass(frozen=True, kw_only=True)
class CustomerUnblocked(CustomerEvent):
    kind: ClassVar[str] = "customer.unblocked"


@dataclass(frozen=True, kw_only=True)
class CustomerNoted(CustomerEvent):
    kind: ClassVar[str] = "customer.noted"
    note: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerNoteChanged(CustomerEvent):
    kind: ClassVar[str] = "customer.note_changed"
    note: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerNoteRemoved(CustomerEvent):
    kind: ClassVar[str] = "customer.note_removed"
    note: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerLabelsChanged(CustomerEvent):
    kind: ClassVar[str] = "customer.labelled"
    added: tuple[UUID, ...] = ()
    removed: tuple[UUID, ...] = ()
    historic: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(CustomerEvent):
    kind: ClassVar[str] = "consent.given"
    consent: UUID
    purpose: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(CustomerEvent):
    kind: ClassVar[str] = "consent.withdrawn"
    consent: UUID
    purpose: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class CustomerVerified(CustomerEvent):
    kind: ClassVar[str] = "customer.verified"
    method: str
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class VerificationFailed(Event):
    kind: ClassVar[str] = "customer.verification_failed"
    method: str


@dataclass(frozen=True, kw_only=True)
class CustomerRevealed(Event):
    """Somebody saw personal data in plain; `reason` is one of a list, never free text."""

    kind: ClassVar[str] = "customer.revealed"
    shown: tuple[str, ...]
    reason: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class CustomerExported(Event):
    kind: ClassVar[str] = "customer.exported"


@dataclass(frozen=True, kw_only=True)
class CustomerErased(CustomerEvent):
    kind: ClassVar[str] = "customer.erased"
    reason: str


@dataclass(frozen=True, kw_only=True)
class AttributeDefined(CustomerEvent):
    kind: ClassVar[str] = "attribute.defined"


@dataclass(frozen=True, kw_only=True)
class AttributeChanged(CustomerEvent):
    kind: ClassVar[str] = "attribute.changed"


@dataclass(frozen=True, kw_only=True)
class AttributeRemoved(CustomerEvent):
    kind: ClassVar[str] = "attribute.removed"


@dataclass(frozen=True, kw_only=True)
class LabelDefined(CustomerEvent):
    kind: ClassVar[str] = "customer_label.defined"


@dataclass(frozen=True, kw_only=True)
class LabelChanged(CustomerEvent):
    kind: ClassVar[str] = "customer_label.changed"


@dataclass(frozen=True, kw_only=True)
class LabelRemoved(CustomerEvent):
    kind: ClassVar[str] = "customer_label.removed"
