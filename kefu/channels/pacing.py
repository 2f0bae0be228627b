"""Pacing: how fast one visitor and one address may ask; told in `X-RateLimit-*` headers."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from kefu.core.errors import TooMany
from kefu.core.settings import Settings
from kefu.core.switchboard import Allowance

KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Where somebody stands after one more request."""

    limit: int
    remaining: int
    reset: int
    wait: float

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class Paces:
    """A bucket for each of many, in this process; those longest unheard of are forgotten."""

    def __init__(self, burst: int, per_minute: int) -> None:
        self._burst, self._per_minute = burst, per_minute
        self._buckets: OrderedDict[str, Allowance] = OrderedDict()

    def bucket(self, name: str) -> Allowance:
        """The bucket of this visitor or address."""
        found = self._buckets.get(name)
        if found is None:
            found = self._buckets[name] = Allowance(self._burst, self._per_minute)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        return found

    def take(self, name: str) -> Pace:
        """One more request of this visitor or address."""
        bucket = self.bucket(name)
        wait = bucket.take()
        return Pace(self._per_minute, bucket.left(), math.ceil(bucket.full_in()), wait)


class Pacing:
    """The paces of a web process."""

    def __init__(self, chosen: Settings) -> None:
        self.visitors = Paces(chosen.visitor_burst, chosen.visitor_per_minute)
        self.addresses = Paces(max(60, chosen.address_per_minute // 5), chosen.address_per_minute)


def pacing_of(app: Any, chosen: Settings) -> Pacing:
    """The pacing of this app, made on first use."""
    found: Pacing | None = getattr(app.state, "visitor_pacing", None)
    if found is None:
        found = app.state.visitor_pacing = Pacing(chosen)
    return found


def check_paced(pace: Pace) -> None:
    """Refuse whoever asks too fast, and say when to try again."""
    if pace.wait:
        raise TooMany(
            "You are writing faster than we can read. Please wait a moment.",
            retry_after=pace.wait,
            limit=pace.limit,
        )
