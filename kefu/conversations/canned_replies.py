"""Canned replies: what is written often is found by shortcut, pinyin or words, and filled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, case, func, literal, or_, select, tuple_, update

from kefu.conversations.events_tools import CannedReplyChanged
from kefu.conversations.filling_in import check_variables, filled_in
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.sharing import Sharing, check_may_change, owners_for, shared_with
from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor
from kefu.core.pinyin import initials as initials_of
from kefu.core.pinyin import syllables as syllables_of
from kefu.identity import Actor

SHARE = "canned_reply.share"


async def create_canned_reply(
    db: Session,
    *,
    shortcut: str,
    title: str,
    text: str,
    scope: Sharing,
    team_id: UUID | None,
    by: Actor,
) -> CannedReply:
    check_variables(text)
    agent, team = owners_for(by, scope, team_id, permission=SHARE)
    reply = CannedReply(
        shortcut=shortcut,
        title=title,
        text=text,
        agent_id=agent,
        team_id=team,
        found_by=found_by(shortcut, title),
        created_by=by.id,
    )
    await check_shortcut_is_free(db, reply)
    reply.uses = 0
    db.add(reply)
    await _tell(db, reply, change="created", by=by)
    return reply


async def change_canned_reply(
    db: Session, reply: CannedReply, changes: dict[str, Any], *, by: Actor
) -> None:
    """Change its words, or with whom it is shared."""
    check_may_change(by, reply, permission=SHARE)
    if "scope" in changes or "team_id" in changes:
        scope = changes.pop("scope", reply.scope)
        team = changes.pop("team_id", reply.team_id)
        reply.agent_id, reply.team_id = owners_for(by, scope, team, permission=SHARE)
    check_variables(changes.get("text", ""))
    for name, value in changes.items():
        setattr(reply, name, value)
    reply.found_by = found_by(reply.shortcut, reply.title)
    await check_shortcut_is_free(db, reply)
    await _tell(db, reply, change="changed", by=by)


async def remove_canned_reply(db: Session, reply: CannedReply, *, by: Actor) -> None:
    check_may_change(by, reply, permission=SHARE)
    await _tell(db, reply, change="removed", by=by)
    await db.delete(reply)
    await db.flush()


async def use_canned_reply(
    db: Session, reply: CannedReply, values: dict[str, str]
) -> dict[str, Any]:
    """Count one use more; the reply as it reads in this conversation."""
    await db.execute(
        update(CannedReply)
        .where(CannedReply.id == reply.id)
        .values(uses=CannedReply.uses + 1, used_at=now(), updated_at=CannedReply.updated_at)
    )
    await db.refresh(reply)
    return shown_canned_reply(reply, values)


async def canned_reply_for(
    db: Session, actor: Actor, reply_id: UUID, *, lock: bool = False
) -> CannedReply:
    """The reply, if this actor has it."""
    query = select(CannedReply).where(CannedReply.id == reply_id, shared_with(actor, CannedReply))
    reply = await db.scalar(query.with_for_update() if lock else query)
    if reply is None:
        raise NotFound("There is no such canned reply.")
    return reply


async def canned_replies_for(
    db: Session, actor: Actor, wanted: str, *, cursor: str | None, limit: int
) -> tuple[list[CannedReply], str | None]:
    """Replies that fit: the shortcut itself, its beginning, name or pinyin, then the text.

    Among equals the more used come first.
    """
    asked = wanted.strip().lstrip("/").casefold()
    rank = _rank(asked)
    order = (rank, -CannedReply.uses, CannedReply.id)
    query = select(CannedReply, rank).where(shared_with(actor, CannedReply))
    if asked:
        query = query.where(
            or_(
                CannedReply.found_by.contains(asked, autoescape=True),
                CannedReply.text.icontains(asked, autoescape=True),
            )
        )
    after = read_cursor(cursor, int, int, UUID)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*(literal(part) for part in after)))
    rows = (await db.execute(query.order_by(*order).limit(limit + 1))).all()
    page, following = page_of(rows, limit, lambda row: (row[1], -row[0].uses, row[0].id))
    return [row[0] for row in page], following


def _rank(asked: str) -> Any:
    if not asked:
        return literal(0, Integer)
    shortcut = func.lower(CannedReply.shortcut)
    return case(
        (shortcut == asked, 0),
        (shortcut.startswith(asked, autoescape=True), 1),
        (CannedReply.found_by.contains(asked, autoescape=True), 2),
        else_=3,
    )


def found_by(shortcut: str, title: str) -> str:
    """Everything a reply is found by: its names, and the title in pinyin, whole and in initials."""
    names = f"{shortcut}\n{title}".casefold()
    syllables = syllables_of(title)
    initials = initials_of(title)
    return "\n".join((names, "".join(syllables), "".join(initials))).casefold()


async def check_shortcut_is_free(db: Session, reply: CannedReply) -> None:
    with db.no_autoflush:
        taken = await db.scalar(
            select(CannedReply.id).where(
                CannedReply.shortcut == reply.shortcut,
                CannedReply.agent_id.is_not_distinct_from(reply.agent_id),
                CannedReply.team_id.is_not_distinct_from(reply.team_id),
            )
        )
    if taken not in (None, reply.id):
        raise Conflict("This shortcut is in use already.", field="shortcut", code="shortcut_taken")


def shown_canned_reply(reply: CannedReply, values: dict[str, str] | None = None) -> dict[str, Any]:
    """A reply as the API shows it; with values it is also filled in."""
    rendered, missing = (None, []) if values is None else filled_in(reply.text, values)
    return {
        "id": str(reply.id),
        "shortcut": reply.shortcut,
        "title": reply.title,
        "text": reply.text,
        "scope": reply.scope,
        "team_id": str(reply.team_id) if reply.team_id else None,
        "uses": reply.uses,
        "used_at": iso(reply.used_at),
        "updated_at": iso(reply.updated_at),
        "rendered": rendered,
        "missing": missing,
    }


async def _tell(db: Session, reply: CannedReply, *, change: str, by: Actor) -> None:
    await db.flush()
    event = CannedReplyChanged(
        subject=reply.id, actor=by.id, change=change, team=reply.team_id, owner=reply.agent_id
    )
    await record(db, event, shown_canned_reply(reply))
