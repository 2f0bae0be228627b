"""Demo data of processes: the drawings that capabilities ship are in force."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.workflows.built_in import publish_built_in


@demo_part("processes", order=5)
async def load_demo_processes(db: Session) -> None:
    await publish_built_in(db)
