"""Fast track: which applications are approved at once, and what that was decided from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kefu.commerce.returns.policy import FastTrack


@dataclass(frozen=True, slots=True)
class Application:
    """What the rule looks at."""

    kind: str
    reason: str
    amount: int
    applied_at: datetime
    delivered_at: datetime | None
    orders: int
    returns: int
    blocked: bool = False

    def days_since_delivery(self) -> float | None:
        if self.delivered_at is None:
            return None
        return (self.applied_at - self.delivered_at).total_seconds() / 86400

    def return_rate(self) -> float:
        """Percent of the customer's orders that came back before; nobody's first counts as 0."""
        return self.returns / self.orders * 100 if self.orders else 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition with what it was given: shown on the case as it was decided."""

    name: str
    value: Any
    limit: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Decision:
    approved: bool
    conditions: tuple[Condition, ...]

    def explanation(self) -> list[dict[str, Any]]:
        return [asdict(condition) for condition in self.conditions]


def decide(application: Application, rule: FastTrack) -> Decision:
    """Approved when every condition holds; each says what it saw and what it asks for."""
    days = application.days_since_delivery()
    rate = application.return_rate()
    conditions: tuple[Condition, ...] = (
        Condition("enabled", rule.enabled, True, rule.enabled),
        Condition(
            "within_days",
            None if days is None else round(days, 2),
            rule.within_days,
            days is not None and 0 <= days <= rule.within_days,
        ),
        Condition(
            "value_below",
            application.amount,
            rule.value_below,
            application.amount < rule.value_below,
        ),
        Condition("reasons", application.reason, rule.reasons, application.reason in rule.reasons),
        Condition(
            "return_rate_below",
            round(rate, 1),
            rule.return_rate_below,
            rate < rule.return_rate_below,
        ),
        Condition(
            "kind",
            application.kind,
            ["return", "exchange"],
            application.kind in ("return", "exchange"),
        ),
    )
    if application.blocked:
        conditions += (Condition("not_blocked", value=False, limit=True, holds=False),)
    return Decision(all(condition.holds for condition in conditions), conditions)
