from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import kinds_recorded
from kefu.workflows import BadProcess, process_file, publish_process
from kefu.workflows.access_processes import version_for
from kefu.workflows.built_in import publish_built_in
from kefu.workflows.listing_processes import releases_of
from kefu.workflows.model_processes import Process, ProcessVersion
from kefu.workflows.offering import OFFERED
from kefu.workflows.publishing import create_process, discard_draft, roll_back, save_draft
from kefu.workflows.tests.drawings import END, START, choice, drawing, parallel, user
from kefu.workflows.tests.factories import KEY

FIRST = drawing(START, END, user("a"), flows=["start>a", "a>end"], name="第一")
SECOND = drawing(START, END, user("b"), flows=["start>b", "b>end"])
BROKEN = drawing(START, END, user("a"), flows=["start>a"])


async def the_process(db: Session) -> Process:
    process = await db.scalar(select(Process).where(Process.key == KEY))
    assert process is not None
    return process


async def test_versions_are_numbered_and_the_newest_is_in_force(db: Session) -> None:
    agent = await an_agent(db)
    first = await publish_process(db, KEY, FIRST, by=agent.id)
    second = await publish_process(db, KEY, SECOND, by=agent.id, why="短一点")

    process = await the_process(db)
    assert (first.number, second.number) == (1, 2)
    assert process.current_id == second.id
    assert process.name == "第一"
    assert [(number, release.why) for release, number in await releases_of(db, process)] == [
        (2, "短一点"),
        (1, ""),
    ]
    assert (await kinds_recorded(db))[-2:] == ["process.published", "process.published"]


async def test_a_drawing_with_findings_is_not_put_into_force(db: Session) -> None:
    with pytest.raises(BadProcess) as refused:
        await publish_process(db, KEY, BROKEN, by=None)

    problem = refused.value.problem()
    assert problem["code"] == "bad_process"
    assert {"one_way_out"} <= {finding["code"] for finding in problem["findings"]}
    assert await db.scalar(select(Process)) is None


@pytest.mark.parametrize("language", ["", ' scriptFormat="python"', ' scriptFormat="javascript"'])
async def test_code_in_a_drawing_is_refused_at_its_element_and_never_run(
    db: Session, tmp_path: Path, language: str
) -> None:
    trace = tmp_path / "trace"
    code = f"open({str(trace)!r}, 'w').close()"
    xml = drawing(
        START,
        END,
        f'<bpmn:scriptTask id="evil"{language}><bpmn:script>{code}</bpmn:script></bpmn:scriptTask>',
        flows=["start>evil", "evil>end"],
    )

    with pytest.raises(BadProcess) as refused:
        await publish_process(db, KEY, xml, by=None)

    found = refused.value.problem()["findings"]
    assert ("script", "evil") in {(one["code"], one["element"]) for one in found}
    assert await db.scalar(select(Process)) is None
    assert not trace.exists()


async def test_a_drawing_that_would_wait_for_ever_is_refused_at_its_element(db: Session) -> None:
    xml = drawing(
        START,
        END,
        choice("which", "which_b"),
        user("a", "x"),
        user("b"),
        parallel("join"),
        flows=["start>which", "which>a:x == '1'", "which>b", "a>join", "b>join", "join>end"],
    )

    with pytest.raises(BadProcess) as refused:
        await publish_process(db, KEY, xml, by=None)

    found = refused.value.problem()["findings"]
    assert [(one["code"], one["element"]) for one in found] == [("join_behind_choice", "join")]
    assert await db.scalar(select(Process)) is None


async def test_an_older_version_comes_into_force_again(db: Session) -> None:
    await publish_process(db, KEY, FIRST, by=None)
    await publish_process(db, KEY, SECOND, by=None)
    process = await the_process(db)
    first = await version_for(db, process, 1)

    await roll_back(db, process, first, by=None, why="新版有误")

    assert process.current_id == first.id
    with pytest.raises(Conflict):
        await roll_back(db, process, first, by=None, why="")
    assert len((await db.scalars(select(ProcessVersion))).all()) == 2


async def test_a_draft_may_be_unsound_but_must_be_readable(db: Session) -> None:
    process = await create_process(db, KEY, "试用", by=None)
    findings = await save_draft(db, process, BROKEN, by=None)
    assert [finding.code for finding in findings] == ["no_way_in", "one_way_out", "no_way_to_end"]
    assert process.draft == BROKEN

    with pytest.raises(BadProcess):
        await save_draft(db, process, "<a>", by=None)
    assert process.draft == BROKEN

    await discard_draft(db, process, by=None)
    assert process.draft is None


async def test_publishing_ends_the_draft(db: Session) -> None:
    await publish_process(db, KEY, FIRST, by=None)
    process = await the_process(db)
    await save_draft(db, process, SECOND, by=None)

    await publish_process(db, KEY, SECOND, by=None)

    assert process.draft is None


@pytest.mark.parametrize("key", ["", "A", "退货", "a b", "a" * 41])
async def test_a_key_is_a_short_word(db: Session, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        await create_process(db, key, "试用", by=None)

    assert refused.value.field == "key"


async def test_a_shipped_drawing_is_published_once_and_never_overwritten(
    db: Session, tmp_path: Path
) -> None:
    path = tmp_path / "shipped.bpmn"
    path.write_text(FIRST, encoding="utf-8")
    process_file("shipped", path, zh="随附", en="Shipped")
    try:
        assert "shipped" in await publish_built_in(db)
        await publish_process(db, "shipped", SECOND, by=None)
        assert "shipped" not in await publish_built_in(db)
    finally:
        del OFFERED.files["shipped"]

    process = await db.scalar(select(Process).where(Process.key == "shipped"))
    assert process is not None
    assert process.name == "随附"


async def test_a_shipped_drawing_that_is_unsound_does_not_stop_the_others(
    db: Session, tmp_path: Path
) -> None:
    for key, xml in (("shipped-bad", BROKEN), ("shipped-good", FIRST)):
        path = tmp_path / f"{key}.bpmn"
        path.write_text(xml, encoding="utf-8")
        process_file(key, path, zh="随附", en="Shipped")
    try:
        published = await publish_built_in(db)
    finally:
        del OFFERED.files["shipped-bad"], OFFERED.files["shipped-good"]

    assert "shipped-good" in published
    assert "shipped-bad" not in published
