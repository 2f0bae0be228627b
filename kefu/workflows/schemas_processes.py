"""Shapes of the HTTP of processes, cases and their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of, text_of
from kefu.core.subjects import KnownSubject

Counts = Literal["plain", "business"]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]


class FindingRow(BaseModel):
    """What is wrong with a drawing, at its element; `code` is stable for screens."""

    code: str
    element: str | None
    detail: str | None
    title: str


class StepRow(BaseModel):
    """A step that a service task may name."""

    name: str
    zh: str
    en: str
    gives: list[str]
    params: list[str]
    errors: list[str]


class NewProcess(Shape):
    key: Key
    name: line_of(80)  # type: ignore[valid-type]


class DrawingGiven(Shape):
    xml: text_of(600_000, least=1)  # type: ignore[valid-type]


class NewVersion(Shape):
    xml: text_of(600_000, least=1)  # type: ignore[valid-type]
    name: line_of(80) | None = None  # type: ignore[valid-type]
    why: line_of(300, least=0) = ""  # type: ignore[valid-type]


class Reason(Shape):
    why: line_of(300, least=0) = ""  # type: ignore[valid-type]


class Person(BaseModel):
    id: UUID
    name: str


class ReleaseRow(BaseModel):
    """Which version came into force, when, by whom and why."""

    number: int
    at: datetime
    by: Person | None
    why: str


class VersionRow(BaseModel):
    number: int
    created_at: datetime
    created_by: Person | None
    in_force: bool
    running: int


class ProcessRow(BaseModel):
    id: UUID
    key: str
    name: str
    number: int | None
    has_draft: bool
    running: int
    stuck: int
    updated_at: datetime


class ProcessDetail(ProcessRow):
    draft: str | None
    drafted_at: datetime | None
    drafted_by: Person | None
    findings: list[FindingRow]
    versions: list[VersionRow]
    releases: list[ReleaseRow]


class VersionDetail(BaseModel):
    number: int
    xml: str
    created_at: datetime


class DraftRow(BaseModel):
    drafted_at: datetime
    findings: list[FindingRow]


class Published(BaseModel):
    number: int


class CaseFilter(Shape):
    process: Key | None = None
    state: Literal["running", "ended", "cancelled", "stuck"] | None = None
    subject: UUID | None = None
    customer: UUID | None = None
    node: line_of(100) | None = None  # type: ignore[valid-type]
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=30, ge=1, le=100)


class CaseRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    process_key: str
    process_name: str = ""
    subject_kind: str
    subject: UUID
    customer: UUID | None
    state: str
    outcome: str | None
    error: str | None
    started_at: datetime
    ended_at: datetime | None
    updated_at: datetime
    open_nodes: list[str] = Field(default_factory=list)


class StayRow(BaseModel):
    """One stay of a token at a node; without `left_at` it is there now."""

    node: str
    name: str
    kind: str
    entered_at: datetime
    claimed_at: datetime | None
    left_at: datetime | None
    how: str | None
    by: Person | None
    department: Person | None
    due_at: datetime | None
    counts: Counts
    overdue: bool
    task: UUID | None


class WaitRow(BaseModel):
    """What the case waits for beside people."""

    node: str
    kind: str
    name: str
    due_at: datetime | None
    attempts: int
    error: str | None


class CaseDetail(CaseRow):
    number: int
    xml: str
    data: dict[str, Any]
    stays: list[StayRow]
    waits: list[WaitRow]


class TaskFilter(Shape):
    box: Literal["mine", "department", "all"] = "mine"
    state: Literal["open", "done"] = "open"
    process: Key | None = None
    node: line_of(100) | None = None  # type: ignore[valid-type]
    subject: UUID | None = None
    case_id: UUID | None = None
    overdue: bool = False
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=30, ge=1, le=100)


class FieldRow(BaseModel):
    key: str
    label: str
    type: str
    required: bool
    options: list[list[str]]


class FileRow(BaseModel):
    """A file of a task; its bytes are at `/case-files/{id}`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    type: str
    size: int


class TaskRow(BaseModel):
    id: UUID
    case_id: UUID
    process_key: str
    process_name: str
    node: str
    name: str
    subject_kind: str
    subject: UUID
    subjects: list[KnownSubject]
    customer: UUID | None
    department: Person | None
    role: str | None
    owner: Person | None
    fields: list[FieldRow]
    screen: str | None
    form: dict[str, Any]
    files: list[FileRow]
    opened_at: datetime
    claimed_at: datetime | None
    due_at: datetime | None
    counts: Counts
    overdue: bool
    closed_at: datetime | None
    closed: str | None
    closed_by: Person | None


class TaskCounts(BaseModel):
    mine: int
    department: int
    overdue: int


class Completion(Shape):
    form: dict[str, Any] = Field(default_factory=dict, max_length=60)


class NodeRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    node: str
    name: str
    kind: str
    stays: int
    open: int
    open_overdue: int
    with_due: int
    overdue: int
    waiting_seconds: float | None
    working_seconds: float | None
    total_seconds: float
    late_seconds: float
    time_percent: float | None
    late_percent: float | None
    overdue_percent: float | None


class MapRow(BaseModel):
    """All cases of a period; `adds_up` says which time its seconds are."""

    model_config = ConfigDict(from_attributes=True)

    process: str
    name: str = ""
    version: int
    xml: str
    since: datetime
    until: datetime
    cases: int
    running: int
    ended: int
    cancelled: int
    adds_up: Literal["plain"] = "plain"
    nodes: list[NodeRow]
