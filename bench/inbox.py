"""A big inbox: lists, conversations and searches over HTTP, and the number of queries of a page."""

from __future__ import annotations

import random
import time

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from bench.inbox_load import COMMON, MIDDLE, RARE, load
from bench.results import Report, calibrate, percentile
from bench.system import VAR, System, begin
from kefu.core.ids import uuid7
from kefu.identity.keys import hash_of

TOKEN = "kefu_bench_inbox_token_for_loopback_only"  # noqa: S105 - a bench's own
PACE = {"KEFU_TOKEN_PER_MINUTE": "1000000", "KEFU_ADDRESS_PER_MINUTE": "1000000"}
ROUNDS = 200
SCOPES = '["conversation.read","message.search"]'


def prepared(scale: str) -> System:
    """The system with its data, loaded once and kept."""
    done = VAR / f"inbox-{scale}" / "loaded"
    system = begin(f"inbox-{scale}", fresh=not done.exists(), settings=PACE)
    system.wait_ready()
    if not done.exists():
        began = time.monotonic()
        load(system.conninfo, scale)
        done.write_text(f"{time.monotonic() - began:.0f}")
        print(f"  loaded in {time.monotonic() - began:.0f} s")
    return system


def client_of(system: System, role: str, number: int) -> httpx.Client:
    """An API client acting for one of the bench's agents in a role."""
    token = f"{TOKEN}_{role}"
    with psycopg.connect(system.conninfo) as db:
        agent = db.execute(
            "update agents set role_id = (select id from roles where key = %s) "
            "where email = %s returning id", (role, f"big{number}@kefu.test"),
        ).fetchone()  # fmt: skip
        assert agent is not None
        db.execute(
            "insert into tokens (id,agent_id,name,prefix,token_hash,scopes,created_at) values "
            "(%s,%s,'bench','kefu',%s,%s,now()) "
            "on conflict (token_hash) do update set scopes = excluded.scopes",
            (uuid7(), agent[0], hash_of(token), SCOPES),
        )  # fmt: skip
    return httpx.Client(
        base_url=system.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
    )


def timed(client: httpx.Client, path: str, **params: object) -> tuple[float, dict[str, object]]:
    """Milliseconds and the answer."""
    began = time.perf_counter()
    answer = client.get(path, params=params)  # type: ignore[arg-type]
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return took, answer.json()


def lists(clients: list[httpx.Client], labels: list[str]) -> list[float]:
    """Lists of each view and each label, in turn, for each role."""
    took = []
    asked: list[dict[str, str]] = [{"view": view} for view in ("mine", "waiting", "team", "all")]
    asked += [{"view": "all", "label": label} for label in labels]
    for number in range(ROUNDS):
        params = asked[number % len(asked)]
        if "label" in params and number % 2:
            params = params | {"status": "closed"}
        took.append(timed(clients[number % len(clients)], "/api/v1/conversations", **params)[0])
    return took


def opened(client: httpx.Client, ids: list[str]) -> list[float]:
    return [timed(client, f"/api/v1/conversations/{one}")[0] for one in ids]


def searches(clients: list[httpx.Client]) -> dict[str, list[float]]:
    """Rare, middle and common words, half of them with a second one."""
    took: dict[str, list[float]] = {"rare": [], "middle": [], "common": []}
    words = {"rare": RARE, "middle": MIDDLE, "common": COMMON}
    for number in range(ROUNDS):
        name = list(words)[number % 3]
        asked = words[name] + (" 快递" if number % 2 and name != "rare" else "")
        asked += " 吊坠" if number % 2 and name == "rare" else ""
        client = clients[number % len(clients)]
        took[name].append(timed(client, "/api/v1/search/messages", q=asked)[0])
    return took


def queries(system: System) -> float:
    """Statements that the database executed so far, by the web process's own count."""
    text = httpx.get(f"{system.url}/metrics", timeout=10).text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "kefu_queries_total":
                return sample.value
    return 0.0


def per_page(system: System, client: httpx.Client) -> list[float]:
    """Queries for a page of 1, 25 and 100 rows."""
    found = []
    for limit in (1, 25, 100):
        before = queries(system)
        timed(client, "/api/v1/conversations", view="all", status="closed", limit=limit)
        found.append(queries(system) - before)
    return found


def run(scale: str) -> Report:
    """The whole bench."""
    report = Report("inbox", scale)
    system = prepared(scale)
    try:
        calibrate(report, system.conninfo)
        measure(system, report)
    finally:
        system.stop()
    return report


def measure(system: System, report: Report) -> None:
    dice = random.Random(11)
    clients = [
        client_of(system, role, n)
        for n, role in enumerate(("administrator", "agent", "shift_leader"))
    ]
    labels, sample, longest, size = _known(system)
    report.note("database", size / 1e9, "GB")
    lists(clients, labels)
    report.at_most("lists p95", percentile(lists(clients, labels), 0.95), "ms", 50)
    ids = [*dice.sample(sample, ROUNDS - 1), longest]
    opened(clients[0], ids[:20])
    report.at_most("conversations opened p95", percentile(opened(clients[0], ids), 0.95), "ms", 30)
    searches(clients)
    found = searches(clients)
    for name, took in found.items():
        report.note(f"search {name} p95", percentile(took, 0.95), "ms")
    together = [one for took in found.values() for one in took]
    report.at_most("searches p95", percentile(together, 0.95), "ms", 300)
    pages = per_page(system, clients[0])
    report.at_most("queries differ between 1, 25 and 100 rows", max(pages) - min(pages), "", 0)
    report.note("queries for a page", pages[1], "")


def _known(system: System) -> tuple[list[str], list[str], str, int]:
    """Labels, some conversations, the longest one, and the database's size in bytes."""
    with psycopg.connect(system.conninfo) as db:
        labels = [str(row[0]) for row in db.execute("select id from labels")]
        some = "select id from conversations tablesample system (1) limit 4000"
        sample = [str(row[0]) for row in db.execute(some)]
        row = db.execute(
            "select (select id from conversations order by last_seq desc limit 1), "
            "pg_database_size(current_database())"
        ).fetchone()
    assert row is not None
    return labels, sample, str(row[0]), int(row[1])
