"""Shapes of requests and answers about addresses."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from kefu.core.shapes import Shape, line_of

Recipient: Any = line_of(60)
Part: Any = line_of(60, least=0)
Detail: Any = line_of(200, least=0)
Written: Any = line_of(300, least=0)
Phone: Any = line_of(40, least=0)
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{3,10}$")]


class AddressChange(Shape):
    """`text` is an address in one line; parts that are given by themselves count first."""

    recipient: Recipient = ""
    phone: Phone | None = None
    text: Written = ""
    province: Part = ""
    city: Part = ""
    district: Part = ""
    street: Part = ""
    detail: Detail = ""
    postcode: Postcode | None = None
    is_default: bool = False


class NewAddress(AddressChange):
    recipient: Recipient


class AddressText(Shape):
    text: Written


class PlaceRow(BaseModel):
    province: str
    city: str
    district: str
    street: str
    detail: str


class AddressRow(PlaceRow):
    """An address as everybody sees it: recipient, telephone and house are masked."""

    id: UUID
    recipient: str
    phone: str | None
    postcode: str | None
    is_default: bool
