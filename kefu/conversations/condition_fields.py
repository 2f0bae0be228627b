"""The fields of conditions: what each may be compared with, and how that reads in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select

from kefu.conversations.model import Conversation, ConversationLabel, Inbox, Priority, Status
from kefu.core.shapes import clean
from kefu.customers import TIERS
from kefu.identity import Actor

VALUES = 100
ME, MY_TEAMS = "me", "my_teams"
LONGEST_MINUTES = 366 * 24 * 60


@dataclass(frozen=True, slots=True)
class Asking:
    """When it is asked, and by whom."""

    at: datetime
    actor: Actor | None


Clause = ColumnElement[bool]
Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """`read` checks and reads the value (a ValueError says what is wrong), `clause` is the SQL."""

    read: Read
    clause: Callable[[Any, Asking], Clause]


@dataclass(frozen=True, slots=True)
class Field:
    """What a kind of value is called for the builder on the screen, and its operators."""

    kind: str
    operators: Mapping[str, Operator]
    choices: tuple[str, ...] = ()


def some_of(read: Read) -> Read:
    """A list of 1 to 100 values of one kind."""

    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list) or not 0 < len(value) <= VALUES:
            raise ValueError(f"This must be a list of 1 to {VALUES} values.")
        return [read(item) for item in value]

    return read_all


def one_of(*choices: str) -> Read:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"This must be one of {', '.join(choices)}.")
        return value

    return read


def an_id_or(*words: str) -> Read:
    def read(value: Any) -> UUID | str:
        if isinstance(value, str) and value in words:
            return value
        if not isinstance(value, str) or len(value) != 36:
            raise ValueError("This is not a valid id.")
        return UUID(value)

    return read


def a_word(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 80:
        raise ValueError("This must be a text of 1 to 80 characters.")
    return clean(value.strip())


def a_number(least: int, most: int) -> Read:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"This must be a whole number from {least} to {most}.")
        return value

    return read


def a_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("This must be true or false.")
    return value


def a_moment(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("This must be a moment like 2026-11-11T00:00:00+08:00.")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone.")
    if not 2000 <= moment.year < 2200:
        raise ValueError("The moment lies too far off.")
    return moment


def two_moments(value: Any) -> tuple[datetime, datetime]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("This must be a list of two moments.")
    start, end = a_moment(value[0]), a_moment(value[1])
    if end <= start:
        raise ValueError("The second moment must come after the first.")
    return start, end


def nothing(value: Any) -> None:
    if value is not None:
        raise ValueError("This operator takes no value.")


def choice(column: Any, *choices: str, read: Read | None = None) -> Field:
    """A column with one of a few words."""
    words = some_of(read or one_of(*choices))
    return Field(
        "choice",
        {
            "is": Operator(words, lambda value, _: column.in_(value)),
            "is_not": Operator(words, lambda value, _: or_(column.not_in(value), column.is_(None))),
        },
        choices,
    )


def reference(kind: str, has: Callable[[list[Any], Asking], Clause], *words: str) -> Field:
    """Something that has an id; `has` says that it is one of these."""
    ids = some_of(an_id_or(*words))
    return Field(
        kind,
        {
            "is": Operator(ids, has),
            "is_not": Operator(ids, lambda value, asking: not_(has(value, asking))),
        },
        words,
    )


def with_emptiness(field: Field, is_set: Clause) -> Field:
    """The field, which may also be asked whether there is anything at all."""
    more = {
        "is_set": Operator(nothing, lambda *_: is_set),
        "is_empty": Operator(nothing, lambda *_: not_(is_set)),
    }
    return Field(field.kind, {**field.operators, **more}, field.choices)


def number(column: Any, least: int, most: int) -> Field:
    read = a_number(least, most)
    return Field(
        "number",
        {
            "is": Operator(read, lambda value, _: column == value),
            "at_least": Operator(read, lambda value, _: column >= value),
            "at_most": Operator(read, lambda value, _: column <= value),
        },
    )


def moment(column: Any) -> Field:
    minutes = a_number(1, LONGEST_MINUTES)
    return Field(
        "moment",
        {
            "before": Operator(a_moment, lambda value, _: column < value),
            "after": Operator(a_moment, lambda value, _: column >= value),
            "between": Operator(
                two_moments, lambda value, _: and_(column >= value[0], column < value[1])
            ),
            "within_minutes": Operator(
                minutes, lambda value, asking: column >= back(value, asking)
            ),
            "longer_than_minutes": Operator(
                minutes, lambda value, asking: column < back(value, asking)
            ),
        },
    )


def back(minutes: int, asking: Asking) -> datetime:
    return asking.at - timedelta(minutes=minutes)


def truth(holds: Clause) -> Field:
    return Field(
        "truth", {"is": Operator(a_truth, lambda value, _: holds if value else not_(holds))}
    )


def is_assigned_to(value: list[Any], asking: Asking) -> Clause:
    agents = [one for one in value if one != ME]
    if ME in value and asking.actor is not None:
        agents.append(asking.actor.id)
    return and_(Conversation.assignee_id.is_not(None), Conversation.assignee_id.in_(agents))


def is_of_team(value: list[Any], asking: Asking) -> Clause:
    teams = [one for one in value if one != MY_TEAMS]
    if MY_TEAMS in value and asking.actor is not None:
        teams.extend(asking.actor.team_ids)
    return and_(Conversation.team_id.is_not(None), Conversation.team_id.in_(teams))


def has_label(value: list[Any], _: Asking) -> Clause:
    worn = ConversationLabel.conversation_id == Conversation.id
    return select(1).where(worn, ConversationLabel.label_id.in_(value)).exists()


def is_in_inbox(value: list[Any], _: Asking) -> Clause:
    return Conversation.inbox_id.in_(value)


def is_through_channel(value: list[str], _: Asking) -> Clause:
    return Conversation.inbox_id.in_(select(Inbox.id).where(Inbox.channel.in_(value)))


CHANNELS = Operator(some_of(a_word), is_through_channel)
NOT_CHANNELS = Operator(some_of(a_word), lambda value, by: not_(is_through_channel(value, by)))
NAME_HOLDS = Operator(
    a_word, lambda value, _: Conversation.customer_name.icontains(value, autoescape=True)
)
LABELLED = select(1).where(ConversationLabel.conversation_id == Conversation.id).exists()

FIELDS: dict[str, Field] = {
    "status": choice(Conversation.status, *(status.value for status in Status)),
    "assignee": with_emptiness(
        reference("agent", is_assigned_to, ME), Conversation.assignee_id.is_not(None)
    ),
    "team": with_emptiness(
        reference("team", is_of_team, MY_TEAMS), Conversation.team_id.is_not(None)
    ),
    "inbox": reference("inbox", is_in_inbox),
    "channel": Field("word", {"is": CHANNELS, "is_not": NOT_CHANNELS}),
    "label": with_emptiness(reference("label", has_label), LABELLED),
    "priority": number(Conversation.priority, Priority.LOW, Priority.URGENT),
    "unread": number(Conversation.unread, 0, 10_000),
    "transfers": number(Conversation.transfers, 0, 10_000),
    "reopened": number(Conversation.reopened, 0, 10_000),
    "waiting": moment(Conversation.waiting_since),
    "unanswered": moment(Conversation.unanswered_since),
    "created": moment(Conversation.created_at),
    "activity": moment(Conversation.activity_at),
    "closed": moment(Conversation.closed_at),
    "due": moment(Conversation.next_due_at),
    "customer_name": Field("text", {"contains": NAME_HOLDS}),
    "tier": choice(Conversation.customer_tier, *TIERS),
    "language": choice(Conversation.language, read=a_word),
    "has_rating": truth(Conversation.rating_score.is_not(None)),
    "rating": number(Conversation.rating_score, 1, 5),
    "blocked": truth(Conversation.blocked.is_(True)),
}
