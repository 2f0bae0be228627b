"""Anomalies: what is wrong with a parcel's way, found from its scans and from their silence.

Every rule is a function of the parcel, its scans and a moment; so is the next moment at which
silence alone may change what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kefu.commerce.parcels.scans import (
    CREATED,
    ENDED,
    LOST,
    MOVES,
    OUT_FOR_DELIVERY,
    RETURNED,
    RETURNING,
    STAGE_OF,
    Scan,
    in_order,
    stages,
)
from kefu.commerce.parcels.thresholds import Thresholds
from kefu.customers import is_elsewhere

LOW, MEDIUM, HIGH, CRITICAL = "low", "medium", "high", "critical"
SEVERITIES = (LOW, MEDIUM, HIGH, CRITICAL)
KINDS = (
    "stuck",
    "loop",
    "wrong_region",
    "exception",
    "return_to_sender",
    "lost",
    "delayed_scan",
    "promise_at_risk",
    "promise_broken",
)
TOLD_TO_CUSTOMER = frozenset(
    {"stuck", "loop", "wrong_region", "exception", "lost", "promise_at_risk", "promise_broken"}
)
"""What the customer hears of before they ask; the rest concerns the carrier and us."""
TROUBLES = frozenset({"exception", "delivery_failed"})
VERY_LATE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the rules know of a parcel, or of an order that has not left yet."""

    began_at: datetime
    promised_at: datetime | None = None
    province: str = ""
    return_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, since when, and what shows it."""

    kind: str
    severity: str
    since: datetime
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """A parcel at a moment, with what several rules need."""

    parcel: Parcel
    scans: list[Scan]
    at: datetime
    limits: Thresholds
    stage: str
    stage_began_at: datetime
    moved_at: datetime

    @property
    def ended(self) -> bool:
        return self.stage in ENDED


def look_at(parcel: Parcel, scans: Sequence[Scan], at: datetime, limits: Thresholds) -> Look:
    ordered = in_order(scan for scan in scans if scan.received_at <= at)
    moves = [scan.at for scan in ordered if scan.code in MOVES]
    moved_at = max(moves, default=parcel.began_at)
    stage, began_at = [(CREATED, parcel.began_at), *stages(ordered)][-1]
    return Look(parcel, ordered, at, limits, stage, began_at, moved_at)


def findings(
    parcel: Parcel, scans: Sequence[Scan], at: datetime, limits: Thresholds
) -> list[Finding]:
    """Everything that is wrong at this moment, at most one of each kind."""
    look = look_at(parcel, scans, at, limits)
    found = [finding for rule in RULES for finding in [rule(look)] if finding]
    if any(finding.kind == "lost" for finding in found):
        found = [finding for finding in found if finding.kind != "stuck"]
    if any(finding.kind == "promise_broken" for finding in found):
        found = [finding for finding in found if finding.kind != "promise_at_risk"]
    return found


def next_look(
    parcel: Parcel, scans: Sequence[Scan], at: datetime, limits: Thresholds
) -> datetime | None:
    """The next moment after `at` at which time alone lets a rule speak; none when it ended."""
    look = look_at(parcel, scans, at, limits)
    return min((moment for moment in moments(look) if moment > at), default=None)


def moments(look: Look) -> Iterator[datetime]:
    if look.ended:
        return
    rest = look.limits.stuck_after(look.stage)
    yield from (look.moved_at + rest, look.moved_at + rest * 2)
    yield look.moved_at + timedelta(hours=look.limits.lost_hours)
    if look.parcel.promised_at is not None and look.stage != RETURNING:
        yield risk_from(look, look.parcel.promised_at)
        yield look.parcel.promised_at
        yield look.parcel.promised_at + VERY_LATE


def risk_from(look: Look, promised_at: datetime) -> datetime:
    """From when on the rest of the way takes longer than there is time."""
    return promised_at - look.limits.needed_from(look.stage)


def stuck(look: Look) -> Finding | None:
    since = look.moved_at + look.limits.stuck_after(look.stage)
    if look.ended or look.at < since:
        return None
    severity = HIGH if look.at >= since + look.limits.stuck_after(look.stage) else MEDIUM
    return Finding(
        "stuck",
        severity,
        since,
        {
            "stage": look.stage,
            "last_move": look.moved_at,
            "hours": hours_between(look.moved_at, since),
            "place": look.scans[-1].place if look.scans else "",
        },
    )


def lost(look: Look) -> Finding | None:
    said = [scan for scan in look.scans if scan.code == "lost"]
    if said and look.stage == LOST:
        return Finding("lost", CRITICAL, said[-1].at, {"said_by": "carrier"})
    since = look.moved_at + timedelta(hours=look.limits.lost_hours)
    if look.ended or look.stage == CREATED or look.at < since:
        return None
    return Finding(
        "lost",
        CRITICAL,
        since,
        {"said_by": "silence", "last_move": look.moved_at, "hours": look.limits.lost_hours},
    )


def loop(look: Look) -> Finding | None:
    """The same place reached again and again, with another place in between."""
    if look.ended:
        return None
    visits: Counter[str] = Counter()
    before, found = "", None
    for scan in look.scans:
        if scan.code not in MOVES or not scan.place or scan.place == before:
            continue
        before = scan.place
        visits[before] += 1
        if visits[before] >= look.limits.visits:
            evidence = {"place": before, "visits": visits[before]}
            found = Finding("loop", HIGH, scan.at, evidence)
    return found


def wrong_region(look: Look) -> Finding | None:
    """It is being delivered where the customer is not."""
    goal = look.parcel.province
    out = [scan for scan in look.scans if scan.code == "out_for_delivery" and scan.province]
    if not goal or not out or look.stage != OUT_FOR_DELIVERY:
        return None
    last = out[-1]
    if not is_elsewhere(last.province, goal):
        return None
    evidence = {"place": last.place, "province": last.province, "goal": goal}
    return Finding("wrong_region", HIGH, last.at, evidence)


def exception(look: Look) -> Finding | None:
    """The carrier said that something is wrong, and nothing has moved since."""
    said = [scan for scan in look.scans if scan.code in TROUBLES]
    if look.ended or not said:
        return None
    last = said[-1]
    if any(scan.code in MOVES - TROUBLES and scan.at > last.at for scan in look.scans):
        return None
    severity = HIGH if len(said) > 1 or last.code == "exception" else MEDIUM
    evidence = {"code": last.code, "reason": last.reason, "place": last.place, "times": len(said)}
    return Finding("exception", severity, last.at, evidence)


def return_to_sender(look: Look) -> Finding | None:
    """It comes back although nobody asked for that."""
    back = [scan for scan in look.scans if STAGE_OF[scan.code] in (RETURNING, RETURNED)]
    if look.parcel.return_wanted or not back or look.stage not in (RETURNING, RETURNED):
        return None
    evidence = {"reason": back[0].reason, "place": back[0].place, "arrived": look.stage == RETURNED}
    return Finding("return_to_sender", HIGH, back[0].at, evidence)


def delayed_scan(look: Look) -> Finding | None:
    """We heard of the last scan long after it happened: the carrier tells us too late."""
    if look.ended or not look.scans:
        return None
    last = look.scans[-1]
    late = last.received_at - last.at
    if late < timedelta(hours=look.limits.late_scan_hours):
        return None
    evidence = {"hours": hours_between(last.at, last.received_at), "code": last.code}
    return Finding("delayed_scan", LOW, last.received_at, evidence)


def promise_at_risk(look: Look) -> Finding | None:
    promised = look.parcel.promised_at
    if promised is None or look.ended or look.stage == RETURNING:
        return None
    since = risk_from(look, promised)
    if look.at < since:
        return None
    needed = look.limits.needed_from(look.stage)
    evidence = {"promised_at": promised, "stage": look.stage, "needed_hours": hours_of(needed)}
    return Finding("promise_at_risk", MEDIUM, max(since, look.stage_began_at), evidence)


def promise_broken(look: Look) -> Finding | None:
    promised = look.parcel.promised_at
    if promised is None or look.ended or look.at < promised:
        return None
    severity = CRITICAL if look.at >= promised + VERY_LATE else HIGH
    evidence = {"promised_at": promised, "stage": look.stage}
    return Finding("promise_broken", severity, promised, evidence)


def hours_between(start: datetime, end: datetime) -> float:
    return hours_of(end - start)


def hours_of(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 1)


RULES: tuple[Callable[[Look], Finding | None], ...] = (
    stuck,
    lost,
    loop,
    wrong_region,
    exception,
    return_to_sender,
    delayed_scan,
    promise_at_risk,
    promise_broken,
)
