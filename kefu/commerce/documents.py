"""Documents: an order as a shop tells it, in one shape for the API, files and other shops.

What is wrong is refused with the name of its field before anything is written. Amounts are whole
smallest units; sums that are left out are reckoned, sums that are given must add up.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Annotated, Any, Literal, LiteralString, Self

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kefu.commerce.money import CURRENCIES, MOST, written
from kefu.core.time_shapes import Moment

Amount = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Status = Literal["created", "paid", "processing", "shipped", "delivered", "completed", "cancelled"]
Step = Literal["cart", "address", "payment", "stock", "confirmation"]
ShipmentStatus = Literal[
    "created", "in_transit", "out_for_delivery", "delivered", "exception", "returned", "lost"
]
Method = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


def _line(limit: int) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=1, max_length=limit, pattern=ONE_LINE
    )


Code = Annotated[str, _line(64)]
Id = Annotated[str, _line(128)]
Word = Annotated[str, _line(60)]
Name = Annotated[str, _line(80)]
Line = Annotated[str, _line(200)]
LongLine = Annotated[str, _line(300)]
Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
LINES = 500
PARTS = 100
SCANS = 1000
SPECS_BYTES = 16_000


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise PydanticCustomError(
            "unknown_currency",
            "'{value}' is no currency: use its three letters, like CNY.",
            {"value": value},
        )
    return value


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if value and len(orjson.dumps(value)) > SPECS_BYTES:
        raise PydanticCustomError(
            "too_many_bytes", "All of it together may have {limit} bytes.", {"limit": SPECS_BYTES}
        )
    return value


Currency = Annotated[str, Field(max_length=3), AfterValidator(_currency)]
Specs = Annotated[dict[str, Any], Field(max_length=100), AfterValidator(_small)]


class Document(BaseModel):
    """Part of what a shop tells; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class CustomerDocument(Document):
    """Whose order it is; the shop vouches for its own id, and for those it names `verified`."""

    external_id: Id | None = None
    name: Name | None = None
    phone: Word | None = None
    email: LongLine | None = None
    verified: list[Literal["phone", "email"]] = Field(default_factory=list, max_length=2)


class LineDocument(Document):
    external_id: Id | None = None
    product: Id | None = None
    sku: Id | None = None
    title: LongLine
    specs: Specs = Field(default_factory=dict)
    quantity: Count = 1
    unit_price: Amount
    discount: Amount = 0
    cancelled_quantity: Annotated[int, Field(strict=True, ge=0)] = 0
    returned_quantity: Annotated[int, Field(strict=True, ge=0)] = 0

    @property
    def amount(self) -> int:
        return self.unit_price * self.quantity - self.discount

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.discount > self.unit_price * self.quantity:
            raise amiss(
                "discount",
                "discount_too_large",
                "The discount of a line is at most what the line costs.",
            )
        if self.cancelled_quantity + self.returned_quantity > self.quantity:
            raise amiss(
                "returned_quantity", "too_many_back", "More pieces came back than were ordered."
            )
        return self


class PaymentDocument(Document):
    external_id: Id
    method: Method
    amount: Amount
    status: Literal["pending", "paid", "failed", "refunded"] = "paid"
    paid_at: Moment | None = None
    failure: Line | None = None
    payment_method: Id | None = None


class RefundDocument(Document):
    external_id: Id
    amount: Annotated[int, Field(strict=True, ge=1, le=MOST)]
    reason: Line = "unknown"
    status: Literal["requested", "approved", "paid", "failed", "refused"] = "paid"
    requested_at: Moment | None = None
    paid_at: Moment | None = None
    line: Annotated[int, Field(ge=1, le=LINES)] | None = None
    failure: Line | None = None


class ScanDocument(Document):
    external_id: Id | None = None
    at: Moment
    code: Code | None = None
    status: ShipmentStatus | None = None
    place: Line | None = None
    text: Note | None = None

    @property
    def key(self) -> str:
        """What a repetition is known by."""
        said = f"{self.at.isoformat()}|{self.code}|{self.status}|{self.place}|{self.text}"
        return self.external_id or hashlib.sha256(said.encode()).hexdigest()[:32]


class ShipmentDocument(Document):
    carrier: Code | None = None
    tracking_number: Code | None = None
    direction: Literal["outbound", "return"] = "outbound"
    status: ShipmentStatus | None = None
    shipped_at: Moment | None = None
    delivered_at: Moment | None = None
    promised_by: Moment | None = None
    freight_insured: bool = False
    tracking: list[ScanDocument] = Field(default_factory=list, max_length=SCANS)


