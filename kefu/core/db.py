"""The database: declarative base, the session, and one transaction per request or job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from kefu.core.metrics import QUERIES
from kefu.core.realtime import Push, Realtime

Session = AsyncSession
EXTRA = 4

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; times are `timestamptz`, dictionaries and lists are `jsonb`."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: JSONB(),
    }


def sqlalchemy_url(url: str) -> str:
    """Any PostgreSQL URL, written for SQLAlchemy on psycopg 3."""
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    raise ValueError("KEFU_DATABASE_URL must start with postgresql://")


def libpq_url(url: str) -> str:
    """The same URL, written for libpq tools and bare psycopg."""
    return sqlalchemy_url(url).replace("postgresql+psycopg://", "postgresql://", 1)


class Database:
    """One database: hands out sessions whose transaction ends with the block."""

    def __init__(self, url: str, *, pool: int = 12, realtime: Realtime | None = None) -> None:
        self.url = url
        self.realtime = realtime
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool + EXTRA,
            max_overflow=0,  # what overflows is closed at once: a server process for each query
            pool_use_lifo=True,
            pool_timeout=10,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "application_name": "kefu"},
        )
        listen(self.engine.sync_engine, "before_cursor_execute", _count)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A session that commits at the end and then publishes what was recorded in it."""
        async with AsyncSession(self.engine, expire_on_commit=False) as db:
            try:
                yield db
                await db.commit()
            except BaseException:
                await db.rollback()
                raise
        if self.realtime is not None:
            await tell(db, self.realtime)

    async def connection(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """A bare autocommit connection for hand-written hot statements."""
        return await psycopg.AsyncConnection.connect(
            libpq_url(self.url), autocommit=True, connect_timeout=5, application_name="kefu-hot"
        )

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()


def _count(*_: Any) -> None:
    QUERIES.inc()


async def tell(db: Session, realtime: Realtime) -> None:
    """After a commit: publish what waits and wake the readers if facts were recorded."""
    pushes = pushes_of(db)
    if pushes:
        db.info["pushes"] = []
        await realtime.publish(pushes)
    if db.info.pop("recorded", False):
        realtime.wake("facts")


def pushes_of(db: Session) -> list[Push]:
    """What waits in this session to be published after its commit."""
    pushes: list[Push] = db.info.setdefault("pushes", [])
    return pushes
