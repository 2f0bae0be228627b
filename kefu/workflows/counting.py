"""Counting: in which hours the due time of a task counts, as it is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.worktime import ALWAYS, Hours, later, next_opening
from kefu.promises import Calendar, DeskHours, counts_in, desk_hours, hours_called
from kefu.workflows.model_processes import RUNNING, STUCK, Case, Process, ProcessVersion
from kefu.workflows.plan import BUSINESS, PLAIN, Node


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars that tasks name and that open, and that of the desk for all others."""

    named: Mapping[str, Hours]
    desk: DeskHours | None

    def hours(self, node: Node) -> Hours:
        """Day and night where it counts plainly, or no calendar says when somebody is there."""
        if not node.counts_business():
            return ALWAYS
        if node.calendar is not None:
            return self.named.get(node.calendar, ALWAYS)
        return self.desk.hours if self.desk else ALWAYS

    def counts(self, node: Node) -> str:
        return PLAIN if self.hours(node) is ALWAYS else BUSINESS

    def after(self, at: datetime, hours: float | None, node: Node) -> datetime | None:
        """So many hours later; nothing where none are drawn."""
        return later(at, timedelta(hours=hours), self.hours(node)) if hours else None


async def calendars_for(db: Session, nodes: Collection[Node]) -> Calendars:
    """What these nodes count in; without hours in business time nothing is asked."""
    meant = [node for node in nodes if node.hours and node.counts_business()]
    names = {node.calendar for node in meant if node.calendar}
    asks_desk = any(node.calendar is None for node in meant)
    found = await hours_called(db, names)
    opening = {name: hours for name, hours in found.items() if next_opening(now(), hours)}
    return Calendars(opening, await desk_hours(db) if asks_desk else None)


async def processes_in(db: Session, calendar: Calendar) -> Sequence[str]:
    """Processes whose tasks count in it by its name, in force or with a case that still runs."""
    running = select(Case.version_id).where(Case.state.in_((RUNNING, STUCK)))
    query = (
        select(Process.name)
        .join(ProcessVersion, ProcessVersion.process_id == Process.id)
        .where(
            or_(ProcessVersion.id == Process.current_id, ProcessVersion.id.in_(running)),
            func.jsonb_path_exists(
                ProcessVersion.plan,
                cast("$.nodes[*].calendar ? (@ == $name)", JSONPATH),
                func.jsonb_build_object("name", cast(calendar.name, Text)),
            ),
        )
    )
    return (await db.scalars(query.distinct().order_by(Process.name))).all()


counts_in("process", processes_in)
