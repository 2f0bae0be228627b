"""Pairs of customers and agents who talk without a pause, through clients that resume."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import psycopg

from kefu.conversations.tests.factories import an_inbox
from kefu.core.db import Database, libpq_url
from kefu.core.ids import uuid7
from kefu.entry.replaying.public_api import PublicApi
from kefu.entry.replaying.socket_client import SocketClient
from kefu.identity import actor_for_agent
from kefu.identity.tests.factories import an_agent
from kefu.identity.tokens import create_token

SECONDS = 90
SCOPES = ["message.send", "conversation.read", "conversation.claim"]
AT_ONCE = 2
PAUSE = 0.05

TABLE = (
    "select conversation_id::text, id::text, seq, text from messages "
    "where conversation_id = any(%s) order by conversation_id, seq"
)


@dataclass
class End:
    """One side of a talk: what it was promised, what it sees."""

    name: str
    conversation: str
    client: SocketClient
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def chatter(self, stop: asyncio.Event) -> None:
        """Say something again and again; each is waited for, through whatever happens."""
        while not stop.is_set():
            identifier = str(uuid7())
            text = f"{self.name} {identifier}"
            ack = await self.client.say(self.conversation, text, identifier=identifier)
            self.acknowledged[identifier] = (ack["seq"], text)
            await asyncio.sleep(PAUSE)

    def sees(self) -> list[str]:
        thread = self.client.threads[self.conversation]
        return [message["text"] for message in thread.in_order()]

    def sees_all(self, said: list[str]) -> bool:
        return self.sees() == said

    def standing(self, said: list[str]) -> str:
        return f"{self.name} sees {len(self.sees())} of {len(said)}"


class Load:
    """The pairs; customers may come by another address than agents."""

    def __init__(
        self,
        url: str,
        *,
        customers: str,
        agents: str = "",
        pairs: int = 4,
        addresses: bool = False,
    ) -> None:
        self._url = url
        self._customers, self._agents = customers, agents or customers
        self._pairs = pairs
        self._addresses = addresses
        self._stop = asyncio.Event()
        self._talking: list[asyncio.Task[None]] = []
        self.ends: list[End] = []

    async def __aenter__(self) -> Self:
        database = Database(self._url, pool=2)
        try:
            async with database.transaction() as db:
                inbox = str((await an_inbox(db, channel="web_chat")).id)
            for number in range(self._pairs):
                await self._meet(database, inbox, number)
        finally:
            await database.close()
        return self

    async def _meet(self, database: Database, inbox: str, number: int) -> None:
        async with database.transaction() as db:
            agent = await an_agent(db, role="department_head", email=f"{uuid7()}@example.com")
            actor = await actor_for_agent(db, agent.id)
            assert actor is not None
            _, token = await create_token(db, name="t", scopes=SCOPES, expires_at=None, by=actor)
        api = PublicApi(self._customers, token=token)
        visit = await api.come_in(inbox)
        conversation = await api.open(visit)
        await api.ask("POST", f"/conversations/{conversation}/claim")
        await api.close()
        for name, url, key in (
            (f"customer {number}", self._customers, visit.token),
            (f"agent {number}", self._agents, token),
        ):
            client = SocketClient(url, key, **self._from_elsewhere())
            client.watch(conversation)
            await client.__aenter__()
            self.ends.append(End(name, conversation, client))

    def _from_elsewhere(self) -> dict[str, Any]:
        """Each end has an address of its own, where a proxy shall tell them apart."""
        return {"local_addr": (f"127.0.0.{10 + len(self.ends)}", 0)} if self._addresses else {}

    async def __aexit__(self, *_: object) -> None:
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        for end in self.ends:
            await end.client.close()

    def talk(self) -> None:
        """Let them begin."""
        self._talking = [
            asyncio.create_task(end.chatter(self._stop))
            for end in self.ends
            for _ in range(AT_ONCE)
        ]

    @property
    def acknowledged(self) -> int:
        return sum(len(end.acknowledged) for end in self.ends)

    async def reach(self, more: int) -> None:
        """Go on until so many more were acknowledged, by every end at least one."""
        goal = self.acknowledged + more
        before = [len(end.acknowledged) for end in self.ends]
        await until(
            lambda: (
                self.acknowledged >= goal
                and all(len(e.acknowledged) > b for e, b in zip(self.ends, before, strict=True))
            ),
            why=self.standing,
        )

    def standing(self) -> str:
        """How far each end is."""
        counts = {end.name: len(end.acknowledged) for end in self.ends}
        return f"{counts}; connected: {[end.client.ready.is_set() for end in self.ends]}"

    async def hush(self) -> None:
        """End after what is under way is acknowledged."""
        self._stop.set()
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*self._talking)

    async def check(self) -> None:
        """Everything acknowledged is stored once, with its number, and seen by both in order."""
        stored = await asyncio.to_thread(self._stored)
        kept = {identifier: (seq, text) for _, identifier, seq, text in stored}
        promised = {key: what for end in self.ends for key, what in end.acknowledged.items()}
        assert {key: kept.get(key) for key in promised} == promised
        assert len(kept) == len(promised)
        assert not [text for text, times in Counter(t for *_, t in stored).items() if times > 1]
        talks: dict[str, list[str]] = {end.conversation: [] for end in self.ends}
        for conversation, _, _, text in stored:
            talks[conversation].append(text)
        for end in self.ends:
            said = talks[end.conversation]
            await until(partial(end.sees_all, said), why=partial(end.standing, said))

    def _stored(self) -> list[tuple[Any, ...]]:
        with psycopg.connect(libpq_url(self._url)) as db:
            return list(db.execute(TABLE, [[end.conversation for end in self.ends]]))


async def until(
    condition: Callable[[], Any], *, seconds: float = SECONDS, why: Callable[[], str] = str
) -> None:
    """Wait until something holds; fails with what `why` says when it does not."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - what comes has no event of its own
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"did not happen in {seconds:.0f} s: {why()}") from None
