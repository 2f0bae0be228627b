"""Labels: words that agents put on conversations, and lists are narrowed by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from kefu.conversations.events import ConversationLabelled
from kefu.conversations.events_tools import LabelChanged
from kefu.conversations.model import Conversation, ConversationLabel, Label
from kefu.conversations.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor

LABELS_OF_ONE = 20
LABELS_AT_ALL = 1000


async def create_label(db: Session, *, name: str, colour: str, by: UUID) -> Label:
    await check_name_is_free(db, name)
    if (await db.scalar(select(func.count()).select_from(Label)) or 0) >= LABELS_AT_ALL:
        raise Conflict("There are too many labels.", limit=LABELS_AT_ALL)
    label = Label(name=name, colour=colour)
    db.add(label)
    await tell_label(db, label, change="created", by=by)
    return label


async def change_label(db: Session, label: Label, changes: dict[str, Any], *, by: UUID) -> None:
    """Change the name or the colour; on conversations it changes with it."""
    if "name" in changes:
        await check_name_is_free(db, changes["name"], but=label.id)
    for name, value in changes.items():
        setattr(label, name, value)
    await tell_label(db, label, change="changed", by=by)


async def remove_label(db: Session, label: Label, *, by: UUID) -> None:
    """Take the label off every conversation."""
    await tell_label(db, label, change="removed", by=by)
    await db.delete(label)
    await db.flush()


async def check_name_is_free(db: Session, name: str, *, but: UUID | None = None) -> None:
    taken = await db.scalar(select(Label.id).where(Label.name == name))
    if taken not in (None, but):
        raise Conflict("There is a label of this name already.", field="name", code="name_taken")


async def tell_label(db: Session, label: Label, *, change: str, by: UUID) -> None:
    await db.flush()
    await record(db, LabelChanged(subject=label.id, actor=by, change=change), shown_label(label))


def shown_label(label: Label) -> dict[str, Any]:
    return {"id": str(label.id), "name": label.name, "colour": label.colour}


async def label_with(db: Session, label_id: UUID) -> Label:
    label = await db.get(Label, label_id, with_for_update=True)
    if label is None:
        raise NotFound("There is no such label.")
    return label


async def labels_named(
    db: Session, part: str, *, cursor: str | None, limit: int
) -> tuple[list[Label], str | None]:
    """Labels whose name holds this part, by name."""
    query = select(Label).order_by(Label.name, Label.id)
    if part:
        query = query.where(Label.name.icontains(part, autoescape=True))
    after = read_cursor(cursor, str, UUID)
    if after is not None:
        query = query.where(tuple_(Label.name, Label.id) > tuple(after))
    rows = list(await db.scalars(query.limit(limit + 1)))
    return page_of(rows, limit, lambda label: (label.name, label.id))


async def put_labels(
    db: Session, conversation: Conversation, labels: Sequence[UUID], *, by: UUID | None
) -> None:
    """Let the conversation carry these labels and no others; its row must be locked."""
    wanted = set(labels)
    await check_labels(db, wanted)
    worn = await labels_on(db, conversation.id)
    if wanted == worn:
        return
    await db.execute(
        delete(ConversationLabel).where(
            ConversationLabel.conversation_id == conversation.id,
            ConversationLabel.label_id.in_(worn - wanted),
        )
    )
    rows = [
        {
            "conversation_id": conversation.id,
            "label_id": label,
            "activity_at": conversation.activity_at,
        }
        for label in sorted(wanted - worn)
    ]
    if rows:
        await db.execute(insert(ConversationLabel).values(rows).on_conflict_do_nothing())
    await tell(db, conversation, ConversationLabelled, by=by, labels=tuple(sorted(wanted)))


async def labels_on(db: Session, conversation: UUID) -> set[UUID]:
    """The labels that a conversation carries."""
    return set(
        await db.scalars(
            select(ConversationLabel.label_id).where(
                ConversationLabel.conversation_id == conversation
            )
        )
    )


async def check_labels(db: Session, wanted: set[UUID]) -> None:
    """All of them exist, and they are not too many."""
    if len(wanted) > LABELS_OF_ONE:
        raise Invalid("A conversation has too many labels.", field="labels", limit=LABELS_OF_ONE)
    known = set(await db.scalars(select(Label.id).where(Label.id.in_(wanted))))
    unknown = wanted - known
    if unknown:
        raise Invalid("There is no such label.", field="labels", detail=str(min(unknown)))
