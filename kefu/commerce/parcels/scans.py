"""Scans: what a carrier said of a parcel, put in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

CREATED, IN_TRANSIT, OUT_FOR_DELIVERY = "created", "in_transit", "out_for_delivery"
DELIVERED, RETURNING, RETURNED, LOST = "delivered", "returning", "returned", "lost"
EXCEPTION = "exception"
ENDED = frozenset({DELIVERED, RETURNED, LOST})
"""Stages at which a parcel's way is over."""

STAGE_OF = {
    "label_created": CREATED,
    "picked_up": IN_TRANSIT,
    "departed": IN_TRANSIT,
    "arrived": IN_TRANSIT,
    "exception": None,
    "out_for_delivery": OUT_FOR_DELIVERY,
    "delivery_failed": OUT_FOR_DELIVERY,
    "returning": RETURNING,
    "delivered": DELIVERED,
    "returned": RETURNED,
    "lost": LOST,
}
"""The codes a carrier may send, with the stage each leads to; an exception leads to none."""
CODES = tuple(STAGE_OF)
MOVES = frozenset(STAGE_OF) - {"label_created", "exception", "lost"}


@dataclass(frozen=True, slots=True)
class Scan:
    """One line of a parcel's way: when it happened, when we heard of it, and where."""

    code: str
    at: datetime
    received_at: datetime
    place: str = ""
    province: str = ""
    reason: str = ""


def in_order(scans: Iterable[Scan]) -> list[Scan]:
    """As they happened; of those at one moment, the one further along comes last."""
    return sorted(scans, key=lambda scan: (scan.at, CODES.index(scan.code)))


def stages(scans: Iterable[Scan]) -> Iterator[tuple[str, datetime]]:
    """Each stage with the moment it began, by when things happened and not by when we heard.

    What ended stays ended, but for another end: a parcel may be found after it was lost.
    """
    stage = CREATED
    for scan in in_order(scans):
        following = STAGE_OF[scan.code]
        if following in (None, stage) or (stage in ENDED and following not in ENDED):
            continue
        stage = following
        yield stage, scan.at


def stage_after(scans: Iterable[Scan]) -> str:
    """Where the parcel is after these."""
    return next((stage for stage, _ in reversed(list(stages(scans)))), CREATED)


def status_after(scans: Sequence[Scan]) -> str:
    """The stage as a shipment keeps it: one that turned back or has a problem is an exception."""
    stage = stage_after(scans)
    if stage in ENDED:
        return stage
    last = in_order(scans)[-1].code if scans else "label_created"
    return EXCEPTION if stage == RETURNING or last == "exception" else stage
