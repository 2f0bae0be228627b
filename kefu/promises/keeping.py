"""Keeping: how many promises were kept and broken, for whoever judges by it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from kefu.core.db import Session
from kefu.promises.model import ClockRow


async def kept_and_broken(db: Session, subjects: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Kept and broken promises of each of these subjects; one without any is left out."""
    rows = await db.execute(
        select(ClockRow.subject, func.sum(ClockRow.kept), func.sum(ClockRow.broken))
        .where(ClockRow.subject == any_(literal(list(subjects), ARRAY(Uuid()))))
        .group_by(ClockRow.subject)
    )
    return {subject: (kept, broken) for subject, kept, broken in rows}
