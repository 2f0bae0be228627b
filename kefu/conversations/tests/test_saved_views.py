from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from kefu.conversations.conditions import condition_clause, parsed
from kefu.conversations.labels import put_labels
from kefu.conversations.model import Conversation, Label, Priority, Status
from kefu.conversations.saved_views import clause_of_view, create_view, previewed
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.errors import Invalid, Refusal
from kefu.core.ids import uuid7
from kefu.identity import Actor
from kefu.identity.tests import Visitor, counted
from kefu.identity.tests.factories import a_team, an_actor, an_entry

WAITING = {"field": "status", "operator": "is", "value": ["waiting"]}


def a_test(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


async def meant(db: Session, conditions: Any, actor: Actor | None = None) -> set[Any]:
    clause = condition_clause(conditions, actor=actor)
    return set(await db.scalars(select(Conversation.id).where(clause)))


async def matches(db: Session, conversation: Conversation, test: dict[str, Any]) -> bool:
    return conversation.id in await meant(db, test)


@pytest.mark.parametrize(
    ("changes", "test"),
    [
        ({"status": Status.ACTIVE}, a_test("status", "is", ["active", "snoozed"])),
        ({"status": Status.ACTIVE}, a_test("status", "is_not", ["closed"])),
        ({"priority": Priority.HIGH}, a_test("priority", "at_least", 2)),
        ({"priority": Priority.LOW}, a_test("priority", "is", 0)),
        ({"unread": 3}, a_test("unread", "at_least", 3)),
        ({"customer_tier": "vip"}, a_test("tier", "is", ["vip"])),
        ({"customer_tier": None}, a_test("tier", "is_not", ["vip"])),
        ({"language": "zh-CN"}, a_test("language", "is", ["zh-CN"])),
        ({"rating_score": 2}, a_test("has_rating", "is", True)),
        ({"rating_score": None}, a_test("has_rating", "is", False)),
        ({"rating_score": 2}, a_test("rating", "at_most", 2)),
        ({"customer_name": "王小明"}, a_test("customer_name", "contains", "小明")),
        ({}, a_test("assignee", "is_empty")),
        ({}, a_test("label", "is_empty")),
        ({"blocked": True}, a_test("blocked", "is", True)),
    ],
)
async def test_a_field_means_what_it_says(
    db: Session, changes: dict[str, Any], test: dict[str, Any]
) -> None:
    conversation = await a_conversation(db, **changes)

    assert await matches(db, conversation, test)


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        (a_test("waiting", "longer_than_minutes", 29), True),
        (a_test("waiting", "longer_than_minutes", 31), False),
        (a_test("created", "within_minutes", 31), True),
        (a_test("created", "before", "2026-03-02T09:00:00Z"), False),
        (a_test("created", "after", "2026-03-02T17:00:00+08:00"), True),
        (a_test("activity", "between", ["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"]), True),
        (a_test("closed", "before", "2027-01-01T00:00:00Z"), False),
    ],
)
async def test_times_are_compared(
    db: Session, clock: FrozenClock, test: dict[str, Any], holds: bool
) -> None:
    conversation = await a_conversation(db)
    clock.advance(timedelta(minutes=30))

    assert await matches(db, conversation, test) is holds


async def test_things_with_ids_are_compared(db: Session) -> None:
    agent, team, inbox = await an_actor(db), await a_team(db), await an_inbox(db, channel="email")
    label = Label(name="加急")
    db.add(label)
    conversation = await a_conversation(db, inbox=inbox, assignee_id=agent.id, team_id=team.id)
    await put_labels(db, conversation, [label.id], by=agent.id)
    tests = [
        a_test("assignee", "is", [str(agent.id)]),
        a_test("team", "is", [str(team.id)]),
        a_test("inbox", "is", [str(inbox.id)]),
        a_test("label", "is", [str(label.id)]),
        a_test("label", "is_set"),
        a_test("channel", "is", ["email", "web"]),
        a_test("label", "is_not", [str(uuid7())]),
        a_test("assignee", "is_not", [str(uuid7())]),
    ]

    assert await meant(db, {"all": tests}) == {conversation.id}


async def test_me_is_whoever_asks(db: Session) -> None:
    agent = await an_actor(db)
    mine = await a_conversation(db, assignee_id=agent.id)
    await a_conversation(db, assignee_id=(await an_actor(db)).id)

    assert await meant(db, a_test("assignee", "is", ["me"]), agent) == {mine.id}


async def test_groups_join_what_is_in_them(db: Session) -> None:
    urgent = await a_conversation(db, priority=Priority.URGENT)
    waiting = await a_conversation(db)
    closed = await a_conversation(db, status=Status.CLOSED, priority=Priority.LOW)
    either = {"any": [a_test("priority", "at_least", 3), WAITING]}
    both = {"all": [a_test("priority", "at_least", 3), WAITING]}

    assert await meant(db, either) == {urgent.id, waiting.id}
    assert await meant(db, both) == {urgent.id}
    assert await meant(db, {"all": []}) == {urgent.id, waiting.id, closed.id}


