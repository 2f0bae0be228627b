"""Keeping words: each process that takes messages holds the words, and reads them when changed."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.conversations.batch import Outgoing
from kefu.conversations.screening import use_screen
from kefu.conversations.sensitive_words import load_words, screened_by
from kefu.conversations.word_matching import Words
from kefu.core.db import Database
from kefu.core.realtime import Push, Realtime

log = structlog.get_logger(__name__)
TOPIC = "web"
EVERY = 60.0
AGAIN_AFTER = 1.0


class KeptWords:
    """The words of this process; `run` keeps them fresh, `screen` uses them."""

    def __init__(self, database: Database, realtime: Realtime) -> None:
        self._database = database
        self._changed = asyncio.Event()
        self.words = Words()
        realtime.on_pushes(self._hear)

    def screen(self, message: Outgoing) -> Outgoing:
        return screened_by(self.words, message)

    async def refresh(self) -> None:
        """Read the words."""
        async with self._database.transaction() as db:
            self.words = await load_words(db)

    async def run(self) -> None:
        """Screen with these words, and read them again when told so, or once a minute.

        A word of change may get lost between processes; a minute later it is made good.
        """
        use_screen(self.screen)
        while True:
            self._changed.clear()
            pause = EVERY
            try:
                await self.refresh()
            except (OperationalError, InterfaceError, OSError) as error:
                log.warning("words_wait", error=str(error)[:200])
                pause = AGAIN_AFTER
            await self._until_changed(pause)

    async def _until_changed(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _hear(self, pushes: list[Push]) -> None:
        if any(TOPIC in push.topics for push in pushes):
            self._changed.set()
