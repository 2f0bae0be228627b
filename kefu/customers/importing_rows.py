"""Rows of an import: which column means what, and a row read into a person or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.problem_words import params_of, say_in_chinese
from kefu.customers.attributes import attribute_definitions, checked_value
from kefu.customers.claims import Claim, claims_of
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.labels import customer_labels
from kefu.customers.learning import About
from kefu.customers.model import TIERS, AttributeDefinition
from kefu.customers.regions import Place, place_in

IDENTITIES = ("external_id", "unionid", "openid")
FIELDS = (
    "name",
    "phone",
    "email",
    *IDENTITIES,
    "tier",
    "labels",
    "note",
    "address",
    "recipient",
    "registered_at",
)
ATTRIBUTE = "attributes."
NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "customer", "姓名", "客户", "客户姓名", "昵称", "会员姓名", "称呼"),
    "phone": ("phone", "mobile", "tel", "telephone", "手机", "手机号", "电话", "联系电话",
              "手机号码"),
    "email": ("email", "mail", "e-mail", "邮箱", "电子邮箱", "邮件"),
    "external_id": ("external_id", "member", "member_id", "customer_id", "user_id", "id", "会员号",
                    "会员编号", "客户编号", "会员id", "用户id"),
    "unionid": ("unionid", "union_id"),
    "openid": ("openid", "open_id"),
    "tier": ("tier", "level", "等级", "会员等级", "客户等级"),
    "labels": ("labels", "tags", "标签"),
    "note": ("note", "notes", "remark", "备注"),
    "address": ("address", "地址", "收货地址", "详细地址"),
    "recipient": ("recipient", "收货人", "收件人"),
    "registered_at": ("registered_at", "created_at", "注册时间", "注册日期", "入会时间"),
}  # fmt: skip
TIER_NAMES = dict(zip(("普通", "银卡", "金卡", "vip"), TIERS, strict=True))
YES, NO = ("1", "true", "yes", "y", "是"), ("0", "false", "no", "n", "否")
BETWEEN = re.compile(r"[,，;；、|]")
NAME_CHARACTERS, NOTE_CHARACTERS, ADDRESS_CHARACTERS = 100, 5000, 300
SHOP_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(eq=False)
class Person:
    """What a row says about one customer."""

    about: About
    identities: list[tuple[str, str]] = field(default_factory=list)
    tier: str | None = None
    labels: list[UUID] = field(default_factory=list)
    note: str | None = None
    address: str | None = None
    recipient: str | None = None
    registered_at: datetime | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    claimed: list[Claim] | None = None
    """Read once: a batch asks several times, always with the terms of its import."""

    def claims(self, scope: UUID | None, *, proven: bool) -> list[Claim]:
        """Numbers of the shop and of WeChat are believed; contacts as the import says."""
        if self.claimed is None:
            believed = [(kind, value, True) for kind, value in self.identities]
            contacts = [
                (kind, value, proven)
                for kind in ("phone", "email")
                if (value := getattr(self.about, kind))
            ]
            self.claimed = claims_of([*believed, *contacts], About(), scope)
        return self.claimed

    @cached_property
    def place(self) -> Place | None:
        """The address read into its parts."""
        return place_in(self.address) if self.address else None


@dataclass(frozen=True)
class Reading:
    """How the rows of one file are read."""

    mapping: Mapping[str, str]
    labels: Mapping[str, UUID]
    attributes: Mapping[str, AttributeDefinition]

    def person(self, cells: Mapping[str, str]) -> Person:
        """The person in a row; a wrong cell is refused by the name of its column."""
        found: dict[str, Any] = {}
        for column, target in self.mapping.items():
            written = cells.get(column, "").strip()
            if written:
                found[target] = self._read(column, target, written)
        person = Person(
            about=About(name=found.get("name"), phone=found.get("phone"), email=found.get("email")),
            identities=[(kind, found[kind]) for kind in IDENTITIES if kind in found],
            attributes={
                target.removeprefix(ATTRIBUTE): value
                for target, value in found.items()
                if target.startswith(ATTRIBUTE)
            },
            **{name: found.get(name) for name in ("tier", "note", "address", "recipient")},
            registered_at=found.get("registered_at"),
            labels=found.get("labels", []),
        )
        if not (person.identities or person.about.phone or person.about.email):
            raise Invalid(
                "A customer needs a telephone number, an e-mail address or a number.",
                code="no_contact",
            )
        return person

    def _read(self, column: str, target: str, written: str) -> Any:
        try:
            if target.startswith(ATTRIBUTE):
                definition = self.attributes[target.removeprefix(ATTRIBUTE)]
                return checked_value(definition, as_kind(definition.kind, written))
            if target == "labels":
                return self._labels(written)
            return READ[target](written)
        except Invalid as refused:
            params = params_of(refused)
            raise Invalid(
                refused.title, field=column, code=refused.code, params=params
            ) from refused

    def _labels(self, written: str) -> list[UUID]:
        names = [name.strip() for name in BETWEEN.split(written) if name.strip()]
        for name in names:
            if name not in self.labels:
                raise Invalid("There is no such label.", code="unknown_label")
        return [self.labels[name] for name in names]


async def reading_of(db: Session, mapping: Mapping[str, str]) -> Reading:
    definitions = {one.key: one for one in await attribute_definitions(db)}
    labels = {one.name: one.id for one in await customer_labels(db)}
    for column, target in mapping.items():
        check_target(column, target, definitions)
    targets = list(mapping.values())
    for target in targets:
        if targets.count(target) > 1:
            raise Invalid("Two columns mean the same.", field=f"mapping.{target}")
    if not {"phone", "email", *IDENTITIES} & set(targets):
        raise Invalid(
            "Say which column holds a telephone number, an e-mail address or a number.",
            field="mapping",
        )
    return Reading(mapping, labels, definitions)


def check_target(column: str, target: str, definitions: Mapping[str, Any]) -> None:
    is_attribute = target.removeprefix(ATTRIBUTE) in definitions and target.startswith(ATTRIBUTE)
    if target not in FIELDS and not is_attribute:
        raise Invalid("A column cannot mean this.", field=f"mapping.{column}")


def suggested_mapping(columns: Sequence[str], definitions: Sequence[Any]) -> dict[str, str]:
    """What the names of the columns say, each meaning once."""
    known = {name: target for target, names in NAMES.items() for name in names}
    for one in definitions:
        known |= {one.name.casefold(): ATTRIBUTE + one.key, one.key: ATTRIBUTE + one.key}
    found: dict[str, str] = {}
    for column in columns:
        target = known.get(column.strip().casefold())
        if target and target not in found.values():
            found[column] = target
    return found


def as_kind(kind: str, written: str) -> Any:
    if kind == "number":
        return a_number(written)
    if kind == "boolean":
        return yes_or_no(written)
    return written.replace("/", "-") if kind == "date" else written


def a_number(written: str) -> float:
    try:
        value = float(written)
    except ValueError as error:
        raise Invalid("This is no number.", code="not_a_number") from error
    return int(value) if value.is_integer() else value


def yes_or_no(written: str) -> bool:
    if written.casefold() in YES:
        return True
    if written.casefold() in NO:
        return False
    raise Invalid("This is neither yes nor no.", code="neither_yes_nor_no")


def a_tier(written: str) -> str:
    tier = TIER_NAMES.get(written.casefold(), written.casefold())
    if tier not in TIERS:
        raise Invalid("There is no such tier.", code="unknown_tier")
    return tier


def a_moment(written: str) -> datetime:
    """A date or a time; without a zone it is China's."""
    try:
        moment = datetime.fromisoformat(written.replace("/", "-"))
    except ValueError as error:
        raise Invalid(
            "A time is written like 2025-11-21 or 2025-11-21 08:30.", code="not_a_time"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHOP_ZONE)
    return moment.astimezone(UTC)


