from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import a_department
from kefu.identity.tests.visiting import counted
from kefu.workflows import open_tasks
from kefu.workflows.routes_cases import case_router, task_router
from kefu.workflows.routes_processes import router
from kefu.workflows.tests.drawings import END, START, drawing, step, user
from kefu.workflows.tests.factories import KEY, a_case

XML = drawing(
    START,
    END,
    user("inspect", "grade:choice!", department="质检部", hours="4"),
    flows=["start>inspect", "inspect>end"],
)
BROKEN = drawing(START, END, user("a"), flows=["start>a"])


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, case_router, task_router) as desk:
        yield desk


async def test_a_process_is_drawn_published_and_taken_back(desk: Desk) -> None:
    await desk.sign_in("administrator")
    assert (await desk.post("/processes", {"key": KEY, "name": "退货"})).status_code == 201

    draft = await desk.put(f"/processes/{KEY}/draft", {"xml": BROKEN})
    assert "one_way_out" in {finding["code"] for finding in draft.json()["findings"]}
    refused = await desk.post(f"/processes/{KEY}/versions", {"xml": BROKEN})
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["element"]

    for why in ("", "再改"):
        published = await desk.post(f"/processes/{KEY}/versions", {"xml": XML, "why": why})
        assert published.status_code == 201
    back = await desk.put(f"/processes/{KEY}/versions/1/force", {"why": "改错了"})
    assert back.json() == {"number": 1}

    detail = (await desk.get(f"/processes/{KEY}")).json()
    assert detail["draft"] is None
    assert [(one["number"], one["in_force"]) for one in detail["versions"]] == [
        (2, False),
        (1, True),
    ]
    assert [one["why"] for one in detail["releases"]] == ["改错了", "再改", ""]
    assert (await desk.get(f"/processes/{KEY}/versions/2")).json()["xml"] == XML


async def test_findings_are_shown_without_keeping_anything(desk: Desk) -> None:
    await desk.sign_in("administrator")

    found = await desk.post("/processes/findings", {"xml": "<!DOCTYPE a><a/>"})

    assert [one["code"] for one in found.json()] == ["forbidden_xml"]
    assert (await desk.get("/processes")).json() == []


@pytest.mark.parametrize("body", [{}, {"xml": ""}, {"xml": 1}, {"xml": "a\x00b"}, {"x": "y"}])
async def test_odd_drawings_are_refused_by_their_field(desk: Desk, body: object) -> None:
    await desk.sign_in("administrator")

    refused = await desk.post("/processes/findings", body)

    assert refused.status_code == 422


async def test_only_heads_change_processes(desk: Desk) -> None:
    await desk.sign_in("senior_agent")

    assert (await desk.post("/processes", {"key": KEY, "name": "退货"})).status_code == 403
    assert (await desk.get("/processes")).status_code == 200


async def test_a_department_takes_and_does_its_task(desk: Desk, db: Session) -> None:
    department = await a_department(db, "质检部")
    case = await a_case(db, XML)
    inspector = await desk.sign_in("other_department", department_id=department.id)
    assert (await desk.get("/case-tasks/counts")).json() == {
        "mine": 0,
        "department": 1,
        "overdue": 0,
    }

    (found,) = (await desk.get("/case-tasks?box=department")).json()["items"]
    claimed = (await desk.put(f"/case-tasks/{found['id']}/claim")).json()
    assert claimed["owner"]["id"] == str(inspector.id)
    path = f"/case-tasks/{found['id']}/completion"
    refused = await desk.put(path, {"form": {"grade": "z"}})
    assert refused.json()["field"] == "form.grade"
    done = (await desk.put(path, {"form": {"grade": "a"}})).json()
    again = await desk.put(path, {"form": {"grade": "a"}})

    assert (done["closed"], done["form"]) == ("done", {"grade": "a"})
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    detail = (await desk.get(f"/cases/{case.id}")).json()
    assert (detail["state"], detail["outcome"]) == ("ended", "end")
    assert [stay["node"] for stay in detail["stays"]] == ["start", "inspect", "end"]
    (done_row,) = (await desk.get("/case-tasks?box=mine&state=done")).json()["items"]
    assert done_row["id"] == found["id"]


async def test_other_departments_see_nothing_of_it(desk: Desk, db: Session) -> None:
    await a_department(db, "质检部")
    case = await a_case(db, XML)
    (task,) = await open_tasks(db, case.subject)
    await desk.sign_in("other_department", department_id=(await a_department(db)).id)

    assert (await desk.get("/cases")).json()["items"] == []
    assert (await desk.get(f"/cases/{case.id}")).status_code == 404
    assert (await desk.get(f"/case-tasks/{task.id}")).status_code == 404
    assert (await desk.put(f"/case-tasks/{task.id}/claim")).status_code == 404


