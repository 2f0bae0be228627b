"""Shapes of one-to-one service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of
from kefu.customers.schemas import CustomerRow

Groups = Annotated[list[str], Field(min_length=1, max_length=8)]
Reason = Literal["customer_wish", "expertise", "workload", "complaint", "absence", "other"]


class GroupRow(BaseModel):
    """A group of customers that can be served one to one."""

    key: str
    name: str


class DedicatedServiceRow(BaseModel):
    """`served` in the order in which places are given; `ceiling` is customers per agent."""

    model_config = ConfigDict(from_attributes=True)

    enabled: bool
    mode: Literal["one_to_one", "pool"]
    team_id: UUID | None
    pool_id: UUID | None
    ceiling: int
    served: list[str]
    updated_at: datetime
    groups: list[GroupRow] = []


class DedicatedServiceChange(Shape):
    enabled: bool = False
    mode: Literal["one_to_one", "pool"] = "one_to_one"
    team_id: UUID | None = None
    pool_id: UUID | None = None
    ceiling: Annotated[int, Field(ge=1, le=2000)] = 400
    served: Groups = Field(default_factory=list)


class LoadRow(BaseModel):
    """One agent; `owned` are their customers, `backing` those for whom they stand in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    attending: bool
    owned: int
    vips: int
    backing: int


class CapacityRow(BaseModel):
    """`per_agent` is promised customers over agents; `pooled` of them are served by the pool."""

    enabled: bool
    mode: str
    ceiling: int
    team: str | None
    pool: str | None
    pool_agents: int
    promised: int
    places: int
    served: int
    pooled: int
    per_agent: float | None
    can_be_kept: bool
    balanced_at: datetime | None
    loads: list[LoadRow]


class PersonRow(BaseModel):
    """`attending` says whether they are at their desk now."""

    id: UUID
    name: str
    attending: bool


class DedicatedRow(BaseModel):
    """By whom a customer is served; all absent where nothing was promised to them."""

    promised: bool
    owner: PersonRow | None
    backup: PersonRow | None
    pool: str | None
    since: datetime | None
    pinned: bool
    note: str


class OwnedRow(BaseModel):
    customer: CustomerRow
    backup: str | None
    since: datetime
    pinned: bool


class Handing(Shape):
    """Whose the customer is from now on, and why; without a backup the present one stays."""

    owner_id: UUID
    backup_id: UUID | None = None
    reason: Reason
    note: line_of(300, least=0) = ""  # type: ignore[valid-type]
