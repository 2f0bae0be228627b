"""Customers: who writes to us, how they are recognised, and what happened with them."""

from kefu.customers.access import customer_for, grant_access
from kefu.customers.cards import CustomerCard, customers_named
from kefu.customers.consents import PURPOSES, Proof, check_consent, give_consent, has_consent
from kefu.customers.contacts import phone_number
from kefu.customers.identities import add_claims, customer_by_identity, identify
from kefu.customers.masking import masked_email, masked_phone
from kefu.customers.model import TIERS, Customer, Identity
from kefu.customers.personal_data import (
    erase_customer,
    erases_customer,
    export_customer,
    exports_customer,
)
from kefu.customers.profiles import block_customer, unblock_customer
from kefu.customers.recognising import Person, a_person, recognise_all
from kefu.customers.timeline import timeline_entry
from kefu.customers.verifying import checks_order, verified_until, verify

__all__ = [
    "PURPOSES",
    "TIERS",
    "Customer",
    "CustomerCard",
    "Identity",
    "Person",
    "Proof",
    "a_person",
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
    "phone_number",
    "recognise_all",
    "timeline_entry",
    "unblock_customer",
    "verified_until",
    "verify",
]
