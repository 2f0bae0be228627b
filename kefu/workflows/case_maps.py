"""Maps: where one case is, and where all cases of a process wait, work and come too late.

Waiting is the time until somebody takes a task, working the time from then on. At steps and
events nobody works: a token's whole stay is waiting. All of it is plain time, nights and holidays
too, also how late something is; only due times may lie in business time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.measures import Period
from kefu.workflows.model_processes import Case, CaseTask, CaseVisit, Process, ProcessVersion
from kefu.workflows.plan import PLAIN
from kefu.workflows.publishing import Loaded, loaded

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a token at a node; without `left_at` it is there now."""

    node: str
    name: str
    kind: str
    entered_at: datetime
    claimed_at: datetime | None
    left_at: datetime | None
    how: str | None
    by: UUID | None
    due_at: datetime | None = None
    department: UUID | None = None
    task: UUID | None = None
    counts: str = PLAIN


@dataclass(frozen=True, slots=True)
class CaseMap:
    """The drawing a case runs on, and every stay of its tokens in the order they came."""

    version: int
    xml: str
    stays: list[Stay]


@dataclass(slots=True)
class NodeFigures:
    """What happened at one node; seconds are means over stays that are over, else none.

    `time_percent` is its share of all time that cases of the period spent, `late_percent` its
    share of all time that came after a due time, `overdue_percent` how many of its own stays with
    a due time missed it.
    """

    node: str
    name: str
    kind: str
    stays: int = 0
    open: int = 0
    open_overdue: int = 0
    with_due: int = 0
    overdue: int = 0
    waiting_seconds: float | None = None
    working_seconds: float | None = None
    total_seconds: float = 0.0
    late_seconds: float = 0.0
    time_percent: float | None = None
    late_percent: float | None = None
    overdue_percent: float | None = None


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """All cases of a process in a period, on the drawing that is in force."""

    process: str
    version: int
    xml: str
    cases: int
    running: int
    ended: int
    cancelled: int
    nodes: list[NodeFigures] = field(default_factory=list)


async def case_map(db: Session, case: Case) -> CaseMap:
    """Where the tokens of a case are and have been, when, how and who moved them."""
    version = await loaded(db, case.version_id)
    xml = await db.scalar(select(ProcessVersion.xml).where(ProcessVersion.id == case.version_id))
    tasks = await db.scalars(select(CaseTask).where(CaseTask.case_id == case.id))
    visits = await db.scalars(select(CaseVisit).where(CaseVisit.case_id == case.id))
    stays = [stay_of_task(task) for task in tasks]
    stays += [stay_of_visit(visit, version) for visit in visits]
    return CaseMap(version.number, xml or "", sorted(stays, key=in_order))


def in_order(stay: Stay) -> tuple[datetime, datetime]:
    """By arrival; of what a token passed at one moment, where it stayed comes last."""
    return stay.entered_at, stay.left_at or NEVER


def stay_of_task(task: CaseTask) -> Stay:
    return Stay(
        task.node,
        task.name,
        "user",
        task.opened_at,
        task.claimed_at,
        task.closed_at,
        task.closed,
        task.closed_by or task.owner_id,
        task.due_at,
        task.department_id,
        task.id,
        task.counts,
    )


def stay_of_visit(visit: CaseVisit, version: Loaded) -> Stay:
    node = version.plan.nodes[visit.node]
    return Stay(
        *(visit.node, node.name, node.kind, visit.entered_at, None),
        *(visit.left_at, visit.how, visit.by),
    )


# What still goes on counts until now; cancelled cases' stays count as far as they went.
FIGURES = text(
    "with stays as ("
    "select node, opened_at as entered, claimed_at as claimed, closed_at as left_at, due_at "
    "from case_tasks where process_key = :key and opened_at >= :since and opened_at < :until "
    "union all "
    "select node, entered_at, null, left_at, null "
    "from case_visits where process_key = :key and entered_at >= :since and entered_at < :until) "
    "select node, count(*) as stays, count(*) filter (where left_at is null) as open, "
    "count(*) filter (where left_at is null and due_at < :now) as open_overdue, "
    "count(due_at) as with_due, "
    "count(*) filter (where coalesce(left_at, :now) > due_at) as overdue, "
    "avg(extract(epoch from coalesce(claimed, left_at) - entered)) "
    "filter (where left_at is not null) as waiting, "
    "avg(extract(epoch from left_at - claimed)) filter (where claimed is not null) as working, "
    "sum(extract(epoch from coalesce(left_at, :now) - entered)) as total, "
    "coalesce(sum(extract(epoch from coalesce(left_at, :now) - due_at)) "
    "filter (where coalesce(left_at, :now) > due_at), 0) as late "
    "from stays group by node"
)
CASES = text(
    "select count(*), count(*) filter (where state in ('running', 'stuck')), "
    "count(*) filter (where state = 'ended'), count(*) filter (where state = 'cancelled') "
    "from process_cases where process_key = :key and started_at >= :since and started_at < :until"
)


async def process_map(
    db: Session, key: str, period: Period, *, number: int | None = None
) -> ProcessMap:
    """Counts, waiting and working time, overdue shares per node, over all versions' cases.

    The drawing is that of the version in force, or of `number`; nodes that only other versions
    have come last, with their own ids as names.
    """
    version, xml = await shown_version(db, key, number)
    given = {"key": key, "since": period.since, "until": period.until, "now": now()}
    rows = {row.node: row for row in await db.execute(FIGURES, given)}
    counts = (await db.execute(CASES, given)).one()
    nodes = [
        NodeFigures(node.id, node.name or node.id, node.kind)
        for node in version.plan.nodes.values()
    ]
    nodes += [
        NodeFigures(name, name, "former") for name in sorted(rows.keys() - {n.node for n in nodes})
    ]
    for figures in nodes:
        if figures.node in rows:
            fill_in(figures, rows[figures.node])
    share_out(nodes)
    cases, running, ended, cancelled = counts
    return ProcessMap(key, version.number, xml, cases, running, ended, cancelled, nodes)


async def shown_version(db: Session, key: str, number: int | None) -> tuple[Loaded, str]:
    query = select(ProcessVersion.id, ProcessVersion.xml).join(
        Process, Process.id == ProcessVersion.process_id
    )
    which = Process.current_id == ProcessVersion.id
    if number is not None:
        which = ProcessVersion.number == number
    found = (await db.execute(query.where(Process.key == key, which))).one_or_none()
    if found is None:
        raise NotFound("There is no such process in force.")
    return await loaded(db, found.id), found.xml


def fill_in(figures: NodeFigures, row: object) -> None:
    for name in ("stays", "open", "open_overdue", "with_due", "overdue"):
        setattr(figures, name, getattr(row, name))
    waiting, working = getattr(row, "waiting", None), getattr(row, "working", None)
    figures.waiting_seconds = None if waiting is None else float(waiting)
    figures.working_seconds = None if working is None else float(working)
    figures.total_seconds = float(getattr(row, "total", 0))
    figures.late_seconds = float(getattr(row, "late", 0))
    if figures.with_due:
        figures.overdue_percent = figures.overdue / figures.with_due * 100


def share_out(nodes: list[NodeFigures]) -> None:
    total = sum(node.total_seconds for node in nodes)
    late = sum(node.late_seconds for node in nodes)
    for node in nodes:
        if total and node.stays:
            node.time_percent = node.total_seconds / total * 100
        if late and node.with_due:
            node.late_percent = node.late_seconds / late * 100
