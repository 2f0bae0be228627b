"""Identifiers: UUIDv7, so that ids sort by time and need no sequence."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import UUID

from kefu.core.clock import now

POOLED = 256
_POOL: list[int] = []
os.register_at_fork(after_in_child=_POOL.clear)


def uuid7(at: datetime | None = None) -> UUID:
    """A new UUIDv7 (RFC 9562) for the moment `at`, by default now."""
    milliseconds = int((at or now()).timestamp() * 1000)
    random = _drawn()
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & 0x3FFFFFFFFFFFFFFF
    return UUID(int=value)


def _drawn() -> int:
    """80 random bits; the system is asked for many at a time, since each asking takes a while."""
    while True:
        try:
            return _POOL.pop()
        except IndexError:
            drawn = os.urandom(10 * POOLED)
            _POOL.extend(int.from_bytes(drawn[at : at + 10]) for at in range(0, len(drawn), 10))


def uuid7_time(identifier: UUID) -> datetime:
    """The moment a UUIDv7 was made, in UTC, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def uuid7_at_least(at: datetime) -> UUID:
    """The smallest UUIDv7 of the moment `at`: the lower bound of a range of ids.

    Before 1970 no such id was made: the bound is then the smallest of all.
    """
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)
