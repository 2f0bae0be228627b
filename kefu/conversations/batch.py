"""The hot statement: many messages, their conversations' counters and their facts at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.writing import listed

Verdict = Literal["new", "known", "foreign", "hidden", "blocked", "slow", "locked", "absent"]


@dataclass(slots=True)
class Outgoing:
    """A message that was checked and waits to be stored.

    `scope` says through which door it comes: `visitor` (only the sender's own conversations),
    `own`, `team`, `all` (an agent's) or `system` (bot, channel adapters, the product itself).
    """

    id: UUID
    conversation: UUID
    sender_type: str
    sender_id: UUID | None
    kind: str
    text: str = ""
    content: dict[str, Any] | None = None
    reply_to: UUID | None = None
    scope: str = "system"
    teams: Sequence[UUID] = ()
    name: str = ""
    avatar: str | None = None
    origin: Any = field(default=None, compare=False)


@dataclass(slots=True)
class Stored:
    """What the statement says of one message; `seq` and `at` when it is stored."""

    verdict: Verdict
    seq: int
    at: datetime
    customer: UUID | None
    assignee: UUID | None
    team: UUID | None
    inbox: UUID | None


HOT = """
with m as (
  select * from unnest(
    %(ids)s::uuid[], %(conversations)s::uuid[], %(sender_types)s::text[], %(senders)s::uuid[],
    %(scopes)s::text[], %(teams)s::text[], %(kinds)s::text[], %(texts)s::text[],
    %(contents)s::text[], %(replies)s::uuid[]
  ) with ordinality as t(
    id, conversation, sender_type, sender, scope, teams, kind, text, content, reply_to, ord)
), locked as materialized (
  select id, customer_id, assignee_id, team_id, inbox_id, status, last_seq, blocked
  from conversations where id = any(%(conversations)s::uuid[])
  order by id for no key update skip locked
), known as materialized (
  select id, conversation_id, seq, at, sender_id from messages where id = any(%(ids)s::uuid[])
), judged as materialized (
  select m.*, l.customer_id, l.assignee_id, l.team_id, l.inbox_id, l.status, l.last_seq,
    k.seq as known_seq, k.at as known_at,
    case
      when l.id is null then case
        when exists (select from conversations c where c.id = m.conversation) then 'locked'
        else 'absent' end
      when not (case m.scope
        when 'visitor' then l.customer_id = m.sender
        when 'own' then l.assignee_id = m.sender or (l.assignee_id is null
          and (l.team_id is null or l.team_id = any(m.teams::uuid[])))
        when 'team' then l.assignee_id = m.sender or l.team_id = any(m.teams::uuid[])
          or (l.team_id is null and l.assignee_id is null)
        else true end) then 'hidden'
      when k.id is not null then case
        when k.conversation_id = m.conversation and k.sender_id is not distinct from m.sender
        then 'known' else 'foreign' end
      when m.scope = 'visitor' and l.blocked then 'blocked'
      when %(forced)s or m.kind = 'note' or m.sender_type = 'system' then 'new'
      when m.sender_type = 'agent' and l.status in ('active', 'wrapping_up') then 'new'
      when m.sender_type <> 'agent' and l.status in ('bot', 'waiting', 'active', 'wrapping_up')
        then 'new'
      else 'slow'
    end as verdict
  from m left join locked l on l.id = m.conversation left join known k on k.id = m.id
), fresh as materialized (
  select *, last_seq + row_number() over (partition by conversation order by ord) as seq
  from judged where verdict = 'new'
), latest as (
  select distinct on (conversation) conversation, seq, sender_type, kind, text
  from fresh where kind <> 'note' order by conversation, seq desc
), counted as (
  select conversation, max(seq) as seq,
    count(*) filter (where sender_type = 'customer') as from_customer,
    bool_or(sender_type = 'agent' and kind <> 'note') as from_agent,
    max(seq) filter (where sender_type = 'agent' and kind <> 'note') as agent_seq,
    max(seq) filter (where sender_type = 'customer') as customer_seq
  from fresh group by conversation
), touched as (
  update conversations c set
    last_seq = n.seq,
    last_message_at = case when l.seq is null then c.last_message_at else %(at)s end,
    last_preview = case when l.seq is null then c.last_preview else left(l.text, 160) end,
    last_sender = coalesce(l.sender_type, c.last_sender),
    last_kind = coalesce(l.kind, c.last_kind),
    unread = c.unread + n.from_customer,
    unanswered_since = case
      when n.customer_seq > coalesce(n.agent_seq, 0)
        then case when n.from_agent then %(at)s else coalesce(c.unanswered_since, %(at)s) end
      when n.from_agent then null else c.unanswered_since end,
    first_replied_at = case when n.from_agent then coalesce(c.first_replied_at, %(at)s)
      else c.first_replied_at end
  from counted n left join latest l on l.conversation = n.conversation
  where c.id = n.conversation
), stored as (
  insert into messages (id, conversation_id, seq, sender_type, sender_id, kind, text, content,
    reply_to, at)
  select id, conversation, seq, sender_type, sender, kind, text, content::jsonb, reply_to, %(at)s
  from fresh
), told as (
  insert into facts (kind, subject, conversation, customer, actor, details, at)
  select case when kind = 'note' then 'message.noted'
      when sender_type = 'customer' then 'message.received' else 'message.sent' end,
    conversation, conversation, customer_id, sender,
    jsonb_build_object('seq', seq, 'message', id, 'sender', sender_type, 'kind', kind,
      'inbox', inbox_id, 'team', team_id, 'assignee', assignee_id, 'status', status), %(at)s
  from fresh order by ord
)
select j.verdict, coalesce(f.seq, j.known_seq, 0)::int, coalesce(j.known_at, %(at)s),
  j.customer_id, j.assignee_id, j.team_id, j.inbox_id
from judged j left join fresh f on f.ord = j.ord order by j.ord
"""

_TEXT = text(
    re.sub(r"%\((\w+)\)s", r":\1", re.sub(r"%\((\w+)\)s::(\w+\[\])", r"cast(:\1 as \2)", HOT))
)


def _values(messages: Sequence[Outgoing], *, forced: bool) -> dict[str, Any]:
    return {
        "ids": listed(message.id for message in messages),
        "conversations": listed(message.conversation for message in messages),
        "sender_types": listed(message.sender_type for message in messages),
        "senders": listed(message.sender_id for message in messages),
        "scopes": listed(message.scope for message in messages),
        "teams": listed(f'"{listed(message.teams)}"' for message in messages),
        "kinds": listed(message.kind for message in messages),
        "texts": [message.text for message in messages],
        "contents": [
            None if message.content is None else orjson.dumps(message.content).decode()
            for message in messages
        ],
        "replies": listed(message.reply_to for message in messages),
        "forced": forced,
        "at": now(),
    }


async def store(
    connection: psycopg.AsyncConnection[tuple[Any, ...]], messages: Sequence[Outgoing]
) -> list[Stored]:
    """Store a batch as one autocommitted statement; one answer for each message, in order.

    `locked` means that somebody else changes the conversation just now, `slow` that the message
    changes its status and must take the verb's way, `absent` that there is none.
    """
    cursor = await connection.execute(HOT, _values(messages, forced=False), prepare=True)
    return [Stored(*row) for row in await cursor.fetchall()]


async def store_in(db: Session, message: Outgoing) -> Stored:
    """Store one message in a transaction that holds its conversation's lock already."""
    rows = await db.execute(_TEXT, _values([message], forced=True))
    db.info["recorded"] = True
    return Stored(*rows.one())
