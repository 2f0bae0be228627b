"""Running processes: 10,000 cases on one drawing, and how long it takes to advance one of them.

`measure(system, scale, report)` is called by the commerce bench; it wants a running system.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from uuid import UUID

import httpx
import psycopg

from bench.results import Report, percentile
from bench.system import System
from kefu.core.db import Database
from kefu.core.ids import uuid7
from kefu.identity import create_administrator
from kefu.identity.keys import hash_of
from kefu.workflows import publish_process, start_case

TOKEN = "kefu_bench_processes_for_loopback_only"  # noqa: S105 - a bench's own
KEY = "bench-return"
NODES = ("apply", "review", "send_back", "inspect", "refund")
SCOPES = '["case.read","case.read_all","case.steer","case.analyse","case_task.do","process.read"]'
BAR_MS = 50


def drawing() -> str:
    """Five people's tasks in a row, a choice, a reminder and a way to call it off."""
    fields = '<kefu:field key="outcome" type="choice" options="ok;again" required="true"/>'
    tasks = "".join(
        f'<bpmn:userTask id="{name}" kefu:hours="24"><bpmn:extensionElements>{fields}'
        f"</bpmn:extensionElements></bpmn:userTask>"
        for name in NODES
    )
    reminder = (
        '<bpmn:boundaryEvent id="late" attachedToRef="send_back" cancelActivity="false">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration>"
        '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="reminded"/>'
    )
    pairs = [("start", "apply"), *itertools.pairwise(NODES), ("late", "reminded")]
    pairs.remove(("inspect", "refund"))
    pairs += [("inspect", "judged"), ("judged", "refund"), ("refund", "done")]
    flows = "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs
    )
    again = (
        '<bpmn:sequenceFlow id="again" sourceRef="judged" targetRef="inspect">'
        "<bpmn:conditionExpression>outcome == 'again'</bpmn:conditionExpression>"
        "</bpmn:sequenceFlow>"
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:kefu="urn:kefu:bpmn" id="d" targetNamespace="urn:kefu">'
        '<bpmn:process id="p" name="bench" isExecutable="true"><bpmn:startEvent id="start"/>'
        f'<bpmn:endEvent id="done"/>{tasks}{reminder}'
        f'<bpmn:exclusiveGateway id="judged" default="judged_refund"/>{flows}{again}'
        "</bpmn:process></bpmn:definitions>"
    )


# The first case is started by the verb, the others are its copies under ids of their own: what
# advancing one costs depends on how many rows there are, not on how they came.
COPIES = (
    (
        "insert into process_cases select (jsonb_populate_record(c, jsonb_build_object("
        "'id', gen_random_uuid(), 'subject', gen_random_uuid()))).* "
        "from process_cases c cross join generate_series(2, %(count)s) where c.id = %(case)s"
    ),
    (
        "insert into case_tasks select (jsonb_populate_record(t, jsonb_build_object("
        "'id', gen_random_uuid(), 'case_id', c.id, 'subject', c.subject))).* "
        "from case_tasks t join process_cases c on c.process_key = t.process_key "
        "where t.case_id = %(case)s and c.id <> t.case_id"
    ),
    (
        "insert into case_visits select (jsonb_populate_record(v, jsonb_build_object("
        "'id', gen_random_uuid(), 'case_id', c.id))).* "
        "from case_visits v join process_cases c on c.process_key = v.process_key "
        "and c.id <> v.case_id where v.case_id = %(case)s"
    ),
    "analyze process_cases",
    "analyze case_tasks",
    "analyze case_visits",
)


async def begin_cases(url: str) -> tuple[UUID, UUID]:
    """An administrator, the drawing in force, and one case on it."""
    database = Database(url)
    try:
        async with database.transaction() as db:
            agent = await create_administrator(
                db, name="Bench", email=f"{uuid7()}@bench.kefu", password=f"{uuid7()}"
            )
            await publish_process(db, KEY, drawing(), by=None)
            case = await start_case(db, KEY, subject_kind="return", subject=uuid7())
        return agent.id, case.id
    finally:
        await database.close()


def measure(system: System, scale: str, report: Report) -> None:
    """Add the figures of processes to the report."""
    count = 10_000 if scale == "full" else 500
    agent, case = asyncio.run(begin_cases(system.conninfo))
    with psycopg.connect(system.conninfo, autocommit=True) as db:
        db.execute(
            "insert into tokens (id,agent_id,name,prefix,token_hash,scopes,created_at) "
            "values (%s,%s,'bench','kefu',%s,%s,now()) "
            "on conflict (token_hash) do update set agent_id = excluded.agent_id",
            (uuid7(), agent, hash_of(TOKEN), SCOPES),
        )
        for statement in COPIES:
            db.execute(statement, {"count": count, "case": case})
        found = db.execute(
            "select count(*) from process_cases where process_key = %s", (KEY,)
        ).fetchone()
    assert found is not None
    report.note("processes: running cases", found[0], "cases")
    client = httpx.Client(
        base_url=f"{system.url}/api/v1", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60
    )
    with client:
        advanced, map_ms, list_ms = advance(client, system.conninfo, 60 if count < 1000 else 400)
    report.at_most("processes: advancing a case, p95", percentile(advanced, 0.95), "ms", BAR_MS)
    report.note("processes: advancing a case, p50", percentile(advanced, 0.5), "ms")
    report.note("processes: map over all cases", map_ms, "ms")
    report.note("processes: list of tasks, p95", list_ms, "ms")


def advance(client: httpx.Client, conninfo: str, rounds: int) -> tuple[list[float], float, float]:
    """Complete random open tasks over HTTP, as people do; milliseconds from request to answer."""
    times: list[float] = []
    dice = random.Random(12)
    with psycopg.connect(conninfo, autocommit=True) as db:
        for _ in range(rounds):
            rows = db.execute(
                "select id from case_tasks where process_key = %s and closed_at is null "
                "and id > %s order by id limit 1",
                (KEY, UUID(int=dice.getrandbits(128))),
            ).fetchall()
            for (task,) in rows:
                began = time.perf_counter()
                answer = client.put(
                    f"/case-tasks/{task}/completion", json={"form": {"outcome": "ok"}}
                )
                times.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, answer.text
    listed = [timed(client, "/case-tasks?box=all&limit=50") for _ in range(20)]
    return times[5:], timed(client, f"/processes/{KEY}/map"), percentile(listed, 0.95)


def timed(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return (time.perf_counter() - began) * 1000
