"""Shapes of logistics: scans, problems, notices, carriers and settings as programs see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kefu.commerce.logistics.ingesting import NewScan
from kefu.commerce.parcels.thresholds import NEEDED, STILL
from kefu.core.shapes import Shape, line_of, text_of
from kefu.core.time_shapes import Moment

AT_ONCE = 1000
Code = Literal[
    "label_created",
    "picked_up",
    "departed",
    "arrived",
    "exception",
    "out_for_delivery",
    "delivery_failed",
    "returning",
    "delivered",
    "returned",
    "lost",
]
Hours = Annotated[float, Field(gt=0, le=24 * 90)]
CarrierCode = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class ScanBody(Shape):
    """One scan; `external_id` is the carrier's own number of it, if it has one."""

    tracking_number: line_of(80)  # type: ignore[valid-type]
    carrier: CarrierCode | None = None
    external_id: line_of(120) | None = None  # type: ignore[valid-type]
    code: Code
    at: Moment
    place: line_of(120) | None = None  # type: ignore[valid-type]
    province: line_of(40) | None = None  # type: ignore[valid-type]
    reason: line_of(60) | None = None  # type: ignore[valid-type]
    text: text_of(500) | None = None  # type: ignore[valid-type]

    def scan(self) -> NewScan:
        return NewScan(**self.model_dump())


class ScanBatch(Shape):
    events: Annotated[list[ScanBody], Field(min_length=1, max_length=AT_ONCE)]


class Ingestion(BaseModel):
    """How many scans were new, how many known, and how many wait for their parcel."""

    model_config = ConfigDict(from_attributes=True)

    new: int
    known: int
    waiting: int


class NoticeRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    order_id: UUID
    shipment_id: UUID | None
    anomaly_id: UUID | None
    customer_id: UUID | None
    text: str
    status: str
    reason: str | None
    way: str | None
    not_before: datetime | None
    settled_at: datetime | None
    conversation_id: UUID | None
    created_at: datetime


class AnomalyRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    severity: str
    order_id: UUID
    order_number: str
    shipment_id: UUID | None
    tracking_number: str | None
    carrier: str | None
    customer_id: UUID | None
    since: datetime
    evidence: dict[str, Any]
    opened_at: datetime
    due_at: datetime
    overdue_at: datetime | None
    closed_at: datetime | None
    closing: str | None
    remedy: str | None
    task_id: UUID | None
    notice: NoticeRow | None = None


class AnomalyCounts(BaseModel):
    """Open problems by severity, and how many are past their time."""

    low: int = 0
    medium: int = 0
    high: int = 0
    critical: int = 0
    overdue: int = 0


class ClosureBody(Shape):
    remedy: line_of(300)  # type: ignore[valid-type]


class NoticeText(Shape):
    text: text_of(1000, least=1)  # type: ignore[valid-type]


class NoticeSending(Shape):
    text: text_of(1000, least=1) | None = None  # type: ignore[valid-type]


class WishShape(Shape):
    wanted: bool = True
    way: Literal["conversation", "mail", "text"] | None = None


def only(stages: tuple[str, ...]) -> Any:
    def check(given: dict[str, float]) -> dict[str, float]:
        for stage in given:
            if stage not in stages:
                raise ValueError(f"There is no stage {stage}; choose of {', '.join(stages)}.")
        return given

    return AfterValidator(check)


class ThresholdsShape(Shape):
    """Only what differs from what is usual."""

    still: Annotated[dict[str, Hours], only(STILL)] = Field(default_factory=dict)
    needed: Annotated[dict[str, Hours], only(NEEDED)] = Field(default_factory=dict)
    lost_hours: Hours | None = None
    late_scan_hours: Hours | None = None
    visits: Annotated[int, Field(ge=2, le=20)] | None = None

    def stored(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, exclude_defaults=True)


class CarrierBody(Shape):
    name: line_of(60)  # type: ignore[valid-type]
    name_en: line_of(60) = ""  # type: ignore[valid-type]
    agreement: bool = False
    agreement_until: date | None = None
    priority: Annotated[int, Field(ge=1, le=1000)] = 100
    active: bool = True
    provinces: Annotated[list[line_of(40)], Field(max_length=40)] = Field(default_factory=list)  # type: ignore[valid-type]
    thresholds: ThresholdsShape = Field(default_factory=ThresholdsShape)
    silent_after_hours: Hours = 6.0

    def given(self) -> dict[str, Any]:
        """What was named, ready for the row."""
        values = self.model_dump(exclude_unset=True)
        if "thresholds" in values:
            values["thresholds"] = self.thresholds.stored()
        return values


class NewCarrier(CarrierBody):
    code: CarrierCode

    def given(self) -> dict[str, Any]:
        values = self.model_dump()
        return values | {"thresholds": self.thresholds.stored()}


class CarrierChange(CarrierBody):
    name: line_of(60) = ""  # type: ignore[valid-type]


class CarrierRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    name_en: str
    agreement: bool
    agreement_until: date | None
    priority: int
    active: bool
    provinces: list[str]
    thresholds: dict[str, Any]
    silent_after_hours: float
    heard_at: datetime | None
    silent_since: datetime | None


class DayRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    day: date
    delivered: int
    promised: int
    on_time: int
    problems: int


class TimelinessRow(BaseModel):
    """One carrier over the period; without promises there is no share, without parcels no mean."""

    model_config = ConfigDict(from_attributes=True)

    carrier: str
    delivered: int
    promised: int
    on_time: int
    hours: float | None
    problems: int
    days: list[DayRow]


class QuietShape(Shape):
    begins: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, Field(alias="to", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: Literal["Asia/Shanghai", "UTC"] = "Asia/Shanghai"


NoticeKind = Literal[
    "order_placed", "order_paid", "order_processing", "order_shipped", "out_for_delivery",
    "delivered", "order_completed", "order_cancelled",
    "refund_paid", "delay", "problem", "lost", "change_done", "change_approved", "change_denied",
    "change_refused", "appointment_near", "appointment_late", "return_approved",
    "return_refused", "return_accepted", "return_rejected", "return_reminder",
]  # fmt: skip


class NoticesShape(Shape):
    kinds: list[NoticeKind] = Field(default_factory=list)
    send_problems: bool = False
    quiet: QuietShape | None = None


class SettingsChange(Shape):
    thresholds: ThresholdsShape = Field(default_factory=ThresholdsShape)
    solve_hours: Hours = 2.0
    department_id: UUID | None = None
    notices: NoticesShape = Field(default_factory=NoticesShape)

    def given(self) -> dict[str, Any]:
        """What was named, ready for the row."""
        values = self.model_dump(exclude_unset=True, by_alias=True)
        if "thresholds" in values:
            values["thresholds"] = self.thresholds.stored()
        return values


class SettingsRow(BaseModel):
    """As it is in force; `usual` is what holds where nothing was decided."""

    thresholds: dict[str, Any]
    usual: dict[str, Any]
    solve_hours: float
    department_id: UUID | None
    notices: dict[str, Any]
