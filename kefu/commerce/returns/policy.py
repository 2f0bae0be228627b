"""Policy: the settings of returns, kept in versions; each part has its defaults here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.events_returns import ReturnPolicyChanged
from kefu.commerce.model_returns import ReturnPolicy
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.shapes import Shape, text_of
from kefu.promises import Calendar, counts_in, desk_hours

PAGE = "售后规则 Return rules"

Reason = Literal[
    "no_reason",
    "quality",
    "transport",
    "wrong_item",
    "missing_part",
    "not_as_described",
    "late",
    "misuse",
    "other",
]
Node = Literal[
    "review", "send_back", "inspect", "repairing", "reship", "refund", "schedule", "visit"
]
Counts = Literal["plain", "business"]
Hours = Annotated[float, Field(gt=0, le=24 * 365)]
Percent = Annotated[float, Field(ge=0, le=100)]
Carrier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Fen = Annotated[int, Field(ge=0, le=10**12)]

OFFICE: dict[Node, Counts] = {
    "review": "business",
    "send_back": "plain",
    "inspect": "business",
    "repairing": "business",
    "reship": "business",
    "refund": "business",
    "schedule": "business",
    "visit": "plain",
}
"""Departments work office hours; carriers and visits at home know neither night nor holiday."""
DAY_AND_NIGHT: dict[Node, Counts] = dict.fromkeys(OFFICE, "plain")


class FastTrack(Shape):
    """Which applications need nobody's look; all conditions must hold."""

    enabled: bool = True
    within_days: Annotated[int, Field(ge=1, le=365)] = 7
    value_below: Fen = 50_000
    reasons: list[Reason] = Field(
        default=["no_reason", "quality", "transport", "wrong_item", "missing_part"]
    )
    return_rate_below: Percent = 30
    hours: Hours = 24


class CycleTargets(Shape):
    """Days from application to refund (K12): three figures of the source, none of them lost.

    The goal is `baseline_days * goal_factor`. The industry's standard reads "1 minute" in the
    source, which cannot be meant, so it is empty until somebody knows it.
    """

    baseline_days: Annotated[float, Field(gt=0, le=365)] = 3.2
    simulated_days: Annotated[float, Field(gt=0, le=365)] = 1.8
    goal_factor: Annotated[float, Field(gt=0, le=1)] = 0.5
    standard_days: Annotated[float, Field(gt=0, le=365)] | None = None
    standard_note: text_of(400) = "来源写作“1分钟”，单位有误，请按实际行业标准填写。"  # type: ignore[valid-type]

    def goal_days(self) -> float:
        return round(self.baseline_days * self.goal_factor, 6)


class Warranty(Shape):
    months: Annotated[int, Field(ge=0, le=240)] = 12
    by_category: dict[str, Annotated[int, Field(ge=0, le=240)]] = Field(default={}, max_length=500)

    def months_for(self, category: str) -> int:
        return self.by_category.get(category, self.months)


class Anomaly(Shape):
    """A model's return rate against the time before: from which rise on somebody looks into it."""

    rise_percent: Annotated[float, Field(gt=0, le=1000)] = 35
    window_days: Annotated[int, Field(ge=1, le=90)] = 14
    least_returns: Annotated[int, Field(ge=1, le=1000)] = 5
    quality_department: UUID | None = None
    product_department: UUID | None = None


