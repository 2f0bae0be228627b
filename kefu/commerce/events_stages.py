"""What commerce tells of the life of a product with a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.commerce.events import CommerceEvent


@dataclass(frozen=True, kw_only=True)
class ProductStageChanged(CommerceEvent):
    """A customer stands elsewhere with a product; without `stage` they have it no more."""

    kind: ClassVar[str] = "product.stage_changed"
    product: UUID
    stage: str | None = None
    former: str | None = None
