"""Combining: what the page of a customer says who stands for several, and what it said before.

What the customer themselves said counts first, then what those merged into them said, in the
order of the merges. What their own fields said is kept in `own`, so that it can be said again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kefu.core.clock import iso
from kefu.customers.model import TIERS, Customer
from kefu.customers.names import stranger_name

PLAIN = ("avatar", "email", "phone", "locale")
MOMENTS = ("blocked_at", "first_seen_at", "last_seen_at")
ATTRIBUTE = "attributes."
Face = dict[str, Any]


def adopt_edits(customer: Customer, theirs: Sequence[Face]) -> None:
    """What was written since onto the customer who stays is their own from now on."""
    said = face_of(customer)
    customer.own = {
        field: own
        for field, own in customer.own.items()
        if said.get(field) == combined(field, own, theirs)
    }


def stand_for(customer: Customer, theirs: Sequence[Face]) -> None:
    """Say what the customer and these members say together."""
    said = face_of(customer)
    fields = dict.fromkeys([*said, *customer.own, *(field for face in theirs for field in face)])
    own = {field: customer.own.get(field, said.get(field)) for field in fields}
    together = {field: combined(field, own[field], theirs) for field in fields}
    customer.own = {field: own[field] for field in fields if own[field] != together[field]}
    for field in fields:
        if together[field] != said.get(field):
            put(customer, field, together[field])


def face_of(customer: Customer, *, let_in: bool = False) -> Face:
    """The fields of a customer as JSON keeps them; without a block that does not count any more."""
    face = {
        "name": customer.name if customer.name_given else None,
        "tier": customer.tier,
        **{field: getattr(customer, field) for field in PLAIN},
        **{field: iso(getattr(customer, field)) for field in MOMENTS},
        **{f"{ATTRIBUTE}{key}": value for key, value in customer.attributes.items()},
    }
    return face | {"blocked_at": None} if let_in else face


def combined(field: str, own: Any, theirs: Sequence[Face]) -> Any:
    said = [value for face in theirs if (value := face.get(field)) is not None]
    if own is not None:
        said.insert(0, own)
    if not said:
        return None
    match field:
        case "tier":
            return max(said, key=TIERS.index)
        case "first_seen_at":
            return min(said, key=datetime.fromisoformat)
        case "last_seen_at":
            return max(said, key=datetime.fromisoformat)
    return said[0]


def put(customer: Customer, field: str, value: Any) -> None:
    if field == "name":
        customer.rename(value or stranger_name(customer.id), given=value is not None)
    elif field in MOMENTS:
        setattr(customer, field, value and datetime.fromisoformat(value))
    elif field.startswith(ATTRIBUTE):
        key = field.removeprefix(ATTRIBUTE)
        kept = {name: one for name, one in customer.attributes.items() if name != key}
        customer.attributes = kept if value is None else kept | {key: value}
    else:
        setattr(customer, field, value)
