"""Contents: the shape of what a card, a choice or a form holds; what does not fit is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from kefu.conversations.model import Kind
from kefu.core.errors import Invalid

CHOICES = 20
FIELDS = 30


def _said(limit: int, *, least: int = 1) -> Any:
    return Annotated[str, StringConstraints(min_length=least, max_length=limit)]


class Content(BaseModel):
    """Shops and channels may put more into it; a number is as good as a word."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)


class Product(Content):
    id: _said(200)  # type: ignore[valid-type]
    title: _said(500)  # type: ignore[valid-type]
    price: _said(40, least=0) | None = None  # type: ignore[valid-type]
    currency: _said(10, least=0) | None = None  # type: ignore[valid-type]


class Order(Content):
    number: _said(200)  # type: ignore[valid-type]
    status: _said(200, least=0) | None = None  # type: ignore[valid-type]
    amount: _said(40, least=0) | None = None  # type: ignore[valid-type]
    currency: _said(10, least=0) | None = None  # type: ignore[valid-type]


class Article(Content):
    id: _said(200)  # type: ignore[valid-type]
    title: _said(500)  # type: ignore[valid-type]
    summary: _said(2000, least=0) | None = None  # type: ignore[valid-type]


class Option(Content):
    id: _said(200)  # type: ignore[valid-type]
    label: _said(200)  # type: ignore[valid-type]


class Choices(Content):
    options: Annotated[list[Option], Field(min_length=1, max_length=CHOICES)]


class FormField(Content):
    name: _said(80)  # type: ignore[valid-type]
    label: _said(200)  # type: ignore[valid-type]
    type: _said(20) = "text"  # type: ignore[valid-type]
    required: bool | None = None


class Form(Content):
    fields: Annotated[list[FormField], Field(min_length=1, max_length=FIELDS)]
    submitted: dict[str, _said(4000, least=0)] | None = None  # type: ignore[valid-type]


SHAPES: dict[str, type[Content]] = {
    Kind.PRODUCT: Product,
    Kind.ORDER: Order,
    Kind.ARTICLE: Article,
    Kind.CHOICES: Choices,
    Kind.FORM: Form,
}


def check_shape(kind: Kind, content: Mapping[str, Any]) -> None:
    """Refuse, by the place of what is wrong; what fits is kept as it was written."""
    shape = SHAPES.get(kind)
    if shape is None:
        return
    try:
        shape.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["content", *(str(part) for part in first["loc"])])
        context = first.get("ctx", {})
        limit = context.get("max_length") or context.get("min_length")
        raise Invalid(first["msg"], field=place, limit=limit) from error
