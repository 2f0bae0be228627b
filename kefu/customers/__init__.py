"""Customers: who writes to us, how they are recognised, and what happened with them."""

from kefu.customers.access import customer_for, grant_access
from kefu.customers.cards import CustomerCard, customers_named
from kefu.customers.consents import PURPOSES, Proof, check_consent, give_consent, has_consent
from kefu.customers.figures import PurchaseFigures, ServiceFigures
from kefu.customers.identities import add_claims, customer_by_identity, identify
from kefu.customers.masking import masked_email, masked_phone
from kefu.customers.model import TIERS, Customer, Identity
from kefu.customers.personal_data import (
    erase_customer,
    erases_customer,
    export_customer,
    exports_customer,
)
from kefu.customers.portraits import note_talk
from kefu.customers.profiles import block_customer, unblock_customer
from kefu.customers.purchases import note_purchases, note_service
from kefu.customers.talk import TalkCount
from kefu.customers.timeline import timeline_entry
from kefu.customers.treating import Treatment, treatment_of, treatments_of
from kefu.customers.verifying import checks_order, verified_until, verify

__all__ = [
    "PURPOSES",
    "TIERS",
    "Customer",
    "CustomerCard",
    "Identity",
    "Proof",
    "PurchaseFigures",
    "ServiceFigures",
    "TalkCount",
    "Treatment",
    "add_claims",
    "block_customer",
    "check_consent",
    "checks_order",
    "customer_by_identity",
    "customer_for",
    "customers_named",
    "erase_customer",
    "erases_customer",
    "export_customer",
    "exports_customer",
    "give_consent",
    "grant_access",
    "has_consent",
    "identify",
    "masked_email",
    "masked_phone",
    "note_purchases",
    "note_service",
    "note_talk",
    "timeline_entry",
    "treatment_of",
    "treatments_of",
    "unblock_customer",
    "verified_until",
    "verify",
]
