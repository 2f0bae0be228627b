"""Amounts: how much goes back for some units of an order, to the last fen, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of the order: `units` bought, `price` for all of them before coupons."""

    units: int
    price: int


def paid_for(line: Bought, units: int, *, discount: int, order_price: int) -> int:
    """What was paid for so many units: the price less their part of the order's coupons.

    Rounded down, so that parts never add up to more than was paid.
    """
    if not line.units or not order_price:
        return 0
    price = line.price * units // line.units
    share = -(-discount * price // order_price)
    return max(price - share, 0)


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a refund is made of; freight insurance is paid by the insurer, beside it."""

    goods: int
    shipping: int
    insurance: int

    @property
    def total(self) -> int:
        """The most that goes back from us."""
        return self.goods + self.shipping


def refundable(
    goods: Sequence[int],
    *,
    shipping_paid: int,
    whole_order: bool,
    by_shop: bool,
    insurance: int = 0,
    refunded_before: int = 0,
    order_paid: int,
) -> Refundable:
    """Goods always; the shipping when the fault is ours and the whole order comes back.

    Whatever was refunded before leaves less: nobody gets more than they paid. The insurer pays
    the way back only where the shop does not.
    """
    left = max(order_paid - refunded_before, 0)
    value = min(sum(goods), left)
    shipping = shipping_paid if by_shop and whole_order else 0
    return Refundable(value, min(shipping, left - value), 0 if by_shop else insurance)


def check_amount(amount: int, most: int) -> None:
    if amount <= 0:
        raise Invalid("A refund is more than nothing.", field="amount", limit=1)
    if amount > most:
        raise Invalid(
            "This is more than can be refunded for these goods.",
            field="amount",
            limit=most,
            code="above_refundable",
        )
