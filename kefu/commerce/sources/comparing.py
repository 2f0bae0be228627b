"""Comparing: what a source's book says beside what we know; pure, so that it is easily tested."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kefu.commerce.parcels.scans import Scan, status_after

OF_STATUS = frozenset({"missing_order", "wrong_status", "wrong_parcel_status"})
"""Differences for which somebody who asked was told the wrong status."""
HELD_HERE = "held_here"
"""What we changed and its shop did not: no mistake, and nothing to mend."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the source says."""

    kind: str
    number: str
    ours: str | None
    theirs: str | None
    external_id: str | None = None


@dataclass
class Comparison:
    """How many were compared, how many had the right status, and every difference."""

    compared: int = 0
    alike: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, found: Iterable[Difference]) -> None:
        differences = list(found)
        self.compared += 1
        self.alike += not any(one.kind in OF_STATUS for one in differences)
        self.differences += differences


def compare_orders(
    theirs: Iterable[Mapping[str, Any]], ours: Mapping[str, str], held: Collection[str] = ()
) -> Comparison:
    """Orders by number and status; `held` are those whose status stands here against the book."""
    comparison = Comparison()
    for order in theirs:
        number = order["number"]
        kind = HELD_HERE if number in held else "wrong_status"
        comparison.add(order_differences(number, order["status"], ours.get(number), kind))
    return comparison


def order_differences(
    number: str, theirs: str, ours: str | None, kind: str
) -> Iterable[Difference]:
    if ours is None:
        yield Difference("missing_order", number, None, theirs)
    elif ours != theirs and (theirs, ours) != ("shipped", "delivered"):
        # A shop that only sends knows nothing of the delivery that a carrier proved.
        yield Difference(kind, number, ours, theirs)


def compare_parcels(
    theirs: Iterable[Mapping[str, Any]], ours: Mapping[str, tuple[str, set[str]]]
) -> Comparison:
    """Parcels by their scans, and by the status that follows from them.

    `ours` holds status and numbers of scans by tracking number; a parcel we do not know is none of
    ours.
    """
    comparison = Comparison()
    for parcel in theirs:
        known = ours.get(parcel["tracking_number"])
        if known is not None:
            comparison.add(parcel_differences(parcel, *known))
    return comparison


def parcel_differences(
    parcel: Mapping[str, Any], status: str, known: set[str]
) -> Iterable[Difference]:
    number = parcel["tracking_number"]
    told = {scan["external_id"]: scan for scan in parcel["scans"]}
    for missing in sorted(told.keys() - known):
        yield Difference("missing_scan", number, None, told[missing]["code"], missing)
    for unknown in sorted(known - told.keys()):
        yield Difference("unknown_scan", number, "", None, unknown)
    truth = truth_of(parcel)
    if truth != status:
        yield Difference("wrong_parcel_status", number, status, truth)


def truth_of(parcel: Mapping[str, Any]) -> str:
    """The status that follows from the scans that the book has."""
    return status_after([scan_of(scan) for scan in parcel["scans"]])


def scan_of(told: Mapping[str, Any]) -> Scan:
    at = datetime.fromisoformat(told["at"])
    return Scan(told["code"], at, at, told.get("place") or "", told.get("province") or "")
