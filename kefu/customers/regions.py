"""Regions: a Chinese address as people write it, read into province, city, district and street.

Provinces and cities are known by name (`regions.tsv`, ours); districts and streets are read by
the words they end in. What is not understood stays in the detail: nothing is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|"
    "蒙古族|蒙古|柯尔克孜|哈萨克|维吾尔|黎族"
)
PROVINCE_ENDS = re.compile(r"(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$")
CITY_ENDS = re.compile(rf"(({PEOPLES})*自治[州县]|市|地区|盟|县|林区)$")
DISTRICT = re.compile(
    r"路?(?:[^号弄栋街路0-9a-zA-Z]|[街路](?=区)){0,14}?(?:[^号弄栋街路0-9a-zA-Z小]|[街路](?=区))"
    r"(?:自治县|自治旗|区|县|市|旗)"
)
STREET = re.compile(
    r"(?:[^号弄栋路0-9a-zA-Z]|路(?=街道)){1,14}?(?:街道办事处|街道|苏木|[^乡镇]乡|镇)(?![路街])"
)
NO_DISTRICTS = {"东莞市", "中山市", "儋州市", "嘉峪关市"}
SPACE = re.compile(r"[\s,，、;；/|]+")
TABLE = Path(__file__).with_name("regions.tsv")
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of an address; a part that was not written is empty."""

    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Table:
    """Names as people write them, with the full one: the longest fits first."""

    provinces: list[tuple[str, str]]
    cities: dict[str, list[tuple[str, str]]]
    homes: dict[str, str]


@lru_cache(maxsize=1)
def table() -> Table:
    provinces: dict[str, str] = {}
    cities: dict[str, list[tuple[str, str]]] = {}
    homes: dict[str, str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        province, _, names = line.partition("\t")
        provinces |= dict.fromkeys((province, PROVINCE_ENDS.sub("", province)), province)
        listed = {short: name for name in names.split() for short in spellings(name)}
        cities[province] = longest_first(listed)
        homes |= dict.fromkeys(names.split(), province)
    return Table(longest_first(provinces), cities, homes)


def spellings(city: str) -> list[str]:
    """The full name, and the one that people say, where it is long enough to be told apart."""
    said = CITY_ENDS.sub("", city)
    said_with_kind = [f"{said}州"] if city.endswith("州") else []
    return [city, *said_with_kind, *([said] if len(said) >= SHORTEST else [])]


def longest_first(names: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda pair: -len(pair[0]))


def place_in(written: str) -> Place:
    """The parts of an address written in one line."""
    rest = SPACE.sub("", written).removeprefix("中国")
    province, rest = taken(rest, table().provinces)
    city, rest = city_in(province, rest)
    province = province or table().homes.get(city, "")
    district, rest = district_in(city, rest)
    street, rest = cut(rest, STREET)
    return Place(province, city, district, street, rest)


def city_in(province: str, rest: str) -> tuple[str, str]:
    if not province:
        every = [pair for pairs in table().cities.values() for pair in pairs]
        return taken(rest, sorted(every, key=lambda pair: -len(pair[0])))
    city, after = taken(rest, table().cities[province])
    if not city and table().homes.get(province) == province:
        return province, rest
    return city, after


def taken(text: str, names: list[tuple[str, str]]) -> tuple[str, str]:
    """The full name of what the text begins with, and what is left of the text."""
    for written, name in names:
        if text.startswith(written) and not is_another(text, written, name):
            return name, text[len(written) :]
    return "", text


def is_another(text: str, written: str, name: str) -> bool:
    """Whether a short name only begins a longer one: 朝阳区 is not the city of 朝阳."""
    after = text[len(written) : len(written) + 1]
    return written != name and after in ("区", "县", "旗", "路", "街", "镇", "乡")


def district_in(city: str, rest: str) -> tuple[str, str]:
    if city in NO_DISTRICTS:
        return "", rest
    district, after = cut(rest, DISTRICT)
    if len(district) == SHORTEST and after[:1] in tuple("区县市旗"):
        return district + after[0], after[1:]  # 津市 of 津市市, 红旗 of 红旗区
    return district, after


def cut(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    found = pattern.match(text)
    return (found.group(), text[found.end() :]) if found else ("", text)


@lru_cache(maxsize=4096)
def province_in(written: str) -> str:
    """The full name of a province however it is written; what is none stays as it is."""
    plain = SPACE.sub("", written).removeprefix("中国")
    return next((name for short, name in table().provinces if short == plain), plain)


def is_elsewhere(one: str, other: str) -> bool:
    """Whether these are two provinces; of one we know and one we do not nobody can say."""
    known = {name for _, name in table().provinces}
    names = {province_in(one), province_in(other)}
    return len(names) > 1 and len(names & known) != 1
