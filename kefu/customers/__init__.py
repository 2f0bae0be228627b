"""Customers: who writes to us, how they are recognised, and what happened with them."""

from kefu.customers.cards import CustomerCard, customers_named
from kefu.customers.identities import customer_by_identity, identify
from kefu.customers.model import TIERS, Customer, Identity

__all__ = [
    "TIERS",
    "Customer",
    "CustomerCard",
    "Identity",
    "customer_by_identity",
    "customers_named",
    "identify",
]
