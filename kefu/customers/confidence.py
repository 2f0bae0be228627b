"""Confidence: how sure it is that two customers are one person, from 0 to 1, and why.

Each thing they have in common is a sign with a weight, higher the better it is proven on both
sides; signs add up like independent witnesses. What speaks against it lowers the result, and two
different numbers of which a person has only one (a member id in one shop, a WeChat id) settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kefu.core.folding import folded
from kefu.customers.claims import ONE_PER_PERSON
from kefu.customers.model import Customer, Identity

PROOFS = ("said", "one", "both")
WEIGHTS: dict[str, tuple[float, float, float]] = {
    "external_id": (0.50, 0.70, 0.99),
    "unionid": (0.50, 0.75, 0.99),
    "openid": (0.50, 0.75, 0.99),
    "phone": (0.45, 0.70, 0.97),
    "email": (0.40, 0.60, 0.95),
    "api": (0.30, 0.40, 0.60),
    "visitor": (0.40, 0.45, 0.55),
    "device": (0.30, 0.35, 0.35),
    "name": (0.30, 0.30, 0.30),
}
OTHER_NAME = 0.97
OTHER_PERSON = 0.1
MOST = 0.99
AUTOMATIC = 0.9
NAME_CHARACTERS = 2

Identifier = tuple[str, str | None, str]


@dataclass(frozen=True, slots=True)
class Sign:
    """Something two customers have in common, or in which they differ; never its value."""

    sign: str
    proof: str
    agrees: bool
    weight: float

    def plain(self) -> dict[str, Any]:
        return {
            "sign": self.sign,
            "proof": self.proof,
            "agrees": self.agrees,
            "weight": self.weight,
        }


@dataclass(frozen=True)
class Face:
    """A customer as compared: their name, and whether each of their identifiers is proven."""

    name: str | None
    identifiers: dict[Identifier, bool]


def face_of(customer: Customer, identities: Iterable[Identity]) -> Face:
    known: dict[Identifier, bool] = {}
    for kind, value in (("phone", customer.phone), ("email", customer.email)):
        if value:
            known[kind, None, value] = False
    for one in identities:
        scope = str(one.scope) if one.scope else None
        known[one.kind, scope, one.value] = one.verified_at is not None
    return Face(customer.name if customer.name_given else None, known)


def signs_between(one: Face, other: Face) -> list[Sign]:
    """What speaks for the two being one person and what against it, the strongest first."""
    return strongest([*shared(one, other), *names(one, other), *contradictions(one, other)])


def strongest(signs: Iterable[Sign]) -> list[Sign]:
    """One sign of each kind for and against, the best proven; what contradicts comes first."""
    best: dict[tuple[str, bool], Sign] = {}
    for sign in sorted(signs, key=lambda sign: sign.weight):
        best[sign.sign, sign.agrees] = sign
    return sorted(best.values(), key=lambda sign: (sign.agrees, -sign.weight))


def shared(one: Face, other: Face) -> list[Sign]:
    signs = []
    for identifier in one.identifiers.keys() & other.identifiers.keys():
        proven = one.identifiers[identifier] + other.identifiers[identifier]
        kind = identifier[0]
        signs.append(Sign(kind, PROOFS[proven], agrees=True, weight=WEIGHTS[kind][proven]))
    return signs


def names(one: Face, other: Face) -> list[Sign]:
    if not one.name or not other.name:
        return []
    same = plain(one.name) == plain(other.name)
    if same and len(plain(one.name)) < NAME_CHARACTERS:
        return []
    return [Sign("name", "said", agrees=same, weight=WEIGHTS["name"][0] if same else OTHER_NAME)]


def plain(name: str) -> str:
    """The name as it is compared: without spaces, in one case and one writing."""
    return "".join(folded(name).split())


def contradictions(one: Face, other: Face) -> list[Sign]:
    """Different proven numbers of a kind of which a person has one in each shop or channel."""
    mine, theirs = proven_values(one), proven_values(other)
    return [
        Sign(kind, "both", agrees=False, weight=OTHER_PERSON)
        for kind, scope in mine.keys() & theirs.keys()
        if not mine[kind, scope] & theirs[kind, scope]
    ]


def proven_values(face: Face) -> dict[tuple[str, str | None], set[str]]:
    found: dict[tuple[str, str | None], set[str]] = {}
    for (kind, scope, value), proven in face.identifiers.items():
        if proven and kind in ONE_PER_PERSON:
            found.setdefault((kind, scope), set()).add(value)
    return found


def confidence_of(signs: Sequence[Sign]) -> float:
    doubt = 1.0
    for sign in signs:
        if sign.agrees:
            doubt *= 1 - sign.weight
    sure = min(1 - doubt, MOST)
    for sign in signs:
        if not sign.agrees:
            sure *= sign.weight
    return round(sure, 3)


def is_sure(signs: Sequence[Sign]) -> bool:
    """Whether the product may merge by itself: a proven number on both sides, nothing against."""
    strong = any(
        sign.agrees and sign.proof == "both" and sign.weight >= AUTOMATIC for sign in signs
    )
    against = any(not sign.agrees and sign.sign in ONE_PER_PERSON for sign in signs)
    return strong and not against and confidence_of(signs) >= AUTOMATIC


def signs_in(evidence: Sequence[dict[str, Any]]) -> list[Sign]:
    """Signs as they were kept."""
    return [Sign(**one) for one in evidence]
