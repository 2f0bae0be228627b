"""What customers tell about their address books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.customers.events import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class AddressAdded(CustomerEvent):
    kind: ClassVar[str] = "customer.address_added"
    address: UUID


@dataclass(frozen=True, kw_only=True)
class AddressChanged(CustomerEvent):
    kind: ClassVar[str] = "customer.address_changed"
    address: UUID


@dataclass(frozen=True, kw_only=True)
class AddressRemoved(CustomerEvent):
    kind: ClassVar[str] = "customer.address_removed"
    address: UUID
