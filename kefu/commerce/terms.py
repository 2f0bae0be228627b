"""Terms: any part of a name or a title finds it, in either writing, by an index."""

from __future__ import annotations

from kefu.core.folding import folded


def terms_of(words: str) -> list[str]:
    """Each character and each pair of neighbours of a text without its spaces."""
    characters = "".join(folded(words).split())
    pairs = [characters[at : at + 2] for at in range(len(characters) - 1)]
    return sorted({*characters, *pairs})


def asked_terms_of(part: str) -> list[str]:
    """The terms that a text holding this part must have."""
    characters = "".join(folded(part).split())
    pairs = [characters[at : at + 2] for at in range(len(characters) - 1)]
    return sorted(set(pairs or characters))
