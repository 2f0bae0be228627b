"""Built-in processes: the drawings that capabilities ship become version 1 where they lack."""

from __future__ import annotations

import structlog
from sqlalchemy import select, text

from kefu.core.db import Session
from kefu.workflows.model_processes import Process
from kefu.workflows.offering import OFFERED
from kefu.workflows.publishing import BadProcess, publish_process

log = structlog.get_logger(__name__)


LOCK = text("select pg_advisory_xact_lock(5338339)")


async def publish_built_in(db: Session) -> list[str]:
    """Publish the shipped drawings whose key is not known yet; returns their keys."""
    await db.execute(LOCK)
    known = set(await db.scalars(select(Process.key)))
    missing = [file for key, file in sorted(OFFERED.files.items()) if key not in known]
    published = []
    for file in missing:
        xml = file.path.read_text(encoding="utf-8")
        try:
            await publish_process(db, file.key, xml, by=None, name=file.zh, why="built-in")
        except BadProcess as bad:
            log.warning("built_in_process_refused", key=file.key, findings=bad.findings[:5])
            continue
        published.append(file.key)
    return published
