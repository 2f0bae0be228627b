"""The realtime frames of conversations: send, subscribe, typing, seen, beat."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.access import conversation_for, conversation_for_visitor, visible_to
from kefu.conversations.batch import Outgoing, Stored
from kefu.conversations.checking import (
    AGENT_KINDS,
    VISITOR_KINDS,
    a_content,
    a_kind,
    a_seq,
    a_text,
    an_id,
    message_id,
)
from kefu.conversations.losing_sight import asks_again
from kefu.conversations.model import Conversation, Sender
from kefu.conversations.resuming import missed
from kefu.conversations.screening import screened
from kefu.conversations.seeing import mark_seen
from kefu.conversations.sending import Sending
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.core.errors import Forbidden, Invalid, Refusal, TooMany, Unavailable
from kefu.core.realtime import Push
from kefu.core.switchboard import Connection, Party, Switchboard

SUBSCRIPTIONS = 300
PREVIEW_LIMIT = 500


def install_frames(host: Switchboard) -> None:
    """Give the switchboard the handlers of this capability; it knows the database already."""
    host.doubted = asks_again(host.services["database"])
    host.handlers.update(
        {
            "send": on_send,
            "subscribe": on_subscribe,
            "subscribe_many": on_subscribe_many,
            "unsubscribe": on_unsubscribe,
            "typing": on_typing,
            "seen": on_seen,
            "beat": on_beat,
        }
    )


def outgoing(party: Party, frame: dict[str, Any]) -> Outgoing:
    """The message in a frame (or an HTTP body), checked for this sender."""
    visitor = party.kind == "visitor"
    if not visitor and not party.actor.may("message.send"):
        raise Forbidden("Your role does not allow this.", detail="message.send")
    kind = a_kind(frame.get("kind", "text"), VISITOR_KINDS if visitor else AGENT_KINDS)
    text = a_text(frame.get("text"))
    reply_to = frame.get("reply_to")
    message = Outgoing(
        id=message_id(frame.get("id")),
        conversation=an_id(frame.get("conversation"), "conversation"),
        sender_type=Sender.CUSTOMER if visitor else Sender.AGENT,
        sender_id=party.id,
        kind=kind.value,
        text=text,
        content=a_content(kind, frame.get("content"), text),
        reply_to=an_id(reply_to, "reply_to") if reply_to is not None else None,
        scope=party.scope,
        teams=party.teams,
        name=party.name,
        avatar=party.avatar,
    )
    return screened(message)


def on_send(connection: Connection, frame: dict[str, Any]) -> None:
    """Queue a message; its acknowledgement comes once it is durable."""
    party = connection.party
    assert party is not None
    check_pace(party)
    if "disk_low" in connection.host.banners:
        raise Unavailable("New messages are not taken: the disk is full.", code="disk_low")
    message = outgoing(party, frame)
    message.origin = connection
    sending: Sending = connection.host.services["sending"]
    sending.submit(message, _acknowledge)


def check_pace(party: Party) -> None:
    """A visitor may write only so fast."""
    wait = party.allowance.take() if party.allowance is not None else 0
    if wait:
        raise TooMany(
            "You are writing faster than we can read. Please wait a moment.",
            retry_after=wait,
        )


def _acknowledge(message: Outgoing, result: Stored | Refusal) -> None:
    connection: Connection = message.origin
    if isinstance(result, Refusal):
        connection.refuse(result, str(message.id))
        return
    duplicate = ',"duplicate":true' if result.verdict == "known" else ""
    connection.put(
        f'{{"t":"ack","id":"{message.id}","conversation":"{message.conversation}",'
        f'"seq":{result.seq},"at":"{iso(result.at)}"{duplicate}}}'
    )


async def on_subscribe(connection: Connection, frame: dict[str, Any]) -> None:
    """Watch a conversation and get what was missed since `seq`."""
    await _subscribe(connection, [frame])


async def on_subscribe_many(connection: Connection, frame: dict[str, Any]) -> None:
    """The subscriptions of a hello, all at once."""
    wanted = frame.get("subscriptions")
    if not isinstance(wanted, list) or len(wanted) > SUBSCRIPTIONS:
        raise Invalid("Too many subscriptions.", field="subscriptions", limit=SUBSCRIPTIONS)
    await _subscribe(connection, [item for item in wanted if isinstance(item, dict)])


async def _subscribe(connection: Connection, wanted: list[dict[str, Any]]) -> None:
    party = connection.party
    assert party is not None
    after = {
        an_id(item.get("conversation"), "conversation"): a_seq(item.get("seq", 0))
        for item in wanted
    }
    names = connection.conversations or set()
    if len(names) + len(after) > SUBSCRIPTIONS:
        raise Invalid("Too many subscriptions.", field="conversation", limit=SUBSCRIPTIONS)
    database = connection.host.services["database"]
    async with database.transaction() as db:
        found = await _visible(db, party, list(after))
        watch(connection, party, [conversation.id for conversation in found])
        frames = [
            await missed(
                db, conversation, after=after[conversation.id], for_agent=party.kind == "agent"
            )
            for conversation in await _fresh(db, found)
        ]
    for missing in after.keys() - {conversation.id for conversation in found}:
        refusal = Invalid("There is no such conversation.", code="not_found", field="conversation")
        connection.refuse(refusal, str(missing))
    for answer in frames:
        connection.tell(answer)


async def _visible(db: Session, party: Party, ids: list[UUID]) -> list[Conversation]:
    mine = (
        Conversation.customer_id == party.id if party.kind == "visitor" else visible_to(party.actor)
    )
    return list(await db.scalars(select(Conversation).where(Conversation.id.in_(ids), mine)))


async def _fresh(db: Session, found: list[Conversation]) -> list[Conversation]:
    """Read again once the connection listens: what came in between is in one of the two."""
    if not found:
        return []
    ids = [conversation.id for conversation in found]
    query = select(Conversation).where(Conversation.id.in_(ids))
    return list(await db.scalars(query.execution_options(populate_existing=True)))


def watch(connection: Connection, party: Party, ids: list[UUID]) -> None:
    """Hear of these conversations from now on."""
    if connection.conversations is None:
        connection.conversations = set()
    for conversation in ids:
        connection.conversations.add(str(conversation))
        connection.listen(f"{'v' if party.kind == 'visitor' else 'c'}:{conversation}")


def on_unsubscribe(connection: Connection, frame: dict[str, Any]) -> None:
    """Watch it no more."""
    name = str(an_id(frame.get("conversation"), "conversation"))
    if connection.conversations is not None:
        connection.conversations.discard(name)
    connection.unlisten(f"c:{name}")
    connection.unlisten(f"v:{name}")


async def on_typing(connection: Connection, frame: dict[str, Any]) -> None:
    """Show the other side that somebody writes; agents see a customer's words as they come."""
    party = connection.party
    assert party is not None
    name = str(an_id(frame.get("conversation"), "conversation"))
    if party.muted or name not in (connection.conversations or ()):
        return
    visitor = party.kind == "visitor"
    shown: dict[str, Any] = {
        "t": "typing",
        "conversation": name,
        "who": "customer" if visitor else "agent",
        "agent": None if visitor else str(party.id),
        "name": party.name,
        "at": time.time(),
    }
    text = a_text(frame.get("text"), limit=PREVIEW_LIMIT)
    realtime = connection.host.services["realtime"]
    pushes = [Push.of([f"c:{name}"], shown | ({"text": text} if visitor else {}))]
    if not visitor and text != "\u200b":
        pushes.append(Push.of([f"v:{name}"], shown))
    for push in pushes:
        push.skip = connection
    await realtime.publish(pushes)


async def on_seen(connection: Connection, frame: dict[str, Any]) -> None:
    """Remember how far this side has read."""
    party = connection.party
    assert party is not None
    conversation = an_id(frame.get("conversation"), "conversation")
    seq = a_seq(frame.get("seq"))
    async with connection.host.services["database"].transaction() as db:
        if str(conversation) not in (connection.conversations or ()):
            if party.kind == "visitor":
                await conversation_for_visitor(db, party.id, conversation)
            else:
                await conversation_for(db, party.actor, conversation)
        await mark_seen(
            db, conversation, seq, by="customer" if party.kind == "visitor" else "agent"
        )


def on_beat(connection: Connection, frame: dict[str, Any]) -> None:
    """The client is alive; nothing needs to be said."""
