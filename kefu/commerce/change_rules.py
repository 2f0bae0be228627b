"""Rules of changes: what a shop's policy allows with an order, decided from what is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kefu.commerce.care_profiles import CareRules, RuleBroken
from kefu.commerce.model import PaymentMethod, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.core.errors import Invalid

MOST_UNITS = 999
GIFT_CARD = "gift_card"


@dataclass(slots=True)
class Situation:
    """An order with everything its rules look at."""

    order: Order
    lines: Sequence[OrderLine]
    payments: Sequence[Payment]
    methods: Mapping[UUID, PaymentMethod]
    rules: CareRules
    given_back: int = 0
    content_changed: bool = False
    waiting: frozenset[str] = frozenset()
    after_sales: frozenset[str] = frozenset()

    def line(self, line_id: UUID) -> OrderLine:
        found = next((line for line in self.lines if line.id == line_id), None)
        if found is None:
            raise RuleBroken("line_not_in_order", "This line is not in the order.", field="lines")
        return found

    def left_to_give_back(self) -> int:
        """What was paid and neither went back nor is on its way."""
        return max(0, self.order.paid_amount - self.given_back)

    def original_method(self) -> UUID | None:
        """With what the order was paid first."""
        return next((one.method_id for one in self.payments if one.status == "paid"), None)


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One line as it will be; `stays` where nothing changes."""

    line: OrderLine
    sku: Sku | None
    quantity: int
    amount: int
    discount: int

    @property
    def stays(self) -> bool:
        same_sku = self.sku is None or self.sku.id == self.line.sku_id
        return same_sku and self.quantity == self.line.quantity

    @property
    def difference(self) -> int:
        return 0 if self.stays else self.amount - self.line.amount


@dataclass(frozen=True, slots=True)
class ContentPlan:
    """All lines of one request, and who pays or gets the difference."""

    lines: Sequence[LinePlan]
    method: PaymentMethod | None = None
    difference: int = field(default=0)


def check_own(order: Order, customer: UUID | None) -> None:
    """Nobody asks for anything of somebody else's order."""
    if customer is not None and order.customer_id != customer:
        raise RuleBroken("not_own_order", "This order belongs to another customer.")


def check_free(now: Situation, kind: str) -> None:
    """An order that is over stays as it is, and one request of a kind waits at a time."""
    if now.order.status == "cancelled":
        raise RuleBroken("order_status", "This order is cancelled already.", field="status")
    if now.rules.content_locks_order and now.content_changed:
        raise RuleBroken(
            "items_changed_already",
            "The items of this order were changed once; nothing else can be changed any more.",
        )
    if kind == "content" and now.rules.content_once and now.content_changed:
        raise RuleBroken(
            "items_changed_already", "The items of an order can be changed once, and were."
        )
    if kind in now.waiting:
        raise RuleBroken("change_waiting", "Such a request for this order waits for a decision.")
    if now.after_sales:
        raise RuleBroken("order_status", "A return or exchange of this order is under way.")


def check_cancel(now: Situation, reason: str | None) -> None:
    if reason not in now.rules.cancel_reasons:
        raise RuleBroken(
            "reason_not_accepted",
            "An order is cancelled for one of the accepted reasons.",
            field="reason",
            limit=", ".join(now.rules.cancel_reasons),
        )


def check_address(now: Situation, wanted: Mapping[str, Any]) -> None:
    """Something is left to change, and a parcel still finds its way."""
    order = now.order
    same = all(getattr(order, name) == value for name, value in wanted.items())
    if same:
        raise RuleBroken("nothing_wanted", "The order has this address already.", field="address")
    if not wanted.get("street"):
        raise Invalid("An address needs a street.", field="address.street")


def new_method(now: Situation, method_id: UUID) -> PaymentMethod:
    """The one method that pays the whole order from now on."""
    method = own_method(now, method_id)
    if now.rules.payment_must_differ and method.id == now.original_method():
        raise RuleBroken(
            "same_payment_method", "The order is paid this way already.", field="payment_method"
        )
    check_covers(now, method, now.order.total_amount)
    return method