@pytest.mark.parametrize(
    ("conditions", "place"),
    [
        ([], "conditions"),
        ({"all": "x"}, "conditions.all"),
        ({"all": [{"any": []}]}, "conditions.all[0].any"),
        ({"all": [], "any": []}, "conditions.all"),
        ({"all": [WAITING, 7]}, "conditions.all[1]"),
        ({"all": [WAITING, a_test("mood", "is", [1])]}, "conditions.all[1].field"),
        ({"any": [a_test("status", "like", ["x"])]}, "conditions.any[0].operator"),
        (a_test("status", "is", ["asleep"]), "conditions.value"),
        (a_test("status", "is", []), "conditions.value"),
        (a_test("status", "is", "waiting"), "conditions.value"),
        (a_test("priority", "is", True), "conditions.value"),
        (a_test("priority", "is", 9), "conditions.value"),
        (a_test("assignee", "is", ["nobody"]), "conditions.value"),
        (a_test("label", "is_set", 1), "conditions.value"),
        (a_test("created", "before", "yesterday"), "conditions.value"),
        (a_test("created", "before", "2026-01-01T00:00:00"), "conditions.value"),
        (a_test("waiting", "longer_than_minutes", 0), "conditions.value"),
        (a_test("created", "between", ["2026-01-02T00:00Z", "2026-01-01T00:00Z"]), None),
        ({"all": [WAITING] * 31}, "conditions.all"),
        ({"all": [{"all": [WAITING] * 16}, {"any": [WAITING] * 16}]}, "conditions"),
        ({"all": [{"all": [{"all": [{"all": [WAITING]}]}]}]}, None),
    ],
)
def test_what_is_wrong_is_named_by_its_place(conditions: Any, place: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        parsed(conditions)

    assert place is None or refused.value.field == place


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(
            some.sampled_from(["all", "any", "field", "operator", "value"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_nothing_but_a_refusal_comes_of_nonsense(raw: Any) -> None:
    try:
        condition_clause(raw)
    except Refusal as refusal:
        assert str(refusal.field).startswith("conditions")  # noqa: PT017 - either way is right


async def a_view(db: Session, by: Actor, name: str = "等待中", **more: Any) -> Any:
    values = {"conditions": WAITING, "scope": "own", "team_id": None}
    return await create_view(db, name=name, **values | more, by=by)


async def test_a_view_shows_only_what_its_reader_may_see(db: Session) -> None:
    admin, agent = await an_actor(db, role="administrator"), await an_actor(db)
    mine = await a_conversation(db, assignee_id=agent.id)
    await a_conversation(db, assignee_id=admin.id)
    view = await a_view(db, admin, scope="all")

    clause = await clause_of_view(db, agent, view.id)

    assert set(await db.scalars(select(Conversation.id).where(clause))) == {mine.id}


async def test_a_preview_counts_up_to_a_thousand(db: Session) -> None:
    admin = await an_actor(db, role="administrator")
    first = await a_conversation(db)
    db.add_all(
        Conversation(inbox_id=first.inbox_id, customer_id=first.customer_id, status="waiting")
        for _ in range(1000)
    )
    await db.flush()

    preview = await previewed(db, admin, WAITING)

    assert (preview["count"], preview["more"], len(preview["items"])) == (1000, True, 10)


async def test_over_http_a_view_is_made_changed_pinned_and_removed(
    db: Session, visitor: Visitor
) -> None:
    visitor.enter(await an_entry(db))
    one = (await visitor.post("/saved-views", {"name": "b", "conditions": WAITING})).json()
    other = (await visitor.post("/saved-views", {"name": "a", "conditions": WAITING})).json()

    await visitor.put("/saved-views/pins", {"views": [one["id"]]})
    await visitor.patch(f"/saved-views/{other['id']}", {"name": "c"})
    listed = (await visitor.get("/saved-views")).json()["items"]
    await visitor.delete(f"/saved-views/{one['id']}")

    assert [(view["name"], view["pinned"]) for view in listed] == [("b", True), ("c", False)]
    assert [view["name"] for view in (await visitor.get("/saved-views")).json()["items"]] == ["c"]


async def test_a_preview_over_http_names_the_bad_element(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    body = {"conditions": {"all": [WAITING, a_test("status", "is", ["asleep"])]}}
    answer = await visitor.post("/saved-views/preview", body)

    assert (answer.status_code, answer.json()["field"]) == (422, "conditions.all[1].value")


async def test_an_agent_does_not_share_with_all(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db))

    body = {"name": "x", "conditions": WAITING, "scope": "all"}

    assert (await visitor.post("/saved-views", body)).status_code == 403


async def test_somebody_elses_view_is_not_there(db: Session, visitor: Visitor) -> None:
    view = await a_view(db, await an_actor(db))
    visitor.enter(await an_entry(db, role="administrator"))

    pinned = await visitor.put("/saved-views/pins", {"views": [str(view.id)]})

    assert (await visitor.get(f"/saved-views/{view.id}")).status_code == 404
    assert (pinned.status_code, pinned.json()["field"]) == (422, "views")


async def test_views_are_listed_in_the_same_queries_for_any_number(
    db: Session, visitor: Visitor
) -> None:
    entry = await an_entry(db)
    admin = await an_actor(db, role="administrator")
    for number in range(30):
        await a_view(db, admin, f"v{number}", scope="all")
    visitor.enter(entry)
    counts = []

    for limit in (1, 25, 100):
        with counted(db) as statements:
            await visitor.get("/saved-views", params={"limit": limit})
        counts.append(len(statements))

    assert len(set(counts)) == 1


def test_now_is_the_moment_of_asking(clock: FrozenClock) -> None:
    clause = condition_clause(a_test("waiting", "longer_than_minutes", 5))

    assert now() - timedelta(minutes=5) in clause.compile().params.values()
