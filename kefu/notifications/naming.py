"""Naming: what a notification is about, in the words of the capability whose subject it is.

A notification holds ids only. When it is listed, a capability names its own subjects:

    @names_subjects("task")
    async def name_tasks(db, ids, locale) -> dict[UUID, str]: ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from uuid import UUID

from kefu.core.db import Session
from kefu.notifications.model import Notification

Name = Callable[[Session, Collection[UUID], str], Awaitable[dict[UUID, str]]]
NAMES: dict[str, Name] = {}


def names_subjects(kind: str) -> Callable[[Name], Name]:
    """Let the function name subjects of this kind.

    It gets those of one page at once, and the reader's locale.
    """

    def register(name: Name) -> Name:
        if kind in NAMES:
            raise ValueError(f"Two capabilities name subjects of the kind {kind}.")
        NAMES[kind] = name
        return name

    return register


async def subject_names(
    db: Session, listed: Iterable[Notification], locale: str
) -> dict[UUID, str]:
    """The names of what these are about, one statement for each kind of subject."""
    subjects: dict[str, set[UUID]] = defaultdict(set)
    for one in listed:
        subjects[one.subject_kind].add(one.subject)
    found: dict[UUID, str] = {}
    for kind, ids in subjects.items():
        if kind in NAMES:
            found |= await NAMES[kind](db, ids, locale)
    return found
