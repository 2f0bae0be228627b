"""Running: the case's process, which says where an outcome leads in the drawing it started with."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.model_returns import ReturnCase
from kefu.core.db import Session


async def process_moved(
    db: Session, case: ReturnCase, outcome: str, *, drawn: str, by: UUID | None
) -> str:
    return drawn


async def restart_process(db: Session, case: ReturnCase, node: str, *, by: UUID) -> None:
    return None


async def start_process(db: Session, case: ReturnCase, *, by: UUID | None) -> None:
    return None
