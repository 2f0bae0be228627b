"""Names that must be unique: the second one is refused by name, not by a database error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from kefu.core.db import Session
from kefu.core.errors import Conflict


@asynccontextmanager
async def refused_if_taken(db: Session, title: str, *, field: str) -> AsyncIterator[None]:
    """Flush what the block changes; a duplicate is a refusal that names the field."""
    try:
        async with db.begin_nested():
            yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise Conflict(title, code="taken", field=field) from error
        raise
