"""Customers: who writes to us, how they are recognised, and what happened with them.

Two customers may turn out to be one person, and two again. A capability whose rows belong to
customers takes part by one line beside its table, where it is loaded with its edges:

    moves_with_customer("orders", Order)                        # Order.customer_id follows
    moves_with_customer("tags", Tag, one_per=("label_id",))      # only one of each per customer

The rows then move in the transaction of the merge, and come back exactly when it is undone
(`kefu/customers/moving.py`). What is computed from rows is computed again on the events
`CustomerMerged` and `CustomerUnmerged`: `subject` is the customer who stays, `other` the one
merged away. Facts are never changed: `everyone_who_is(id)`
is the condition on customers for all ids that one person has had. The id of one merged away
leads to the one who stays through `customer_for`, and through `customer_with` for the product.
"""

from kefu.customers.access import (
    customer_for,
    customer_with,
    everyone_who_is,
    grant_access,
    visible_to,
)
from kefu.customers.blocking import block_customer, unblock_customer
from kefu.customers.cards import CustomerCard, customers_named
from kefu.customers.consents import PURPOSES, Proof, check_consent, give_consent, has_consent
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.dedicated_reading import Dedicated, dedicated_to
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged
from kefu.customers.figures import PurchaseFigures, ServiceFigures
from kefu.customers.identities import add_claims, customer_by_identity, identify
from kefu.customers.masking import masked_email, masked_phone
from kefu.customers.merging import Grounds, merge, unmerge
from kefu.customers.model import TIERS, Customer, Identity
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import (
    erase_customer,
    erases_customer,
    export_customer,
    exports_customer,
)
from kefu.customers.points import earn_points, take_back_points
from kefu.customers.portraits import note_talk
from kefu.customers.purchases import enter_stage, note_purchases, note_service
from kefu.customers.recognising import Person, a_person, recognise_all
from kefu.customers.recommending import (
    BoughtProduct,
    note_bought,
    recommend,
    recommended_to,
    take_back_bought,
)
from kefu.customers.regions import is_elsewhere, province_in
from kefu.customers.segments import customers_in
from kefu.customers.shutting import follows_blocking, is_blocked
from kefu.customers.talk import TalkCount
from kefu.customers.timeline import timeline_entry
from kefu.customers.treating import Treatment, treatment_of, treatments_of
from kefu.customers.verifying import checks_order, verified_until, verify

__all__ = [
    "PURPOSES",
    "TIERS",
    "BoughtProduct",
    "Customer",
    "CustomerCard",
    "CustomerMerged",
    "CustomerUnmerged",
    "Dedicated",
    "Grounds",
    "Identity",
    "Person",
    "Proof",
    "PurchaseFigures",
    "ServiceFigures",
    "TalkCount",
    "Treatment",
    "a_person",
    "add_claims",
    "block_customer",
    "check_consent",
    "checks_order",
    "customer_by_identity",
    "customer_for",
    "customer_with",
    "customers_in",
    "customers_named",
    "dedicated_to",
    "earn_points",
    "email_address",
    "enter_stage",
    "erase_customer",
    "erases_customer",
    "everyone_who_is",
    "export_customer",
    "exports_customer",
    "follows_blocking",
    "give_consent",
    "grant_access",
    "has_consent",
    "identify",
    "is_blocked",
    "is_elsewhere",
    "masked_email",
    "masked_phone",
    "merge",
    "moves_with_customer",
    "note_bought",
    "note_purchases",
    "note_service",
    "note_talk",
    "phone_number",
    "province_in",
    "recognise_all",
    "recommend",
    "recommended_to",
    "take_back_bought",
    "take_back_points",
    "timeline_entry",
    "treatment_of",
    "treatments_of",
    "unblock_customer",
    "unmerge",
    "verified_until",
    "verify",
    "visible_to",
]