class Policy(Shape):
    """Everything about returns that an administrator may set.

    Hours count day and night (`plain`) or while the desk of `calendar` is open (`business`). The
    fast track has a day for the whole (R219) and the warehouse 48 hours (R223): both plain, unless
    they are set otherwise.
    """

    node_hours: dict[Node, Hours] = Field(
        default={
            "review": 4,
            "send_back": 24,
            "inspect": 8,
            "repairing": 72,
            "reship": 12,
            "refund": 4,
            "schedule": 8,
            "visit": 72,
        }
    )
    fast_node_hours: dict[Node, Hours] = Field(
        default={
            "review": 1,
            "send_back": 16,
            "inspect": 4,
            "repairing": 48,
            "reship": 4,
            "refund": 2,
            "schedule": 4,
            "visit": 48,
        }
    )
    node_counts: dict[Node, Counts] = Field(default=OFFICE)
    fast_node_counts: dict[Node, Counts] = Field(default=DAY_AND_NIGHT)
    calendar: UUID | None = None
    departments: dict[Node, UUID] = Field(default={})
    apply_within_days: Annotated[int, Field(ge=1, le=3650)] = 15
    send_back_within_days: Annotated[int, Field(ge=1, le=180)] = 14
    carriers: list[Carrier] = Field(default=["sf", "jd"], max_length=20)
    fast_track: FastTrack = FastTrack()
    cycle: CycleTargets = CycleTargets()
    warranty: Warranty = Warranty()
    anomaly: Anomaly = Anomaly()
    refund_limits: dict[str, Fen | None] = Field(
        default={
            "agent": 20_000,
            "senior_agent": 100_000,
            "expert": 100_000,
            "shift_leader": 300_000,
            "department_head": None,
            "administrator": None,
        }
    )
    shipping_by_shop: list[Reason] = Field(
        default=[
            "quality",
            "transport",
            "wrong_item",
            "missing_part",
            "not_as_described",
            "late",
        ]
    )
    insurance_payout: Fen = 1_200
    turnover_hours: Hours = 48
    turnover_counts: Counts = "plain"
    posting_hours: Hours = 24
    reinspection_cost: Fen = 3_000

    def hours_at(self, node: str, *, fast: bool) -> float | None:
        table = self.fast_node_hours if fast else self.node_hours
        return dict(table).get(node)  # type: ignore[call-overload, no-any-return]

    def counts_at(self, node: str, *, fast: bool) -> Counts:
        given = DAY_AND_NIGHT | self.fast_node_counts if fast else OFFICE | self.node_counts
        return given.get(node, "plain")  # type: ignore[call-overload, no-any-return]

    def department_of(self, node: str) -> UUID | None:
        return dict(self.departments).get(node)  # type: ignore[call-overload, no-any-return]

    def limit_of(self, role: str) -> int | None:
        """What this role refunds alone: nothing where it is not named, all where it is None."""
        return self.refund_limits.get(role, 0)


async def policy(db: Session) -> Policy:
    """The settings that hold now; what was never set has its default."""
    return (await versioned(db))[1]


async def versioned(db: Session) -> tuple[int, Policy]:
    query = select(ReturnPolicy).order_by(ReturnPolicy.version.desc()).limit(1)
    row = await db.scalar(query)
    return (row.version, Policy.model_validate(row.values)) if row else (0, Policy())


async def change_policy(db: Session, wanted: Policy, *, version: int, by: UUID) -> int:
    """A new version; refused when somebody else was quicker."""
    current, _ = await versioned(db)
    await check_calendar(db, wanted)
    if current != version:
        raise Conflict(
            "Somebody else has changed these settings meanwhile. Please load them again.",
            code="changed_meanwhile",
            field="version",
        )
    following = version + 1
    stored = await db.scalar(
        insert(ReturnPolicy)
        .values(
            version=following,
            values=wanted.model_dump(mode="json"),
            created_by=by,
            created_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(ReturnPolicy.version)
    )
    if stored is None:
        raise Conflict(
            "Somebody else has changed these settings meanwhile. Please load them again.",
            code="changed_meanwhile",
            field="version",
        )
    await record(db, ReturnPolicyChanged(subject=uuid7(), actor=by, version=following))
    return following


async def check_calendar(db: Session, wanted: Policy) -> None:
    """The calendar that was chosen is there; without one that of the promises counts."""
    desk = await desk_hours(db, wanted.calendar) if wanted.calendar else None
    if wanted.calendar is not None and (desk is None or desk.calendar != wanted.calendar):
        raise Invalid("There is no such calendar.", field="values.calendar", code="no_calendar")


async def rules_in(db: Session, calendar: Calendar) -> Sequence[str]:
    """The rules by the name of their page, where they chose this calendar."""
    _, policy = await versioned(db)
    return [PAGE] if policy.calendar == calendar.id else []


counts_in("return_rules", rules_in)
