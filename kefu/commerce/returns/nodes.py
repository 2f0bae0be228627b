"""Nodes: where a case may stand, and which way leads from there; the process files say the same."""

from __future__ import annotations

from kefu.core.errors import Conflict

RETURN, EXCHANGE, REPAIR = "return", "exchange", "repair"
INSTALLATION, REFUND_ONLY = "installation", "refund_only"
KINDS = (RETURN, EXCHANGE, REPAIR, INSTALLATION, REFUND_ONLY)

APPLY, REVIEW, SEND_BACK, INSPECT = "apply", "review", "send_back", "inspect"
REFUND, RESHIP, REPAIRING = "refund", "reship", "repairing"
SCHEDULE, VISIT = "schedule", "visit"
NODES = (APPLY, REVIEW, SEND_BACK, INSPECT, REPAIRING, RESHIP, REFUND, SCHEDULE, VISIT)

DONE, REFUSED, REJECTED = "done", "refused", "rejected"
WITHDRAWN, EXPIRED = "withdrawn", "expired"
ENDS = (DONE, REFUSED, REJECTED, WITHDRAWN, EXPIRED)
OPEN = "open"
STATUSES = (OPEN, *ENDS)

Ways = dict[tuple[str, str], str]

_GOODS_BACK: Ways = {
    (APPLY, "submitted"): REVIEW,
    (APPLY, "withdrawn"): WITHDRAWN,
    (REVIEW, "approved"): SEND_BACK,
    (REVIEW, "refused"): REFUSED,
    (REVIEW, "withdrawn"): WITHDRAWN,
    (SEND_BACK, "received"): INSPECT,
    (SEND_BACK, "withdrawn"): WITHDRAWN,
    (SEND_BACK, "expired"): EXPIRED,
    (INSPECT, "rejected"): REJECTED,
}

WAYS: dict[str, Ways] = {
    RETURN: {
        **_GOODS_BACK,
        (INSPECT, "accepted"): REFUND,
        (REFUND, "refunded"): DONE,
        (REFUND, "reinspect"): INSPECT,
    },
    EXCHANGE: {
        **_GOODS_BACK,
        (INSPECT, "accepted"): RESHIP,
        (RESHIP, "shipped"): DONE,
        (RESHIP, "reinspect"): INSPECT,
    },
    REPAIR: {
        **_GOODS_BACK,
        (INSPECT, "accepted"): REPAIRING,
        (REPAIRING, "repaired"): RESHIP,
        (REPAIRING, "irreparable"): REFUND,
        (REPAIRING, "reinspect"): INSPECT,
        (RESHIP, "shipped"): DONE,
        (REFUND, "refunded"): DONE,
    },
    REFUND_ONLY: {
        (APPLY, "submitted"): REVIEW,
        (APPLY, "withdrawn"): WITHDRAWN,
        (REVIEW, "approved"): REFUND,
        (REVIEW, "refused"): REFUSED,
        (REVIEW, "withdrawn"): WITHDRAWN,
        (REFUND, "refunded"): DONE,
    },
    INSTALLATION: {
        (APPLY, "submitted"): SCHEDULE,
        (APPLY, "withdrawn"): WITHDRAWN,
        (SCHEDULE, "booked"): VISIT,
        (SCHEDULE, "withdrawn"): WITHDRAWN,
        (VISIT, "completed"): DONE,
        (VISIT, "missed"): SCHEDULE,
        (VISIT, "withdrawn"): WITHDRAWN,
    },
}

CAUSES = {
    APPLY: "application",
    REVIEW: "review",
    SEND_BACK: "logistics",
    INSPECT: "inspection",
    REPAIRING: "repair",
    RESHIP: "logistics",
    REFUND: "refund",
    SCHEDULE: "appointment",
    VISIT: "appointment",
}
"""Whose time it was when a case is late in a node."""


def next_node(kind: str, node: str, outcome: str) -> str:
    """Where this outcome leads; one that does not belong to the node is refused."""
    to = WAYS[kind].get((node, outcome))
    if to is None:
        raise Conflict(
            "The case is not where this could be done.",
            code="out_of_order",
            detail=f"{node}: {outcome}",
        )
    return to


def outcomes_of(kind: str, node: str) -> list[str]:
    """What may happen at a node, in the order of the process."""
    return [outcome for (at, outcome) in WAYS[kind] if at == node]


def nodes_of(kind: str) -> list[str]:
    """The nodes of this kind of case, in the order they are gone through."""
    used = {at for at, _ in WAYS[kind]}
    return [node for node in NODES if node in used]


def is_end(node: str) -> bool:
    return node in ENDS
