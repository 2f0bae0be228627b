"""Case files: what people add to the form of a task, looked at before it is kept."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select, text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound, TooLarge
from kefu.core.files import Storage, chunks_of, inspect, storage_for
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.identity import Actor
from kefu.workflows.access_processes import cases_visible_to
from kefu.workflows.model_files import CaseFile
from kefu.workflows.model_processes import Case, CaseTask
from kefu.workflows.plan import FormField

LARGEST = 10 * 1024 * 1024
MOST = 40
DELETE_JOB = "workflows.delete_files"
ERASE = text(
    "update case_files set name = 'erased', erased_at = :at where erased_at is null and "
    "task_id in (select id from case_tasks where customer = :customer) returning key"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes lie in the store; its row is still to be written."""

    name: str
    type: str
    size: int
    key: str


def storage_of(app: Any) -> Storage:
    """The store of this app, made on first use."""
    found: Storage | None = getattr(app.state, "storage", None)
    if found is None:
        found = app.state.storage = storage_for(app.state.settings)
    return found


async def check_takes_files(db: Session, task: CaseTask) -> None:
    """The task is open, its form asks for files, and there are not too many yet."""
    if not task.is_open():
        raise Conflict("This task is done already.", code="already_done", field="task")
    if not any(one["type"] == "files" for one in task.fields):
        raise Invalid("This form has no field for files.", field="file", code="no_files_asked")
    there = await db.scalar(
        select(func.count()).select_from(CaseFile).where(CaseFile.task_id == task.id)
    )
    if (there or 0) >= MOST:
        raise Conflict(f"A task has at most {MOST} files.", code="too_many_files")


async def keep_file(storage: Storage, upload: IO[bytes], name: str) -> Kept:
    size = await asyncio.to_thread(upload.seek, 0, io.SEEK_END)
    if size > LARGEST:
        raise TooLarge("The file is larger than 10 MB.", field="file", limit=LARGEST)
    if size == 0:
        raise Invalid("The file is empty.", field="file", code="file_empty")
    seen = await asyncio.to_thread(inspect, upload, name=name)
    key = f"cases/{now():%Y%m}/{uuid7().hex}"
    await storage.put(key, chunks_of(upload), type=seen.type)
    return Kept(seen.name, seen.type, size, key)


async def add_file(db: Session, task: UUID, kept: Kept, *, by: UUID) -> CaseFile:
    file = CaseFile(
        id=uuid7(),
        task_id=task,
        agent_id=by,
        name=kept.name,
        type=kept.type,
        size=kept.size,
        key=kept.key,
    )
    db.add(file)
    await db.flush()
    return file


async def check_files(
    db: Session, task: UUID, fields: Iterable[FormField], form: Mapping[str, Any]
) -> None:
    """The files of a form were added to this very task; none is forgotten while it is sent."""
    given = {
        one.key: {UUID(file) for file in form.get(one.key, [])}
        for one in fields
        if one.type == "files"
    }
    wanted = set().union(*given.values()) if given else set()
    if not wanted:
        return
    rows = await db.scalars(
        select(CaseFile.id)
        .where(CaseFile.id.in_(wanted), CaseFile.task_id == task, CaseFile.erased_at.is_(None))
        .with_for_update(read=True)
    )
    known = set(rows)
    for key, files in given.items():
        if not files <= known:
            raise Invalid(
                "This file was not added to this task.", field=f"form.{key}", code="unknown_file"
            )


async def files_of(db: Session, tasks: Collection[CaseTask]) -> dict[UUID, list[CaseFile]]:
    """The files of these tasks that are still there; nothing is asked where no form has any."""
    ids = {task.id for task in tasks if any(one["type"] == "files" for one in task.fields)}
    found: dict[UUID, list[CaseFile]] = {}
    if not ids:
        return found
    rows = await db.scalars(
        select(CaseFile)
        .where(CaseFile.task_id.in_(ids), CaseFile.erased_at.is_(None))
        .order_by(CaseFile.id)
    )
    for file in rows:
        found.setdefault(file.task_id, []).append(file)
    return found


async def file_for(db: Session, actor: Actor, file_id: UUID) -> CaseFile:
    """A file of a case that this actor sees."""
    actor.require("case.read")
    found = await db.execute(
        select(CaseFile, CaseTask.case_id)
        .join(CaseTask, CaseTask.id == CaseFile.task_id)
        .where(CaseFile.id == file_id, CaseFile.erased_at.is_(None))
    )
    row = found.one_or_none()
    if row is None or not await is_visible(db, actor, row.case_id):
        raise NotFound("There is no such file.")
    file: CaseFile = row.CaseFile
    return file


async def is_visible(db: Session, actor: Actor, case: UUID) -> bool:
    seen = await db.scalar(select(Case.id).where(Case.id == case, cases_visible_to(actor)))
    return seen is not None


async def erase_files(db: Session, customer: UUID) -> None:
    """Forget the files of a customer's cases; the bytes go after the commit."""
    rows = await db.execute(ERASE, {"customer": customer, "at": now()})
    keys = [row.key for row in rows]
    if keys:
        await enqueue(db, DELETE_JOB, {"keys": keys})
