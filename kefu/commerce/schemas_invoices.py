"""Shapes of invoices."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from kefu.core.shapes import Shape, line_of

InvoiceKind = Literal["personal", "company"]
Medium = Literal["electronic", "paper"]
InvoiceState = Literal["applied", "issued", "void"]


class InvoiceBody(Shape):
    """A company's needs a tax number; an electronic one an e-mail, a paper one an address."""

    kind: InvoiceKind = "personal"
    medium: Medium = "electronic"
    title: line_of(100)  # type: ignore[valid-type]
    tax_number: line_of(30) | None = None  # type: ignore[valid-type]
    email: line_of(200) | None = None  # type: ignore[valid-type]
    address: line_of(300) | None = None  # type: ignore[valid-type]


class InvoiceChange(Shape):
    kind: InvoiceKind = "personal"
    medium: Medium = "electronic"
    title: line_of(100) = ""  # type: ignore[valid-type]
    tax_number: line_of(30) | None = None  # type: ignore[valid-type]
    email: line_of(200) | None = None  # type: ignore[valid-type]
    address: line_of(300) | None = None  # type: ignore[valid-type]
    red_number: line_of(60) | None = None  # type: ignore[valid-type]


class IssueBody(Shape):
    number: line_of(60)  # type: ignore[valid-type]


class SendBody(Shape):
    email: line_of(200) | None = None  # type: ignore[valid-type]


class VoidBody(Shape):
    reason: Literal["wrong_title", "wrong_amount", "returned", "not_wanted", "other"]
    red_number: line_of(60) | None = None  # type: ignore[valid-type]


class InvoiceShown(BaseModel):
    """An invoice; the e-mail is masked, a paper one's address is not shown."""

    id: UUID
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    kind: InvoiceKind
    medium: Medium
    title: str
    tax_number: str | None
    email: str | None
    amount: int
    currency: str
    state: InvoiceState
    number: str | None
    red_number: str | None
    void_reason: str | None
    replaces_id: UUID | None
    source: str
    requested_by: str | None
    applied_at: datetime
    issued_at: datetime | None
    sent_at: datetime | None
    sends: int
    voided_at: datetime | None
