"""Shoppers: simulated customers who write, wait for an answer, answer it, and leave."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kefu.entry.replaying.public_api import ApiRefused, PublicApi, Visit
from kefu.entry.replaying.replay import ACK_SECONDS, Pace
from kefu.entry.replaying.socket_client import Frame, SendRefused, SocketClient
from kefu.entry.replaying.talks import FAMILY, GIVEN, NUDGES, TALKS, THANKS, Talk

AT_ONCE = (2, 60)
ANSWERS = ("agent", "bot")


@dataclass(frozen=True, slots=True)
class Temper:
    """How long shoppers take: to type, to think, and to wait before they press or leave."""

    typing: tuple[float, float] = (1.0, 4.0)
    thinking: tuple[float, float] = (2.0, 12.0)
    patience: tuple[float, float] = (40.0, 120.0)


@dataclass
class Traffic:
    """Keeps a crowd of shoppers in the shop, who together write `rate` messages a minute."""

    api: PublicApi
    inbox: str
    rate: float
    crowd: int | None = None
    temper: Temper = field(default_factory=Temper)
    dice: random.Random = field(default_factory=random.Random)
    shoppers: int = 0
    messages: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.rate / 60)

    async def run(self, seconds: float | None) -> None:
        """Let them come and go, for so long or until cancelled."""
        least, most = AT_ONCE
        crowd = self.crowd or int(min(most, max(least, self.rate / 2)))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for _ in range(crowd):
                    group.create_task(self._come_and_go())

    async def _come_and_go(self) -> None:
        while True:
            shopper = Shopper(self, self.dice.choice(TALKS))
            try:
                await shopper.visit()
            except (ApiRefused, SendRefused, TimeoutError):
                self.failed += 1
                await self.pause(self.temper.thinking)

    async def pause(self, between: tuple[float, float]) -> None:
        """Some while between two bounds."""
        await asyncio.sleep(self.dice.uniform(*between))

    def a_name(self) -> str:
        return self.dice.choice(FAMILY) + self.dice.choice(GIVEN)


class Shopper:
    """One simulated customer with one concern."""

    def __init__(self, traffic: Traffic, talk: Talk) -> None:
        self._traffic = traffic
        self._talk = talk
        self._answered = asyncio.Event()
        self._line: SocketClient
        self._conversation = ""

    async def visit(self) -> None:
        """Come in, say it all, thank and leave."""
        traffic = self._traffic
        page = {"url": f"{traffic.api.url}/shop/", "title": self._talk.page}
        visit = await traffic.api.come_in(traffic.inbox, name=traffic.a_name(), page=page)
        self._conversation = await traffic.api.open(visit)
        traffic.shoppers += 1
        async with SocketClient(traffic.api.url, visit.token, hear=self._hear) as self._line:
            self._line.watch(self._conversation)
            for words in self._talk.opening:
                await self._say(words)
            for words in self._talk.onward:
                if not await self._is_answered():
                    return
                await traffic.pause(traffic.temper.thinking)
                await self._say(words)
            if await self._is_answered():
                await self._thank(visit)

    async def _thank(self, visit: Visit) -> None:
        await self._say(self._traffic.dice.choice(THANKS))
        if self._talk.score is not None:
            api = self._traffic.api
            await api.rate(visit, self._conversation, self._talk.score, self._talk.comment)

    async def _say(self, words: str) -> None:
        """Type it, as the agent can see, then send it."""
        await self._traffic.pace.turn()
        self._answered.clear()
        typing: dict[str, Any] = {"t": "typing", "conversation": self._conversation}
        self._line.tell(typing | {"text": words[: len(words) // 2]})
        await self._traffic.pause(self._traffic.temper.typing)
        async with asyncio.timeout(ACK_SECONDS):
            await self._line.say(self._conversation, words)
        self._traffic.messages += 1

    async def _is_answered(self) -> bool:
        """Wait for an answer, pressing now and then; false when it takes too long."""
        for words in (*self._traffic.dice.sample(NUDGES, 2), None):
            with suppress(TimeoutError):
                async with asyncio.timeout(
                    self._traffic.dice.uniform(*self._traffic.temper.patience)
                ):
                    await self._answered.wait()
                return True
            if words is not None:
                await self._say(words)
        return False

    def _hear(self, frame: Frame) -> None:
        if frame["t"] == "event" and frame["kind"] == "message.sent":
            message = frame["data"]
            if message["sender"]["type"] in ANSWERS:
                self._answered.set()
                seen = {"t": "seen", "conversation": self._conversation, "seq": message["seq"]}
                self._line.tell(seen)
