"""Half a million customers for the `customers` bench, written by COPY with progress."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.customers_purchases import load_purchases
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.customers.names import search_terms_of

SIZES = {"full": 500_000, "small": 20_000}
FAMILIES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗"
GIVEN = "芳伟敏静丽强磊洋艳勇杰娟涛明超霞平刚"
FACTS = ("customer.created", "conversation.opened", "conversation.closed", "customer.noted")
MERGED_ONE_IN = 50
LABELS = 6
ADMINISTRATOR = "customers-bench@kefu.test"

Copy = tuple[str, tuple[str, ...]]
CUSTOMERS: Copy = (
    "customers",
    ("id", "name", "name_given", "name_pinyin", "search_terms", "email", "phone", "tier",
     "attributes", "own", "first_seen_at", "last_seen_at", "created_at", "updated_at",
     "merged_into"),
)  # fmt: skip
IDENTITIES: Copy = (
    "identities",
    ("id", "customer_id", "kind", "value", "verified_at", "created_at"),
)
NOTES: Copy = ("customer_notes", ("id", "customer_id", "author_id", "text", "created_at"))
LABELLED: Copy = ("customer_labelled", ("id", "customer_id", "label_id", "at"))
ADDRESSES: Copy = (
    "customer_addresses",
    ("id", "customer_id", "recipient", "phone", "province", "city", "district", "street",
     "detail", "created_at", "updated_at"),
)  # fmt: skip
FACT_ROWS: Copy = ("facts", ("kind", "subject", "customer", "details", "at"))
MERGES: Copy = (
    "customer_merges",
    ("id", "kept_id", "gone_id", "automatic", "reason", "confidence", "evidence", "moved", "at"),
)


def load(conninfo: str, scale: str) -> None:
    """Fill an empty, migrated database."""
    dice = random.Random(5)
    with psycopg.connect(conninfo, autocommit=True) as db:
        db.execute("set synchronous_commit = off")
        agent, labels = people(db)
        ids = [uuid7() for _ in range(SIZES[scale])]
        write(db, CUSTOMERS, customers(ids, dice))
        write(db, IDENTITIES, identities(ids))
        write(db, NOTES, notes(ids, agent))
        write(db, LABELLED, ((uuid7(), one, dice.choice(labels), now()) for one in ids[::2]))
        write(db, ADDRESSES, addresses(ids))
        write(db, FACT_ROWS, facts(ids))
        write(db, MERGES, merges(ids))
        load_purchases(db)
        db.execute("vacuum analyze")


def now() -> datetime:
    return datetime.now(UTC)


def write(
    db: psycopg.Connection[tuple[object, ...]], target: Copy, rows: Iterator[tuple[Any, ...]]
) -> None:
    table, columns = target
    began, count = time.monotonic(), 0
    with db.cursor().copy(f"copy {table} ({','.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    print(f"  {count} {table} in {time.monotonic() - began:.0f} s", flush=True)


def people(db: psycopg.Connection[tuple[object, ...]]) -> tuple[UUID, list[UUID]]:
    agent, labels = uuid7(), [uuid7() for _ in range(LABELS)]
    db.execute(
        "insert into agents (id,name,name_sort,email,status,role_id,grade,languages,locale,theme,"
        "preferences,availability,availability_at,totp_step,recovery_codes,created_at) "
        "select %s,'bench','b',%s,'active',id,'junior','[]','zh-CN','system','{}','online',now(),"
        "0,'[]',now() from roles where key = 'administrator'",
        (agent, ADMINISTRATOR),
    )
    for number, label in enumerate(labels):
        db.execute(
            "insert into customer_labels (id,name,colour,created_at) values (%s,%s,'grey',now())",
            (label, f"标签{number}"),
        )
    return agent, labels


def customers(ids: list[UUID], dice: random.Random) -> Iterator[tuple[Any, ...]]:
    """One in fifty was merged into the one before."""
    at = now()
    known = {a + b + c: None for a in FAMILIES for b in GIVEN for c in GIVEN}
    names = [(name, sort_key(name), search_terms_of(name)) for name in known]
    for number, one in enumerate(ids):
        name, pinyin, terms = dice.choice(names)
        into = ids[number - 1] if is_merged(number) else None
        seen = at - timedelta(minutes=number)
        yield (one, name, True, pinyin, terms, f"u{number}@example.com", phone_of(number),
               "standard", "{}", "{}", seen, seen, seen, seen, into)  # fmt: skip


def is_merged(number: int) -> bool:
    return number % MERGED_ONE_IN == 1


def phone_of(number: int) -> str:
    return f"+86139{number:08}"


def identities(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    at = now()
    for number, one in enumerate(ids):
        owner = ids[number - 1] if is_merged(number) else one
        yield uuid7(), owner, "phone", phone_of(number), at, at
        yield uuid7(), owner, "external_id", f"B{number}", at, at


def notes(ids: list[UUID], agent: UUID) -> Iterator[tuple[Any, ...]]:
    return ((uuid7(), one, agent, "要开发票", now()) for one in ids[::4])


def addresses(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    at = now()
    for number, one in enumerate(ids[::3]):
        yield (uuid7(), one, "李雷", phone_of(number), "上海市", "上海市", "浦东新区", "张江镇",
               f"碧波路{number}号", at, at)  # fmt: skip


def facts(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    """A few for everybody, and two thousand for one in a thousand."""
    at = now()
    for number, one in enumerate(ids):
        many = 2000 if number % 1000 == 0 else len(FACTS)
        for turn in range(many):
            yield FACTS[turn % len(FACTS)], one, one, f'{{"note": "{uuid7()}"}}', at


def merges(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(ids):
        if is_merged(number):
            yield uuid7(), ids[number - 1], one, True, "strong_key", 0.97, "[]", "{}", now()
