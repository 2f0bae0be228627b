"""Two web processes and a worker on Redis, behind the proxy of the how-to."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kefu.core.embedded import EmbeddedServer
from kefu.core.testing import a_reachable_folder
from kefu.core.tests.redis_server import RedisServer, redis_server
from kefu.entry.tests.serving import QUICK, free_port, is_up, wait_for
from tests.faults.load import Load, until

pytestmark = pytest.mark.slow
HOW_TO = Path(__file__).resolve().parents[2] / "docs/how-to/run-on-many-machines.md"
NGINX_MISSING = "nginx is missing: sudo apt-get install nginx-light"


class Machine:
    """One process on a machine of its own, as far as it can tell."""

    def __init__(self, program: str, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self._program = program
        self._log = folder / f"{program}-{self.port}.log"
        given = {"KEFU_VAR": str(folder), "KEFU_PORT": str(self.port)}
        self._environment = os.environ | QUICK | given | settings
        self.process = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "kefu", self._program],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]

    def is_ready(self) -> bool:
        return is_up(f"{self.url}/readyz")

    def sockets(self) -> float:
        """How many clients it holds."""
        lines = httpx.get(f"{self.url}/metrics", timeout=10).text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("kefu_sockets{"))

    def kill(self) -> None:
        """Kill it the hard way."""
        self.process.kill()
        self.process.wait(30)

    def start(self) -> None:
        """Start it again, at the same place."""
        self.process = self._launch()
        wait_for(self.is_ready, why=self.said)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Site:
    """The machines, and the address that people know."""

    url: str
    webs: list[Machine]
    redis: RedisServer
    database: str


@contextmanager
def nginx(folder: Path, port: int, backends: list[int]) -> Iterator[None]:
    """The how-to's own configuration, on ports of this machine."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip(NGINX_MISSING)
    found = re.search(r"^```nginx\n(.*?)^```", HOW_TO.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    site = found[1].replace("listen 80;", f"listen 127.0.0.1:{port};")
    for number, backend in enumerate(backends, start=1):
        site = site.replace(f"10.0.0.1{number}:8180", f"127.0.0.1:{backend}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{site}\n}}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_up(f"http://127.0.0.1:{port}/readyz"))
        yield
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture(scope="module")
def site(server: EmbeddedServer) -> Iterator[Site]:
    folder = a_reachable_folder("site")
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(folder))
        given = {"KEFU_DATABASE_URL": server.url, "KEFU_REDIS_URL": redis.url}
        webs = [Machine("web", folder, **given) for _ in range(2)]
        worker = Machine("worker", folder, **given)
        for machine in (*webs, worker):
            stack.callback(machine.stop)
        for web in webs:
            wait_for(web.is_ready, seconds=120, why=web.said)
        port = free_port()
        stack.enter_context(nginx(folder, port, [web.port for web in webs]))
        yield Site(f"http://127.0.0.1:{port}", webs, redis, server.url)
    shutil.rmtree(folder, ignore_errors=True)


async def test_a_pair_talks_whose_ends_are_at_different_processes(site: Site) -> None:
    one, other = site.webs
    async with Load(site.database, customers=one.url, agents=other.url) as load:
        load.talk()
        await load.reach(80)

        await load.hush()
        await load.check()


async def test_clients_of_a_killed_process_resume_on_the_other(site: Site) -> None:
    one, other = site.webs
    async with Load(site.database, customers=site.url, pairs=6, addresses=True) as load:
        load.talk()
        await load.reach(60)
        held = await asyncio.to_thread(one.sockets)

        await asyncio.to_thread(one.kill)

        await load.reach(60)
        assert 0 < held < len(load.ends)
        await until(lambda: other.sockets() == len(load.ends), why=load.standing)
        await load.hush()
        await load.check()
    await asyncio.to_thread(one.start)


async def test_without_redis_messages_stay_and_arrive(site: Site) -> None:
    one, other = site.webs
    async with Load(site.database, customers=one.url, agents=other.url) as load:
        load.talk()
        await load.reach(40)

        await asyncio.to_thread(site.redis.stop)
        await load.reach(40)
        await asyncio.to_thread(site.redis.start)

        await load.reach(40)
        await load.hush()
        await load.check()


async def test_without_redis_the_heartbeat_tells_what_was_missed(site: Site) -> None:
    one, other = site.webs
    await asyncio.to_thread(site.redis.stop)
    async with Load(site.database, customers=one.url, agents=other.url, pairs=2) as load:
        load.talk()
        await load.reach(20)
        await load.hush()

        await load.check()
    await asyncio.to_thread(site.redis.start)
