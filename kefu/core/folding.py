"""Folding: case, width and traditional characters are made alike, one character for one.

A folded text is as long as the text itself, so that a place in one is a place in the other.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

PLANE = 0x10000
SURROGATES = range(0xD800, 0xE000)
NEVER_FOLDED = (range(0x4E00, 0xA000), range(0xAC00, 0xD7B0))  # plain Chinese and Korean


def folded(text: str) -> str:
    """The text in small letters, of plain width, in simplified characters."""
    return text.lower() if text.isascii() else text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    table: dict[int, int] = {}
    for code in range(PLANE):
        if code in SURROGATES or any(code in known for known in NEVER_FOLDED):
            continue
        alike = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(alike) == 1 and ord(alike) != code:
            table[code] = ord(alike)
    for known in NEVER_FOLDED:
        table.update((code, code) for code in known)  # a miss costs more than a hit
    simplified = _simplified()
    table.update(simplified)
    for code, plain in table.items():
        table[code] = simplified.get(plain, plain)
    return table


def _simplified() -> dict[int, int]:
    text = files("kefu.core").joinpath("traditional.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    middle = lines.index("---")
    traditional, simple = "".join(lines[:middle]), "".join(lines[middle + 1 :])
    return {ord(one): ord(other) for one, other in zip(traditional, simple, strict=True)}
