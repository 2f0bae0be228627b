"""A big inbox for the `inbox` bench, written by COPY with progress and kept in `var/bench`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from kefu.conversations.partitions import partition_statements
from kefu.conversations.search_tokens import bucket_of, keys_in, tokens_of
from kefu.core.ids import uuid7
from kefu.core.writing import listed

DAYS = 60
TEXTS = 30_000
AGENTS, TEAMS, LABELS = 200, 20, 20
SHARES = [0.30 * (0.0001 ** (n / (LABELS - 1))) for n in range(LABELS)]  # 30 % to 0.003 %
LONG = 5000
RARE, MIDDLE, COMMON = "琥珀", "帐篷", "订单"
WORDS = [
    "订单",
    "发货",
    "快递",
    "物流",
    "退货",
    "换货",
    "退款",
    "发票",
    "尺码",
    "颜色",
    "优惠",
    "活动",
    "会员",
    "积分",
    "地址",
    "电话",
    "签收",
    "包裹",
    "破损",
    "客服",
    "您好",
    "谢谢",
    "麻烦",
    "一下",
    "什么",
    "时候",
    "可以",
    "已经",
    "没有",
    "收到",
    "帮我",
    "看看",
    "仓库",
    "质检",
    "运费",
    "保险",
    "价格",
    "商品",
    "质量",
    "问题",
    "处理",
    "申请",
    "审核",
    "通过",
    "到账",
    "银行",
    "支付",
    "失败",
    "重新",
    "提交",
    "今天",
    "明天",
    "上午",
    "下午",
    "尽快",
    "安排",
]


@dataclass(frozen=True)
class Size:
    conversations: int
    messages: int


SIZES = {"full": Size(1_000_000, 15_000_000), "small": Size(50_000, 750_000)}


@dataclass
class Ids:
    inboxes: list[UUID]
    teams: list[UUID]
    agents: list[UUID]
    labels: list[UUID]
    customers: list[UUID]


def load(conninfo: str, scale: str) -> None:
    """Fill an empty, migrated database; says how far it is."""
    size, dice = SIZES[scale], random.Random(7)
    with psycopg.connect(conninfo, autocommit=True) as db:
        db.execute("set synchronous_commit = off")
        db.execute("set maintenance_work_mem = '1GB'")
        ids = _people(db, dice)
        for month in range(3):
            for statement in partition_statements(datetime.now(UTC) - timedelta(days=30 * month)):
                db.execute(statement)
        indexes = _drop_indexes(db)
        texts = _texts(dice)
        _conversations(db, size, ids, dice)
        _messages(db, size, texts)
        for statement in indexes:
            began = time.monotonic()
            db.execute(statement)
            print(f"  index {statement.split()[2]} in {time.monotonic() - began:.0f} s", flush=True)
        db.execute("vacuum analyze")


def _people(db: psycopg.Connection[tuple[object, ...]], dice: random.Random) -> Ids:
    role = db.execute("select id from roles where key = 'agent'").fetchone()
    assert role is not None
    department = uuid7()
    db.execute(
        "insert into departments (id,name,name_sort,created_at) values (%s,'bench','bench',now())",
        (department,),
    )
    ids = Ids(*([uuid7() for _ in range(n)] for n in (5, TEAMS, AGENTS, LABELS, 50_000)))
    for number, team in enumerate(ids.teams):
        db.execute(
            "insert into teams (id,name,name_sort,department_id,created_at) "
            "values (%s,%s,%s,%s,now())",
            (team, f"组{number}", f"zu{number}", department),
        )
    for number, inbox in enumerate(ids.inboxes):
        db.execute(
            "insert into inboxes (id,name,channel,locale,greeting,away_greeting,colour,"
            "allowed_origins,secret,require_identity,settings,created_at) values "
            "(%s,%s,'web_chat','zh-CN','','','#000','[]','',false,'{}',now())",
            (inbox, f"商城{number}"),
        )
    for number, label in enumerate(ids.labels):
        db.execute(
            "insert into labels (id,name,colour,created_at) values (%s,%s,'#888',now())",
            (label, f"标签{number}"),
        )
    for number, agent in enumerate(ids.agents):
        db.execute(
            "insert into agents (id,name,name_sort,email,status,role_id,grade,languages,locale,"
            "theme,preferences,availability,availability_at,totp_step,recovery_codes,created_at) "
            "values (%s,%s,'b',%s,'active',%s,'junior','[]','zh-CN','system','{}','online',now(),"
            "0,'[]',now())",
            (agent, f"客服{number}", f"big{number}@kefu.test", role[0]),
        )
        db.execute(
            "insert into agent_teams (agent_id,team_id) values (%s,%s)",
            (agent, ids.teams[number % TEAMS]),
        )
    _customers(db, ids.customers)
    dice.shuffle(ids.customers)
    return ids


def _customers(db: psycopg.Connection[tuple[object, ...]], customers: list[UUID]) -> None:
    with db.cursor().copy(
        "copy customers (id,name,name_given,name_pinyin,search_terms,tier,attributes,"
        "first_seen_at,last_seen_at,created_at,updated_at) from stdin"
    ) as copy:
        at = datetime.now(UTC)
        for number, customer in enumerate(customers):
            name = f"访客{number}"
            copy.write_row(
                (customer, name, True, f"fangke{number}", [name], "standard", "{}", at, at, at, at)
            )


def _texts(dice: random.Random) -> list[tuple[str, set[str]]]:
    """Sentences and their tokens; one in a hundred names the common word or the middle one."""
    made = []
    for number in range(TEXTS):
        words = dice.choices(WORDS, k=dice.randint(4, 11))
        if number % 250 == 0:
            words.append(MIDDLE)
        text = "".join(words) + dice.choice(["。", "？", "！", ""])
        made.append((text, tokens_of(text)))
    return made


def _drop_indexes(db: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    rows = db.execute(
        "select indexdef, indexname from pg_indexes where indexname in "
        "('ix_messages_conversation_seq','ix_messages_changed','ix_message_search_keys',"
        "'ix_message_search_conversation_id') or (tablename in "
        "('conversations','conversation_labels') and indexname not like 'pk_%')"
    ).fetchall()
    for _, name in rows:
        db.execute(f"drop index {name}")
    return [str(row[0]).replace(" ON ONLY ", " ON ") for row in rows]


def _conversations(
    db: psycopg.Connection[tuple[object, ...]], size: Size, ids: Ids, dice: random.Random
) -> None:
    """Conversations over the last two months, one in twenty still open."""
    start = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / size.conversations
    each = size.messages // size.conversations
    labelled: list[tuple[UUID, UUID, datetime]] = []
    columns = (
        "id,inbox_id,customer_id,assignee_id,team_id,status,priority,last_seq,last_message_at,"
        "last_preview,last_sender,last_kind,unread,customer_seen_seq,agent_seen_seq,delivered_seq,"
        "activity_at,waiting_since,blocked,reopened,transfers,summary,customer_name,context,"
        "created_at,updated_at"
    )
    with db.cursor().copy(f"copy conversations ({columns}) from stdin") as copy:
        for number in range(size.conversations):
            at = start + step * number
            identifier = uuid7(at)
            agent = number % AGENTS
            status = "closed" if dice.random() < 0.95 else dice.choice(["active", "waiting"])
            waiting = status == "waiting"
            copy.write_row((
                identifier, ids.inboxes[number % 5], ids.customers[number % 50_000],
                None if waiting else ids.agents[agent], ids.teams[agent % TEAMS], status, 1,
                LONG if number == 0 else each, at, "什么时候发货", "customer", "text",
                int(not waiting and status != "closed"), 0, 0, 0, at, at if waiting else None,
                False, 0, 0, "", "访客", "{}", at, at,
            ))  # fmt: skip
            chance = dice.random()
            labelled += [
                (identifier, label, at)
                for label, share in zip(ids.labels, SHARES, strict=True)
                if (chance * 7919 + label.int % 997 / 997) % 1 < share
            ]
            _progress("conversations", number, size.conversations)
    with db.cursor().copy(
        "copy conversation_labels (conversation_id,label_id,activity_at) from stdin"
    ) as copy:
        for row in labelled:
            copy.write_row(row)


def _lines(size: Size) -> Iterator[tuple[int, int]]:
    """(conversation number, seq) of every message, in the order in which they were said."""
    each = size.messages // size.conversations
    for number in range(size.conversations):
        for seq in range(1, (LONG if number == 0 else each) + 1):
            yield number, seq


def _messages(
    db: psycopg.Connection[tuple[object, ...]],
    size: Size,
    texts: list[tuple[str, set[str]]],
) -> None:
    conversations = [row[0] for row in db.execute("select id from conversations order by id")]
    start = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / size.messages
    rare = (RARE + "吊坠", tokens_of(RARE + "吊坠"))
    other = psycopg.connect(db.info.dsn, autocommit=True, password=db.info.password)
    other.execute("set synchronous_commit = off")
    message_columns = "id,conversation_id,seq,sender_type,kind,text,at"
    with (
        other,
        db.cursor().copy(f"copy messages ({message_columns}) from stdin") as messages,
        other.cursor().copy(
            "copy message_search (message_id,conversation_id,bucket,keys) from stdin"
        ) as search,
    ):
        first: dict[int, UUID] = {}
        for number, (conversation, seq) in enumerate(_lines(size), 1):
            text, tokens = rare if number % 20_011 == 0 else texts[(number * 7919) % TEXTS]
            at = start + step * number
            identifier = uuid7(at)
            sender = "customer" if seq % 2 else "agent"
            owner = conversations[conversation]
            messages.write_row((identifier, owner, seq, sender, "text", text, at))
            bucket = bucket_of(number)
            first.setdefault(bucket, identifier)
            search.write_row((identifier, owner, bucket, listed(keys_in(bucket).of(tokens))))
            _progress("messages", number, size.messages)
    _finish_search(db, first, size)


def _finish_search(
    db: psycopg.Connection[tuple[object, ...]], first: dict[int, UUID], size: Size
) -> None:
    for bucket, identifier in first.items():
        db.execute("insert into message_search_buckets values (%s,%s)", (bucket, identifier))
    db.execute("select setval('message_search_numbers', %s)", (size.messages + LONG,))


def _progress(what: str, number: int, whole: int) -> None:
    if number % 500_000 == 0 and number:
        print(f"  {what}: {number:,} of {whole:,}", flush=True)