class AddressDocument(Document):
    recipient: Name | None = None
    phone: Word | None = None
    country: Word | None = None
    province: Word | None = None
    city: Word | None = None
    district: Word | None = None
    street: LongLine | None = None
    postcode: Word | None = None


class OrderDocument(Document):
    """One order; `version` or `updated_at` say which of two tellings is the newer."""

    number: Code
    external_id: Id | None = None
    version: Annotated[int, Field(strict=True, ge=0, lt=2**62)] | None = None
    updated_at: Moment | None = None
    status: Status = "created"
    customer: CustomerDocument | None = None
    placed_at: Moment | None = None
    paid_at: Moment | None = None
    shipped_at: Moment | None = None
    delivered_at: Moment | None = None
    completed_at: Moment | None = None
    cancelled_at: Moment | None = None
    promised_ship_by: Moment | None = None
    promised_by: Moment | None = None
    currency: Currency | None = None
    goods_amount: Amount | None = None
    shipping_amount: Amount = 0
    discount_amount: Amount = 0
    total_amount: Amount | None = None
    paid_amount: Amount | None = None
    address: AddressDocument | None = None
    channel: Method = "web"
    note: Note | None = None
    unfinished_step: Step | None = None
    attributes: Specs = Field(default_factory=dict)
    lines: list[LineDocument] = Field(default_factory=list, max_length=LINES)
    payments: list[PaymentDocument] = Field(default_factory=list, max_length=PARTS)
    refunds: list[RefundDocument] = Field(default_factory=list, max_length=PARTS)
    shipments: list[ShipmentDocument] = Field(default_factory=list, max_length=PARTS)

    @property
    def goods(self) -> int:
        if self.goods_amount is not None:
            return self.goods_amount
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        if self.total_amount is not None:
            return self.total_amount
        return self.goods + self.shipping_amount - self.discount_amount

    @property
    def paid(self) -> int:
        """What was paid; where the shop says only that it is paid, the total."""
        if self.paid_amount is not None:
            return self.paid_amount
        if self.payments:
            return sum(one.amount for one in self.payments if one.status in ("paid", "refunded"))
        return 0 if self.status == "created" or self.is_never_paid else self.total

    @property
    def is_never_paid(self) -> bool:
        return self.status == "cancelled" and self.paid_at is None

    @property
    def refunded(self) -> int:
        return sum(one.amount for one in self.refunds if one.status == "paid")

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same words."""
        said = orjson.dumps(self.model_dump(mode="json", exclude_defaults=True))
        return hashlib.sha256(said).hexdigest()[:32]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        lines = sum(line.amount for line in self.lines)
        if self.lines and self.goods_amount not in (None, lines):
            raise amiss(
                "goods_amount",
                "goods_do_not_add_up",
                "The goods are said to be {told}, but the lines come to {lines}.",
                told=self._said(self.goods_amount),
                lines=self._said(lines),
            )
        sums = self.goods + self.shipping_amount - self.discount_amount
        if sums < 0:
            raise amiss(
                "discount_amount",
                "discount_over_all",
                "The discount is more than goods and shipping.",
            )
        if self.total_amount not in (None, sums):
            raise amiss(
                "total_amount",
                "total_does_not_add_up",
                "The total is said to be {told}, but goods {goods} + shipping {shipping} - "
                "discount {discount} = {sum}.",
                told=self._said(self.total_amount),
                goods=self._said(self.goods),
                shipping=self._said(self.shipping_amount),
                discount=self._said(self.discount_amount),
                sum=self._said(sums),
            )
        for field in ("lines", "payments", "refunds"):
            check_once(field, [one.external_id for one in getattr(self, field)])
        return self

    def _said(self, amount: int | None) -> str:
        return written(amount or 0, self.currency or "CNY")


def check_once(field: str, ids: list[str | None]) -> None:
    """Ids within one order name one thing each."""
    given = [identifier for identifier in ids if identifier is not None]
    if len(given) != len(set(given)):
        twice = next(one for one in given if given.count(one) > 1)
        raise amiss(field, "told_twice", "Two of them have the external_id {id}.", id=twice)


def amiss(field: str, code: LiteralString, why: LiteralString, **params: str) -> ValidationError:
    """A refusal that names the field, as those of the fields themselves do."""
    error = PydanticCustomError(code, why, params)
    return ValidationError.from_exception_data(
        "order", [{"type": error, "loc": (field,), "input": None}]
    )
