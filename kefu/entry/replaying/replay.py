"""The replay: many dialogues at once, in order within each, at a rate of all together."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kefu.entry.replaying.dialogues import Dialogue, Turn
from kefu.entry.replaying.public_api import ApiRefused, PublicApi
from kefu.entry.replaying.socket_client import SendRefused, SocketClient

ACK_SECONDS = 90.0
TURNS_PER_SECOND = 2.0
AT_ONCE = (8, 400)


@dataclass
class Result:
    """What became of the turns."""

    conversations: int = 0
    stored: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        return self.stored + self.skipped + self.failed

    def fail(self, reason: str, turns: int = 1) -> None:
        self.failed += turns
        self.reasons[reason] += turns

    def table(self) -> list[str]:
        """The result as lines of a table."""
        rows = {
            "conversations": f"{self.conversations}",
            "stored": f"{self.stored}",
            "skipped (empty)": f"{self.skipped}",
            "failed": f"{self.failed}",
            "seconds": f"{self.seconds:.1f}",
            "messages/s": f"{self.stored / self.seconds if self.seconds else 0:.1f}",
        }
        lines = [f"{name:<16} {value:>10}" for name, value in rows.items()]
        return lines + [f"  {count} × {reason}" for reason, count in self.reasons.most_common(5)]


class Pace:
    """Hands out moments, `rate` a second; a late one is not made up for by a burst."""

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next free moment."""
        moment = time.monotonic()
        due = max(self._next, moment)
        self._next = due + self._step
        await asyncio.sleep(due - moment)


class Replay:
    """One run over a file's dialogues."""

    def __init__(self, api: PublicApi, *, inbox: str, rate: float) -> None:
        self._api = api
        self._inbox = inbox
        self._pace = Pace(rate)
        least, most = AT_ONCE
        self.at_once = int(min(most, max(least, rate / TURNS_PER_SECOND)))
        self.result = Result()

    async def run(self, dialogues: Iterator[Dialogue]) -> Result:
        """Replay them all; one that fails does not keep the others from going on."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._replay_from(dialogues))
        self.result.seconds = time.monotonic() - began
        return self.result

    async def _replay_from(self, dialogues: Iterator[Dialogue]) -> None:
        for dialogue in dialogues:
            said = [turn for turn in dialogue.turns if not turn.is_empty()]
            self.result.skipped += len(dialogue.turns) - len(said)
            if said:
                await self._replay(dialogue, said)

    async def _replay(self, dialogue: Dialogue, said: list[Turn]) -> None:
        try:
            visit = await self._api.come_in(self._inbox, name=dialogue.id)
            conversation = await self._api.open(visit)
        except ApiRefused as refused:
            self.result.fail(str(refused), len(said))
            return
        self.result.conversations += 1
        async with SocketClient(self._api.url, visit.token) as customer:
            for turn in said:
                await self._pace.turn()
                await self._say(customer, conversation, turn)

    async def _say(self, customer: SocketClient, conversation: str, turn: Turn) -> None:
        """One turn, stored before the next begins."""
        try:
            if turn.role == "agent":
                await self._api.answer(conversation, turn.text)
            else:
                async with asyncio.timeout(ACK_SECONDS):
                    await customer.say(conversation, turn.text)
        except (ApiRefused, SendRefused, TimeoutError) as failed:
            self.result.fail(str(failed) or "no acknowledgement in time")
        else:
            self.result.stored += 1
