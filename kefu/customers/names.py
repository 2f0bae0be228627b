"""Names: how they sort, how they are found, and what a stranger is called."""

from __future__ import annotations

from uuid import UUID

from kefu.core.folding import folded

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another
STRANGER = "访客"


def search_terms_of(name: str) -> list[str]:
    """Each character and each pair of neighbours, so that any part of a name finds it."""
    characters = "".join(folded(name).split())
    pairs = [characters[at : at + 2] for at in range(len(characters) - 1)]
    return sorted({*characters, *pairs})


def asked_terms_of(part: str) -> list[str]:
    """The terms that a name holding this part must have."""
    characters = "".join(folded(part).split())
    pairs = [characters[at : at + 2] for at in range(len(characters) - 1)]
    return sorted(set(pairs or characters))


def stranger_name(customer: UUID) -> str:
    """A friendly name for somebody who gave none: 访客 and a short code from the id."""
    number = customer.int & 0xFFFFFFF
    code = "".join(CODE_LETTERS[number >> shift & 31] for shift in (15, 10, 5, 0))
    return f"{STRANGER} {code}"
