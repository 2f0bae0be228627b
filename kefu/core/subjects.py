"""Subjects: by what people know the things that tasks and notices are about.

Kinds that rules are about tell of their own in `about` (see `kefu.core.automation`): a title, and
what it belongs to. Other kinds say so here:

    tells_of("appointment", about_appointments)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from kefu.core.automation import SUBJECTS, About
from kefu.core.db import Session

Subject = tuple[str, UUID]
Tell = Callable[[Session, Collection[UUID]], Awaitable[dict[UUID, About]]]
TELLING: dict[str, Tell] = {}


class KnownSubject(BaseModel):
    """A thing under the number or name that people call it by."""

    kind: str
    id: UUID
    title: str


def tells_of(kind: str, about: Tell) -> None:
    """Subjects of this kind are known by what they belong to."""
    if kind in TELLING or kind in SUBJECTS:
        raise ValueError(f"Two tell of subjects of the kind {kind}.")
    TELLING[kind] = about


async def known_as(
    db: Session, actor: Any, subjects: Collection[Subject]
) -> dict[Subject, list[KnownSubject]]:
    """Each subject's own title, then that of what it belongs to, as far as the actor sees them.

    Kinds that tell nothing of themselves stay without; the queries are as many as the kinds.
    """
    abouts = await told_about(db, set(subjects))
    parents = {one.belongs_to[:2] for one in abouts.values() if one.belongs_to}
    seen = await visible(db, actor, set(abouts) | parents)
    found: dict[Subject, list[KnownSubject]] = {}
    for subject, one in abouts.items():
        lines = [(*subject, one.title)] + ([one.belongs_to] if one.belongs_to else [])
        found[subject] = [
            KnownSubject(kind=kind, id=which, title=title)
            for kind, which, title in lines
            if title and (kind, which) in seen
        ]
    return found


async def told_about(db: Session, subjects: set[Subject]) -> dict[Subject, About]:
    found: dict[Subject, About] = {}
    for kind, ids in by_kind(subjects).items():
        tell = SUBJECTS[kind].about if kind in SUBJECTS else TELLING.get(kind)
        if tell is not None:
            abouts = await tell(db, ids)
            found |= {(kind, which): about for which, about in abouts.items()}
    return found


async def visible(db: Session, actor: Any, subjects: set[Subject]) -> set[Subject]:
    found: set[Subject] = set()
    for kind, ids in by_kind(subjects).items():
        subject = SUBJECTS.get(kind)
        if subject is not None:
            mine = select(subject.id).where(subject.id.in_(ids), subject.visible(actor))
            found |= {(kind, which) for which in await db.scalars(mine)}
    return found


def by_kind(subjects: set[Subject]) -> Mapping[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for kind, which in sorted(subjects):
        found.setdefault(kind, set()).add(which)
    return found
