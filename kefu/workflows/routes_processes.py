"""HTTP of processes: drawings, versions, what is in force, and the map over all cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.http import Db
from kefu.core.measures import Period
from kefu.core.time_shapes import Moment
from kefu.identity import AgentName, CurrentActor, agents_named
from kefu.workflows.access_processes import process_for, version_for
from kefu.workflows.case_maps import process_map
from kefu.workflows.findings import Finding
from kefu.workflows.listing_processes import (
    ProcessCounts,
    processes,
    releases_of,
    running_by_version,
    versions_of,
)
from kefu.workflows.model_processes import Process
from kefu.workflows.offering import OFFERED
from kefu.workflows.publishing import (
    create_process,
    discard_draft,
    look_at,
    publish_process,
    roll_back,
    save_draft,
)
from kefu.workflows.schemas_processes import (
    DraftRow,
    DrawingGiven,
    FindingRow,
    MapRow,
    NewProcess,
    NewVersion,
    NodeRow,
    Person,
    ProcessDetail,
    ProcessRow,
    Published,
    Reason,
    ReleaseRow,
    StepRow,
    VersionDetail,
    VersionRow,
)

router = APIRouter(prefix="/api/v1/processes", tags=["processes"])
LONGEST_PERIOD = timedelta(days=731)


@router.get("")
async def get_processes(db: Db, _: CurrentActor) -> list[ProcessRow]:
    return [row_of(*found) for found in await processes(db)]


@router.post("", status_code=201)
async def post_process(body: NewProcess, db: Db, actor: CurrentActor) -> ProcessRow:
    process = await create_process(db, body.key, body.name, by=actor.id)
    return row_of(process, None, ProcessCounts())


@router.get("/steps")
async def get_steps(_db: Db, _: CurrentActor) -> list[StepRow]:
    """The steps that service tasks may name."""
    return [
        StepRow(
            name=step.name,
            zh=step.zh,
            en=step.en,
            gives=list(step.gives),
            params=list(step.params),
            errors=list(step.errors),
        )
        for _name, step in sorted(OFFERED.steps.items())
    ]


@router.post("/findings")
async def post_findings(body: DrawingGiven, _db: Db, _: CurrentActor) -> list[FindingRow]:
    """What is wrong with a drawing; nothing is kept."""
    return finding_rows(look_at(body.xml)[1])


@router.get("/{key}")
async def get_process(key: str, db: Db, actor: CurrentActor) -> ProcessDetail:
    process = await process_for(db, actor, key)
    found = await processes(db, key=key)
    versions = await versions_of(db, process)
    releases = await releases_of(db, process)
    running = await running_by_version(db, process)
    people = await agents_named(
        db,
        [
            process.drafted_by,
            *(version.created_by for version in versions),
            *(release.by for release, _number in releases),
        ],
    )
    return ProcessDetail(
        **row_of(*found[0]).model_dump(),
        draft=process.draft,
        drafted_at=process.drafted_at,
        drafted_by=person(process.drafted_by, people),
        findings=finding_rows(look_at(process.draft)[1]) if process.draft else [],
        versions=[
            VersionRow(
                number=version.number,
                created_at=version.created_at,
                created_by=person(version.created_by, people),
                in_force=version.id == process.current_id,
                running=running.get(version.id, 0),
            )
            for version in versions
        ],
        releases=[
            ReleaseRow(number=number, at=release.at, by=person(release.by, people), why=release.why)
            for release, number in releases
        ],
    )


@router.put("/{key}/draft")
async def put_draft(key: str, body: DrawingGiven, db: Db, actor: CurrentActor) -> DraftRow:
    process = await process_for(db, actor, key, lock=True)
    findings = await save_draft(db, process, body.xml, by=actor.id)
    return DraftRow(drafted_at=process.drafted_at or now(), findings=finding_rows(findings))


@router.delete("/{key}/draft", status_code=204)
async def delete_draft(key: str, db: Db, actor: CurrentActor) -> None:
    await discard_draft(db, await process_for(db, actor, key, lock=True), by=actor.id)


@router.post("/{key}/versions", status_code=201)
async def post_version(key: str, body: NewVersion, db: Db, actor: CurrentActor) -> Published:
    """Put a drawing into force; a refusal lists its findings."""
    await process_for(db, actor, key, lock=True)
    version = await publish_process(db, key, body.xml, by=actor.id, name=body.name, why=body.why)
    return Published(number=version.number)


@router.get("/{key}/versions/{number}")
async def get_version(key: str, number: int, db: Db, actor: CurrentActor) -> VersionDetail:
    version = await version_for(db, await process_for(db, actor, key), number)
    return VersionDetail(number=version.number, xml=version.xml, created_at=version.created_at)


@router.put("/{key}/versions/{number}/force")
async def put_force(key: str, number: int, body: Reason, db: Db, actor: CurrentActor) -> Published:
    """Put an older version into force again."""
    process = await process_for(db, actor, key, lock=True)
    version = await version_for(db, process, number)
    await roll_back(db, process, version, by=actor.id, why=body.why)
    return Published(number=version.number)


@router.get("/{key}/map")
async def get_map(
    key: str,
    db: Db,
    actor: CurrentActor,
    since: Moment | None = None,
    until: Moment | None = None,
) -> MapRow:
    """Where cases wait, how long, and how much of it is too late; by default of 30 days."""
    process = await process_for(db, actor, key)
    end = until or now()
    start = since or end - timedelta(days=30)
    if not start < end or end - start > LONGEST_PERIOD:
        raise Invalid("Choose a period of at most two years.", field="since")
    shown = await process_map(db, key, Period(start, end))
    return MapRow(
        name=process.name,
        since=start,
        until=end,
        nodes=[NodeRow.model_validate(node) for node in shown.nodes],
        **{name: getattr(shown, name) for name in MAP_FIELDS},
    )


MAP_FIELDS = ("process", "version", "xml", "cases", "running", "ended", "cancelled")


def row_of(process: Process, number: int | None, counts: ProcessCounts) -> ProcessRow:
    return ProcessRow(
        id=process.id,
        key=process.key,
        name=process.name,
        number=number,
        has_draft=process.draft is not None,
        running=counts.running,
        stuck=counts.stuck,
        updated_at=process.updated_at,
    )


def finding_rows(findings: Iterable[Finding]) -> list[FindingRow]:
    return [
        FindingRow(code=one.code, element=one.element, detail=one.detail, title=one.title)
        for one in findings
    ]


def person(agent: UUID | None, people: dict[UUID, AgentName]) -> Person | None:
    named = people.get(agent) if agent else None
    return Person(id=named.id, name=named.name) if named else None
