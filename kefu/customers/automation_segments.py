"""What rules may ask of a customer's segments, purchases and service, and when segments change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kefu.core.automation import Words
from kefu.core.condition_fields import Fields, a_word, choice, number
from kefu.customers.model import Customer
from kefu.customers.model_segments import DIMENSIONS, OTHER, CustomerFigures, Standing
from kefu.customers.segment_fields import MOST

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "lifecycle": {
        "new": ("新会员", "New member"),
        "core": ("核心会员", "Core member"),
        "churn_risk": ("潜在流失", "Churn risk"),
    },
    "value_tier": {"high": ("高", "High"), "middle": ("中", "Middle"), "low": ("低", "Low")},
    "persona": {
        "careful": ("谨慎型", "Careful"),
        "asking": ("咨询型", "Asks a lot"),
        "loyal": ("忠诚型", "Loyal"),
    },
    "scenario": {
        "education": ("教育", "Education"),
        "business": ("商用", "Business"),
        "home": ("家用", "Home"),
    },
    "size": {"large": ("大", "Large"), "medium": ("中", "Medium"), "small": ("小", "Small")},
    "stage": {
        "pre_purchase": ("购买前", "Before buying"),
        "in_use": ("使用中", "In use"),
        "after_sales": ("售后中", "After sales"),
    },
}
"""What Kefu's own rules say; a shop's own values are taken as well."""

NAMES = {
    "lifecycle": ("生命周期", "Lifecycle"),
    "value_tier": ("价值等级", "Value tier"),
    "persona": ("画像类型", "Persona"),
    "scenario": ("使用场景", "Scenario"),
    "size": ("规模", "Size"),
    "stage": ("服务阶段", "Stage"),
}


def standing(dimension: str) -> Any:
    """The value of a customer in a dimension; before the first look at them it is "other"."""
    kept = select(getattr(Standing, dimension)).where(Standing.customer_id == Customer.id)
    return func.coalesce(kept.scalar_subquery(), OTHER)


def figure(column: Any) -> Any:
    kept = select(column).where(CustomerFigures.customer_id == Customer.id)
    return func.coalesce(kept.scalar_subquery(), 0)


def segment(dimension: str) -> Any:
    return choice(standing(dimension), *VALUES[dimension], OTHER, read=a_word)


SEGMENT_FIELDS: Fields = {
    **{dimension: segment(dimension) for dimension in DIMENSIONS},
    "orders": number(figure(CustomerFigures.orders), 0, 1_000_000),
    "spent": number(figure(CustomerFigures.spent), 0, MOST),
    "returns": number(figure(CustomerFigures.returns), 0, 1_000_000),
    "complaints": number(figure(CustomerFigures.complaints), 0, 1_000_000),
}
SEGMENTED_FIELDS: Fields = {
    "dimension": choice(None, *DIMENSIONS),
    "value": choice(
        None, *dict.fromkeys(v for values in VALUES.values() for v in values), OTHER, read=a_word
    ),
}
SEGMENT_WORDS: Words = {
    **NAMES,
    **{f"{dimension}.{OTHER}": ("其他", "Other") for dimension in DIMENSIONS},
    **{
        f"{dimension}.{value}": words
        for dimension, values in VALUES.items()
        for value, words in values.items()
    },
    "orders": ("订单数", "Orders"),
    "spent": ("消费额（分）", "Spent (fen)"),
    "returns": ("退货数", "Returns"),
    "complaints": ("投诉数", "Complaints"),
    "dimension": ("维度", "Dimension"),
    **{f"dimension.{dimension}": words for dimension, words in NAMES.items()},
    "value": ("变为", "Becomes"),
    **{f"value.{value}": words for values in VALUES.values() for value, words in values.items()},
    f"value.{OTHER}": ("其他", "Other"),
}
