"""Names of files as people gave them, made harmless."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 120
SEPARATORS = str.maketrans("/\\", "\n\n")


def clean_name(name: str) -> str:
    """The last part of a name without control and direction marks, at most 120 characters long."""
    last = name.translate(SEPARATORS).split("\n")[-1]
    kept = "".join(" " if letter.isspace() else letter for letter in last if _is_harmless(letter))
    plain = " ".join(unicodedata.normalize("NFC", kept).split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem:
        return plain[:NAME_LIMIT] or "file"
    return f"{stem[: NAME_LIMIT - 1 - len(ending[:10])]}.{ending[:10]}"


def _is_harmless(letter: str) -> bool:
    """Neither control (Cc), format such as right-to-left marks (Cf), surrogate nor unassigned.

    The joiner of emoji sequences stays.
    """
    return letter == "\u200d" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn", "Co")