def short(limit: int, *, lines: bool = False) -> Callable[[str], str]:
    def read(written: str) -> str:
        if len(written) > limit:
            raise Invalid(
                f"A text here has at most {limit} characters.", code="text_too_long", limit=limit
            )
        if not lines and any(ord(one) < 32 for one in written):
            raise Invalid("A text here is one line.", code="one_line")
        return written

    return read


say_in_chinese(
    {
        "no_contact": "客户至少要有电话、邮箱或编号之一",
        "bad_phone": "不是电话号码",
        "bad_email": "不是电子邮箱地址",
        "unknown_label": "没有这个标签",
        "unknown_tier": "没有这个等级",
        "not_a_number": "不是数字",
        "neither_yes_nor_no": "应填是或否",
        "not_a_time": "时间请写成 2025-11-21 或 2025-11-21 08:30",
        "text_too_long": "最多 {limit} 个字符",
        "one_line": "不能换行",
        "not_a_choice": "不在可选值之中",
        "not_a_text": "应为文字",
        "out_of_range": "数字超出范围",
        "not_a_date": "日期请写成 2025-11-21",
        "cannot_be_stored": "这一行无法保存",
    }
)

READ: dict[str, Callable[[str], Any]] = {
    "name": short(NAME_CHARACTERS),
    "phone": phone_number,
    "email": email_address,
    **dict.fromkeys(IDENTITIES, short(NAME_CHARACTERS)),
    "tier": a_tier,
    "note": short(NOTE_CHARACTERS, lines=True),
    "address": short(ADDRESS_CHARACTERS),
    "recipient": short(60),
    "registered_at": a_moment,
}
