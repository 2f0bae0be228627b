"""Shapes of requests and answers of promises."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

from kefu.core.shapes import Shape
from kefu.core.subjects import KnownSubject
from kefu.core.time_shapes import Moment, TimeOfDay, Zone
from kefu.core.worktime import between
from kefu.promises.model import WARN_PERCENT

LONGEST_SECONDS = 366 * 24 * 3600
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=ONE_LINE)]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Label = Annotated[Line, StringConstraints(max_length=40)]
Title = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=4000)]
Seconds = Annotated[float, Field(ge=1, le=LONGEST_SECONDS, allow_inf_nan=False)]
Priority = Annotated[int, Field(ge=0, le=3)]
Ids = Annotated[list[UUID], Field(max_length=200)]


def in_order(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The intervals of a day by their beginning; they may touch, but not overlap."""
    spans = sorted((between(start, end), (start, end)) for start, end in pairs)
    for (earlier, _), (later, _) in pairwise(spans):
        if later.start < earlier.end:
            raise ValueError("These hours overlap.")
    return [pair for _, pair in spans]


DayHours = Annotated[
    list[tuple[TimeOfDay, TimeOfDay]],
    Field(max_length=10, examples=[[["09:00", "12:00"], ["13:30", "18:00"]]]),
    AfterValidator(in_order),
]
Week = Annotated[list[DayHours], Field(min_length=7, max_length=7, description="Monday first.")]
Day = Annotated[date, PlainSerializer(date.isoformat)]


class SpecialDay(Shape):
    """One day that is otherwise: closed without hours, or open then."""

    date: Day
    hours: DayHours = Field(default_factory=list)
    name: Label = ""


def once_each(days: list[SpecialDay]) -> list[SpecialDay]:
    if len({day.date for day in days}) < len(days):
        raise ValueError("A day stands here twice.")
    return sorted(days, key=lambda day: day.date)


Days = Annotated[list[SpecialDay], Field(max_length=400), AfterValidator(once_each)]


class NewCalendar(Shape):
    name: Name
    timezone: Zone = "Asia/Shanghai"
    week: Week
    chinese_holidays: bool = False
    holiday_hours: DayHours = Field(default_factory=list)
    days: Days = Field(default_factory=list)


class CalendarChange(Shape):
    name: Name = ""
    timezone: Zone = ""
    week: Week = Field(default_factory=list)
    chinese_holidays: bool = False
    holiday_hours: DayHours = Field(default_factory=list)
    days: Days = Field(default_factory=list)


class CalendarRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    timezone: str
    week: list[list[tuple[str, str]]]
    chinese_holidays: bool
    holiday_hours: list[tuple[str, str]]
    days: list[SpecialDay]
    created_at: datetime
    updated_at: datetime


class Opening(BaseModel):
    opens_at: datetime
    closes_at: datetime


class Openings(BaseModel):
    open_now: bool
    items: list[Opening]
    estimated_years: list[int]


class TargetShape(Shape):
    seconds: Seconds
    business_time: bool = True
    warn_percent: Annotated[int, Field(ge=1, le=99)] | None = WARN_PERCENT


class Targets(Shape):
    first_reply: TargetShape | None = None
    next_reply: TargetShape | None = None
    idle: TargetShape | None = None

    def stored(self) -> dict[str, Any]:
        """What a policy keeps: the targets that are set."""
        return {kind: target.model_dump() for kind, target in self if target is not None}


class NewPolicy(Shape):
    name: Name
    position: Annotated[int, Field(ge=0, le=10_000)] = 100
    active: bool = True
    subject_kind: Literal["conversation"] = "conversation"
    inboxes: Ids = Field(default_factory=list)
    teams: Ids = Field(default_factory=list)
    priorities: Annotated[list[Priority], Field(max_length=4)] = Field(default_factory=list)
    calendar_id: UUID | None = None
    targets: Targets


class PolicyChange(Shape):
    name: Name = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 100
    active: bool = True
    inboxes: Ids = Field(default_factory=list)
    teams: Ids = Field(default_factory=list)
    priorities: Annotated[list[Priority], Field(max_length=4)] = Field(default_factory=list)
    calendar_id: UUID | None = None
    targets: Targets = Field(default_factory=Targets)


class PolicyRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    position: int
    active: bool
    subject_kind: str
    inboxes: list[UUID]
    teams: list[UUID]
    priorities: list[int]
    calendar_id: UUID | None
    targets: dict[str, TargetShape]
    created_at: datetime
    updated_at: datetime


class Candidate(BaseModel):
    policy_id: UUID
    name: str
    seconds: float
    business_time: bool
    wins: bool


class ExplainedRow(BaseModel):
    kind: str
    due_at: datetime
    candidates: list[Candidate]


class TaskAbout(Shape):
    kind: Label
    id: UUID


class NewTask(Shape):
    title: Title
    note: Note = ""
    owner_id: UUID | None = None
    department_id: UUID | None = None
    due_at: Moment | None = None
    remind_at: Moment | None = None
    about: TaskAbout | None = None
    conversation: UUID | None = None
    customer: UUID | None = None


class TaskChange(Shape):
    title: Title = ""
    note: Note = ""
    owner_id: UUID | None = None
    department_id: UUID | None = None
    due_at: Moment | None = None
    remind_at: Moment | None = None


class TaskFilter(Shape):
    """`box` narrows to one's own, or to those of one's teams and department; `due` from now on."""

    mine: bool = False
    box: Literal["mine", "team", "all"] = "all"
    due: Literal["overdue", "day", "week", "none"] | None = None
    state: Literal["open", "done", "all"] = "open"
    owner_id: UUID | None = None
    department_id: UUID | None = None
    subject: UUID | None = None
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=30, ge=1, le=100)


class TaskCounts(BaseModel):
    """Open tasks: one's own, those nobody of one's department has taken, and one's overdue ones."""

    mine: int
    free: int
    overdue: int


class Person(BaseModel):
    id: UUID
    name: str
    avatar: str | None = None


class TaskRow(BaseModel):
    id: UUID
    title: str
    note: str
    owner: Person | None
    department: Person | None
    created_by: Person | None
    about: TaskAbout | None
    subjects: list[KnownSubject]
    conversation: UUID | None
    customer: UUID | None
    due_at: datetime | None
    remind_at: datetime | None
    done_at: datetime | None
    overdue: bool
    created_at: datetime
    updated_at: datetime
