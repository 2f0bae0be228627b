"""What is wrong in a card, a choice or a form is named by its place; what fits is kept exactly."""

from __future__ import annotations

from typing import Any

import pytest

from kefu.conversations.checking import a_content
from kefu.conversations.model import Kind
from kefu.core.errors import Invalid

FIELD = {"name": "size", "label": "尺码"}


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        (Kind.PRODUCT, {"id": "1", "title": {"a": 1}}, "content.title"),
        (Kind.PRODUCT, {"id": "1", "title": "长" * 501}, "content.title"),
        (Kind.ORDER, {"number": ["1"]}, "content.number"),
        (Kind.ORDER, {"number": "1", "amount": {}}, "content.amount"),
        (Kind.ARTICLE, {"id": "1", "title": "a", "summary": "长" * 2001}, "content.summary"),
        (Kind.CHOICES, {"options": []}, "content.options"),
        (Kind.CHOICES, {"options": "退货"}, "content.options"),
        (Kind.CHOICES, {"options": [{"id": "a", "label": ""}]}, "content.options.0.label"),
        (Kind.CHOICES, {"options": [{"id": "a", "label": "a"}] * 21}, "content.options"),
        (Kind.FORM, {"fields": [FIELD, {"name": "b"}]}, "content.fields.1.label"),
        (
            Kind.FORM,
            {"fields": [FIELD], "submitted": {"b": []}},
            "content.submitted.b",
        ),
        (Kind.FORM, {"fields": [FIELD], "submitted": "XL"}, "content.submitted"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(
    kind: Kind, content: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        a_content(kind, content, "")

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.PRODUCT, {"id": 7, "title": "帐篷", "price": 699, "currency": None, "sku": {"a": 1}}),
        (Kind.ORDER, {"number": 20260302, "amount": "699.00", "status": "已付款"}),
        (Kind.CHOICES, {"options": [{"id": "a", "label": "退货", "icon": "box"}]}),
        (Kind.FORM, {"fields": [FIELD | {"required": True}], "submitted": None}),
    ],
)
def test_what_shops_and_channels_hand_over_is_kept_exactly(
    kind: Kind, content: dict[str, Any]
) -> None:
    assert a_content(kind, content, "") == content


def test_a_limit_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        a_content(Kind.PRODUCT, {"id": "1", "title": "长" * 501}, "")

    assert refused.value.limit == 500
