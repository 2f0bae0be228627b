"""Skills: what agents are good at, from 1 (has heard of it) to 5 (teaches it)."""

from __future__ import annotations

from collections.abc import Mapping

from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity.actor import Actor
from kefu.identity.events import SkillChanged, SkillCreated, SkillRemoved
from kefu.identity.model import Skill
from kefu.identity.taken import refused_if_taken


async def create_skill(db: Session, *, name: str, description: str, by: Actor) -> Skill:
    skill = Skill(id=uuid7(), name=name, name_sort=sort_key(name), description=description)
    async with refused_if_taken(db, "There is a skill of this name.", field="name"):
        db.add(skill)
    await record(db, SkillCreated(subject=skill.id, actor=by.id))
    return skill


async def change_skill(db: Session, skill: Skill, changes: Mapping[str, str], *, by: Actor) -> None:
    async with refused_if_taken(db, "There is a skill of this name.", field="name"):
        if "name" in changes:
            skill.name, skill.name_sort = changes["name"], sort_key(changes["name"])
        skill.description = changes.get("description", skill.description)
    await record(db, SkillChanged(subject=skill.id, actor=by.id))


async def remove_skill(db: Session, skill: Skill, *, by: Actor) -> None:
    """The skill goes, and with it the levels agents had in it."""
    await db.delete(skill)
    await record(db, SkillRemoved(subject=skill.id, actor=by.id))