def own_method(now: Situation, method_id: UUID) -> PaymentMethod:
    """The order's customer's own, in the order's currency."""
    method = now.methods.get(method_id)
    if method is None:
        raise RuleBroken(
            "not_own_payment_method",
            "This way of paying is not one of the customer's.",
            field="payment_method",
        )
    if method.currency != now.order.currency:
        raise RuleBroken(
            "currency_differs", "This way of paying has another currency.", field="payment_method"
        )
    return method


def check_covers(now: Situation, method: PaymentMethod, amount: int) -> None:
    """A gift card pays only what is on it."""
    if not now.rules.gift_card_must_cover or method.kind != GIFT_CARD:
        return
    if (method.balance or 0) < amount:
        raise RuleBroken(
            "gift_card_too_small",
            "There is not enough on this gift card.",
            field="payment_method",
            limit=method.balance or 0,
        )


def plan_content(
    now: Situation, wanted: Mapping[str, Any], skus: Mapping[UUID, Sku]
) -> ContentPlan:
    """What the lines become; refuses what is not to be had, not allowed or not paid for."""
    asked = wanted["lines"]
    if len({one["line"] for one in asked}) < len(asked):
        raise Invalid("Each line stands once in a request.", field="lines")
    plans = [plan_line(now, one, skus) for one in asked]
    if all(plan.stays for plan in plans) and not now.rules.same_option_stays:
        raise RuleBroken("same_option", "Nothing would change.", field="lines")
    difference = sum(plan.difference for plan in plans)
    return ContentPlan(plans, method_for(now, wanted.get("payment_method"), difference), difference)


def method_for(now: Situation, given: UUID | None, difference: int) -> PaymentMethod | None:
    """Who pays or gets the difference: what was named, else what the order was paid with."""
    named = given or now.original_method()
    if named is None:
        return None
    if given is None and named not in now.methods:
        return None
    method = own_method(now, named)
    check_covers(now, method, difference)
    return method


def plan_line(now: Situation, one: Mapping[str, Any], skus: Mapping[UUID, Sku]) -> LinePlan:
    """The line with the variant and quantity asked for; the same variant keeps its price."""
    line = now.line(one["line"])
    quantity = line.quantity if one.get("quantity") is None else one["quantity"]
    sku = check_sku(now, line, one["sku"], skus) if one.get("sku") else None
    check_quantity(now, line, quantity)
    is_new = sku is not None and sku.id != line.sku_id
    price = sku.price if sku is not None and is_new else line.unit_price
    discount = min(line.discount, price * quantity)
    plan = LinePlan(line, sku, quantity, price * quantity - discount, discount)
    more = quantity if is_new else quantity - line.quantity
    check_to_be_had(sku or skus.get(line.sku_id or line.id), more)
    return plan


def check_sku(now: Situation, line: OrderLine, wanted: UUID, skus: Mapping[UUID, Sku]) -> Sku:
    """A variant of the same shop, and of the same product where the policy says so."""
    sku = skus.get(wanted)
    if sku is None or sku.shop_id != now.order.shop_id:
        raise RuleBroken("option_unavailable", "The shop has no such variant.", field="lines")
    if now.rules.same_product_only and sku.product_id != line.product_id:
        raise RuleBroken(
            "other_product", "Only another option of the same product is taken.", field="lines"
        )
    return sku


def check_quantity(now: Situation, line: OrderLine, quantity: int) -> None:
    if not 1 <= quantity <= MOST_UNITS:
        raise Invalid(f"A line has 1 to {MOST_UNITS} units.", field="lines", limit=MOST_UNITS)
    if quantity != line.quantity and not now.rules.quantity_may_change:
        raise RuleBroken("quantity_fixed", "The quantity of a line stays as it is.", field="lines")
    if line.cancelled_quantity or line.returned_quantity:
        raise RuleBroken("line_over", "Part of this line is cancelled or returned.", field="lines")


def check_to_be_had(sku: Sku | None, more: int) -> None:
    """So many more of it are in the shop."""
    if sku is None or more <= 0:
        return
    if not sku.available or (sku.stock is not None and sku.stock < more):
        raise RuleBroken(
            "option_unavailable", "This variant is not to be had at the moment.", field="lines"
        )
