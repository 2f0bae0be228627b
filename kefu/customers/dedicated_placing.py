"""Placing: who gets which agent and which backup, evenly, moving as few customers as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Held:
    """A customer with whom they have now, if anybody."""

    customer: UUID
    owner: UUID | None = None
    backup: UUID | None = None
    pinned: bool = False


def placed(held: Sequence[Held], agents: Sequence[UUID]) -> list[Held]:
    """Each customer with an owner and, of two agents or more, a backup; all shares even.

    Whoever has an agent keeps them unless the agent has gone or has more than their share; then
    the backup, who knows the customer, comes first. What a person decided stays.
    """
    if not agents:
        return []
    owners = owned(held, agents)
    backups = backed(held, agents, owners)
    return [
        Held(one.customer, owners[one.customer], backups[one.customer], one.pinned) for one in held
    ]


def owned(held: Sequence[Held], agents: Sequence[UUID]) -> dict[UUID, UUID]:
    """Owners: kept within even shares, then given to whoever has least."""
    quota = shares(held, agents)
    load: Counter[UUID] = Counter(dict.fromkeys(agents, 0))
    owners: dict[UUID, UUID] = {}
    for one in sorted(held, key=lambda one: not one.pinned):
        for candidate in (one.owner, one.backup):
            if candidate in quota and (one.pinned or load[candidate] < quota[candidate]):
                owners[one.customer] = candidate
                load[candidate] += 1
                break
    for one in held:
        if one.customer not in owners:
            owners[one.customer] = least(agents, load)
            load[owners[one.customer]] += 1
    return owners


def shares(held: Sequence[Held], agents: Sequence[UUID]) -> dict[UUID, int]:
    """How many each agent may keep: one more for those who have most, where it does not go up."""
    now = Counter(one.owner for one in held)
    whole, rest = divmod(len(held), len(agents))
    ordered = sorted(agents, key=lambda agent: (-now[agent], agent))
    return {agent: whole + (place < rest) for place, agent in enumerate(ordered)}


def backed(
    held: Sequence[Held], agents: Sequence[UUID], owners: dict[UUID, UUID]
) -> dict[UUID, UUID | None]:
    """Backups: kept where they can be; else an owner's customers are spread over all others."""
    limit = -(-len(held) // len(agents))
    load: Counter[UUID] = Counter(dict.fromkeys(agents, 0))
    pairs: Counter[tuple[UUID, UUID]] = Counter()
    found: dict[UUID, UUID | None] = {}
    for one in held:
        owner, backup = owners[one.customer], one.backup
        if backup not in load or backup is None or backup == owner:
            continue
        if one.pinned or load[backup] < limit:
            found[one.customer] = backup
            load[backup] += 1
            pairs[owner, backup] += 1
    for one in held:
        if one.customer not in found:
            chosen = next_backup(owners[one.customer], load, pairs)
            found[one.customer] = chosen
    return found


def next_backup(owner: UUID, load: Counter[UUID], pairs: Counter[tuple[UUID, UUID]]) -> UUID | None:
    """Who stands in for fewest, and for fewest of this owner; nobody where there is no other."""
    others = [agent for agent in load if agent != owner]
    if not others:
        return None
    chosen = min(others, key=lambda agent: (load[agent], pairs[owner, agent], agent))
    load[chosen] += 1
    pairs[owner, chosen] += 1
    return chosen


def least(agents: Iterable[UUID], load: Counter[UUID]) -> UUID:
    return min(agents, key=lambda agent: (load[agent], agent))