async def test_who_serves_sees_the_task_but_does_not_do_it(desk: Desk, db: Session) -> None:
    await a_department(db, "质检部")
    case = await a_case(db, XML)
    (task,) = await open_tasks(db, case.subject)
    await desk.sign_in("agent")

    assert (await desk.get(f"/case-tasks/{task.id}")).status_code == 200
    assert (await desk.put(f"/case-tasks/{task.id}/claim")).status_code == 403
    assert (await desk.put(f"/cases/{case.id}/cancellation")).status_code == 403


async def test_a_task_with_a_page_of_its_own_is_not_done_in_the_inbox(
    desk: Desk, db: Session
) -> None:
    xml = drawing(START, END, user("a", screen="returns"), flows=["start>a", "a>end"])
    case = await a_case(db, xml)
    (task,) = await open_tasks(db, case.subject)
    await desk.sign_in("administrator")

    refused = await desk.put(f"/case-tasks/{task.id}/completion", {"form": {}})

    assert (refused.status_code, refused.json()["code"]) == (409, "own_screen")


async def test_a_leader_ends_and_repeats_cases(desk: Desk, db: Session) -> None:
    open_case = await a_case(db, XML)
    xml = drawing(
        START,
        END,
        step("pay", "test.refuse", [("how", "conflict")]),
        flows=["start>pay", "pay>end"],
    )
    stuck = await a_case(db, xml)
    await desk.sign_in("shift_leader")

    ended = (await desk.put(f"/cases/{open_case.id}/cancellation")).json()
    repeated = (await desk.put(f"/cases/{stuck.id}/repetition")).json()
    found = (await desk.get("/cases?state=stuck")).json()["items"]

    assert ended["state"] == "cancelled"
    assert repeated["state"] == "stuck"
    assert repeated["waits"][0]["attempts"] == 1
    assert [row["id"] for row in found] == [str(stuck.id)]


async def test_the_map_needs_a_sensible_period(desk: Desk, db: Session) -> None:
    await a_case(db, XML)
    await desk.sign_in("department_head")

    shown = (await desk.get(f"/processes/{KEY}/map")).json()
    refused = await desk.get(
        f"/processes/{KEY}/map?since=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z"
    )

    assert {node["node"]: node["open"] for node in shown["nodes"]}["inspect"] == 1
    assert refused.json()["field"] == "since"


@pytest.mark.parametrize("path", ["/cases", "/case-tasks?box=all"])
async def test_lists_ask_the_same_for_one_row_and_for_many(
    desk: Desk, db: Session, path: str
) -> None:
    await desk.sign_in("administrator")
    await a_case(db, XML)
    with counted(db) as one:
        await desk.get(path)
    for _ in range(24):
        await a_case(db, XML)

    with counted(db) as many:
        answer = await desk.get(path)

    assert len(answer.json()["items"]) == 25
    assert len(one) == len(many)


async def test_pages_follow_each_other(desk: Desk, db: Session, clock: FrozenClock) -> None:
    await desk.sign_in("administrator")
    for _ in range(5):
        await a_case(db, XML)
        clock.advance(timedelta(minutes=1))

    for path in ("/cases?limit=2", "/case-tasks?box=all&limit=2"):
        seen = []
        page = (await desk.get(path)).json()
        seen += [row["id"] for row in page["items"]]
        while page["next_cursor"]:
            page = (await desk.get(f"{path}&cursor={page['next_cursor']}")).json()
            seen += [row["id"] for row in page["items"]]
        assert len(seen) == len(set(seen)) == 5
    assert (await desk.get(f"/cases/{uuid7()}")).status_code == 404


async def test_advancing_a_case_takes_as_many_statements_however_many_there_are(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("administrator")
    xml = drawing(
        START,
        END,
        user("first", "grade:choice!", hours="4"),
        user("second", "grade:choice!", hours="4"),
        flows=["start>first", "first>second", "second>end"],
    )
    counts = []
    for more in (1, 25):
        cases = [await a_case(db, xml) for _ in range(more)]
        (task,) = await open_tasks(db, cases[0].subject)
        path = f"/case-tasks/{task.id}/completion"
        await db.flush()
        db.expunge_all()
        with counted(db) as statements:
            done = await desk.put(path, {"form": {"grade": "a"}})
        counts.append(len(statements))
        assert done.status_code == 200, done.text

    assert counts[0] == counts[1] <= 16
