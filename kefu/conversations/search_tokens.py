"""Tokens: by what pieces a message is found; pairs of Chinese characters, words and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import add
from typing import Any
from zlib import crc32

from kefu.core.folding import folded

CHINESE = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
RUN = re.compile(
    rf"(?P<chinese>[{CHINESE}]+)|(?P<number>[0-9]+)|(?P<word>[a-z_\u00c0-\u1fff]+)"
    r"|(?P<sign>[\u2600-\u27bf\U0001f300-\U0001faff])"
)
# These stand in nine of ten messages somewhere: alone they are looked for without an index.
FREQUENT = frozenset(
    "一万三上下不与专世业东两个中为主么之也买了事二于些交产京亲人什今从他付代以们件价任会但位体作你使供"
    "便保信修候做儿元先光入全公共关其具内再军决几出击分刚利别到制前力办功加务动包化北区十单南卡原去又及"
    "反发取变口只可台号司各合同名后向吗吧告员呢周和咨品哈哦哪售商啊嗯四回因国在地场址城增声处复外多大天"
    "太头她好如妹姓委子字学安完定实审客家寄对将小少就展山工差己已市带帮常平年并应度建开式张当待很得心快"
    "怎思性总息您情想意感成我或战户所手才打找把报持换接提支收改放政教数文新方无日时明是显更最月有服期本"
    "机条来果查样核格次款正此武比民气水汉江没治法注活流海消清湖点烦然爱物特现理生用由申电白的目直相省看"
    "真着知石码确示祝票种科称程稍立站第等管米类系级线组经结给统维编美老者而联能自至色苦行表被装西要见解"
    "计订认议记设评话询该说请谢账货质购费资起路身转边达过运还这进退送选递通道那部都配里重量金钱长门问间"
    "院需面题额马高麻"
)
TAIL = 4
IN_CONTENT = ("number", "title", "name")
BUCKET_BITS = 16
KEY_BITS = 22


def searchable(text: str, content: dict[str, Any] | None) -> str:
    """What of a message can be found: its text first, then what its card is called."""
    named = [str(content[name]) for name in IN_CONTENT if content.get(name)] if content else []
    return "\n".join([text, *named])


def tokens_of(text: str) -> set[str]:
    """The pieces of a message by which it is found."""
    found: set[str] = set()
    for match in RUN.finditer(folded(text)):
        run = match.group()
        if match.lastgroup == "chinese":
            found.update(map(add, run, run[1:]))
            found.update(set(run) - FREQUENT)
        else:
            found.add(run)
            if match.lastgroup == "number" and len(run) >= TAIL:
                found.add(tail_of(run))
    return found


def asked_tokens_of(phrase: str) -> set[str]:
    """The pieces that a message must have that holds this phrase."""
    asked: set[str] = set()
    for match in RUN.finditer(folded(phrase)):
        run = match.group()
        if match.lastgroup == "number" and len(run) == TAIL:
            asked.add(tail_of(run))
        elif match.lastgroup != "chinese":
            asked.add(run)
        elif len(run) > 1:
            asked.update(map(add, run, run[1:]))
        else:
            asked.update(set(run) - FREQUENT)
    return asked


def tail_of(number: str) -> str:
    """The last four digits, by which phones and orders are asked for."""
    return f"~{number[-TAIL:]}"


def pattern_of(phrase: str) -> re.Pattern[str]:
    """Where the phrase stands in a folded text; numbers whole, or four digits at their end."""
    plain = folded(phrase)
    pattern = re.escape(plain)
    if plain[:1].isdigit() and not (plain.isdigit() and len(plain) == TAIL):
        pattern = rf"(?<![0-9]){pattern}"
    if plain[-1:].isdigit():
        pattern = rf"{pattern}(?![0-9])"
    return re.compile(pattern)


class Keys:
    """The keys of tokens in one bucket: its number in the upper bits, a salted hash below.

    The salt lets two tokens that collide in one bucket not collide in the next.
    """

    def __init__(self, bucket: int) -> None:
        self._prefix = (bucket & 0x3FF) << KEY_BITS
        self._salt = (bucket * 0x9E3779B1 + 0x85EBCA6B) & 0xFFFFFFFF | 1
        self._known: dict[str, int] = {}

    def of(self, tokens: Iterable[str]) -> list[int]:
        """Signed 32-bit keys."""
        known = self._known
        return [known[token] if token in known else self._key(token) for token in tokens]

    def _key(self, token: str) -> int:
        hashed = ((checksum(token) * self._salt) & 0xFFFFFFFF) >> (32 - KEY_BITS)
        key = self._prefix | hashed
        signed = key - (1 << 32) if key >= 1 << 31 else key
        self._known[token] = signed
        return signed


@lru_cache(maxsize=100_000)
def checksum(token: str) -> int:
    return crc32(token.encode())


@lru_cache(maxsize=4)
def keys_in(bucket: int) -> Keys:
    """The keys of a bucket that is being filled, with what was computed for it."""
    return Keys(bucket)


def bucket_of(number: int) -> int:
    """The bucket of the message that was indexed under this number."""
    return number >> BUCKET_BITS
