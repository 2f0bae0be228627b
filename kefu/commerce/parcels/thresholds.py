"""Thresholds: how long a parcel may rest or be late before somebody has to look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from kefu.commerce.parcels.scans import CREATED, IN_TRANSIT, OUT_FOR_DELIVERY, RETURNING

STILL = (CREATED, IN_TRANSIT, OUT_FOR_DELIVERY, RETURNING)
NEEDED = (CREATED, IN_TRANSIT, OUT_FOR_DELIVERY)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hours by stage; `still` until a parcel is stuck, `needed` to be delivered from there."""

    still: Mapping[str, float] = field(
        default_factory=lambda: {
            CREATED: 48,
            IN_TRANSIT: 48,
            OUT_FOR_DELIVERY: 24,
            RETURNING: 96,
        }
    )
    needed: Mapping[str, float] = field(
        default_factory=lambda: {CREATED: 72, IN_TRANSIT: 24, OUT_FOR_DELIVERY: 4}
    )
    lost_hours: float = 168
    late_scan_hours: float = 6
    visits: int = 3

    def stuck_after(self, stage: str) -> timedelta:
        return timedelta(hours=self.still.get(stage, self.lost_hours))

    def needed_from(self, stage: str) -> timedelta:
        return timedelta(hours=self.needed.get(stage, 0))

    def changed(self, given: Mapping[str, Any]) -> Thresholds:
        """These with what a carrier has of its own; hours of single stages are merged."""
        return replace(
            self,
            still={**self.still, **given.get("still", {})},
            needed={**self.needed, **given.get("needed", {})},
            lost_hours=given.get("lost_hours", self.lost_hours),
            late_scan_hours=given.get("late_scan_hours", self.late_scan_hours),
            visits=given.get("visits", self.visits),
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "still": dict(self.still),
            "needed": dict(self.needed),
            "lost_hours": self.lost_hours,
            "late_scan_hours": self.late_scan_hours,
            "visits": self.visits,
        }
