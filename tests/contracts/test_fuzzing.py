"""Whatever the OpenAPI document allows, and what it does not: no 500, and the answers it promises.

`KEFU_FUZZ_SECONDS` says for how long, 180 by default; the tests share it.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kefu.core.embedded import EmbeddedServer
from kefu.core.ids import uuid7
from kefu.core.testing import TEMPLATE
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE, permissions_table
from kefu.identity.tests.factories import an_entry
from tests.house import House, a_house

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("KEFU_FUZZ_SECONDS", "180"))
SHARES = {"administrator": 0.6, "visitor": 0.15, "anonymous": 0.25}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
UNAVAILABLE = 503
NO_REQUEST = "Invalid HTTP request received."
"""What the server says of a line too long to be one, before the application sees it."""
NOT_TRIED = {
    "DELETE /api/v1/session": "it ends the session that tries everything else",
    "POST /api/v1/socket/poll": "it waits 25 s for news; test_bad_frames tries it",
}
CASES = 6


@dataclass
class Target:
    """A running house and those who ask it."""

    url: str
    document: dict[str, Any]
    headers: dict[str, dict[str, str]]
    known: dict[str, str]
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)


class Running:
    """A house on a thread of its own, so that synchronous tests can ask it."""

    def __init__(self, url: str, var: Path) -> None:
        self._url, self._var = url, var
        self._done = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.target: Target | None = None

    async def _serve(self) -> None:
        try:
            async with a_house(self._url, self._var) as house:
                self.target = await people_in(house)
                self._begun.set()
                await asyncio.to_thread(self._done.wait)
        finally:
            self._begun.set()

    def __enter__(self) -> Target:
        self._thread.start()
        assert self._begun.wait(120)
        assert self.target is not None
        return self.target

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(60)


async def people_in(house: House) -> Target:
    """Somebody of each kind, and the ids of things that are there."""
    guest = await house.guest(name="王小明")
    async with house.database.transaction() as db:
        entry = await an_entry(db, role="administrator")
    cookies = f"{SESSION_COOKIE}={entry.token}; {CSRF_COOKIE}={entry.csrf}"
    return Target(
        house.url,
        house.app.openapi(),
        {
            "administrator": {"Cookie": cookies, CSRF_HEADER: entry.csrf},
            "visitor": {"Authorization": f"Bearer {guest.token}"},
            "anonymous": {},
        },
        {
            "conversation_id": guest.conversation,
            "conversation": guest.conversation,
            "customer_id": guest.customer,
            "inbox": guest.inbox,
            "inbox_id": guest.inbox,
        },
    )


@pytest.fixture(scope="module")
def target(
    database_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    name = f"fuzz_{uuid7().hex}"
    database_server.clone_database(TEMPLATE, name)
    with Running(database_server.url_of(name), tmp_path_factory.mktemp("fuzz")) as made:
        yield made
    database_server.drop_database(name)


@pytest.mark.parametrize("who", SHARES)
def test_every_route_keeps_what_its_document_promises(target: Target, who: str) -> None:
    schema = schemathesis.openapi.from_dict(target.document)
    found = [operation.ok() for operation in schema.get_all_operations()]  # type: ignore[union-attr]
    operations = [operation for operation in found if is_tried(operation, who)]
    ends = time.monotonic() + SECONDS * SHARES[who]

    for number, operation in enumerate(operations):
        left = ends - time.monotonic()
        tried(target, who, operation, seconds=left / (len(operations) - number))

    assert not target.found, "\n\n".join(target.found)
    assert [one.label for one in operations if not target.asked[who, one.label]] == []


def is_tried(operation: Any, who: str) -> bool:
    name = f"{operation.method.upper()} {operation.path}"
    row = permissions_table().routes.get(name)
    return name not in NOT_TRIED and (who == "administrator" or row in ("visitor", "public"))


def tried(target: Target, who: str, operation: Any, *, seconds: float) -> None:
    """Ask one operation in many ways for some time; what is wrong goes to `target.found`."""
    ends = time.monotonic() + seconds
    modes = [
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        judge(target, who, case, real=real)

    try:
        for number in count():
            seed(crc32(f"{who} {operation.label} {number}".encode()))(ask)()
            if time.monotonic() >= ends:
                break
    except (Exception, FailureGroup) as error:  # noqa: BLE001 - it belongs to this operation
        target.found.append(f"{who}: {operation.label}: {str(error)[:1500]}")


def judge(target: Target, who: str, case: Any, *, real: bool) -> None:
    """One request, and whether its answer is as promised."""
    if real:
        given = case.path_parameters or {}
        case.path_parameters = given | {
            name: value for name, value in target.known.items() if name in given
        }
    target.asked[who, case.operation.label] += 1
    response = case.call(base_url=target.url, headers=target.headers[who], timeout=30)
    if response.text == NO_REQUEST:
        return
    if response.status_code != UNAVAILABLE or "database_away" in response.text:
        case.validate_response(response, checks=CHECKS, headers=target.headers[who])
