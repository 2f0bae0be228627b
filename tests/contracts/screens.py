"""A screen by the rules of docs/reference/realtime.md: a snapshot, and the events after it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tests.house import Guest, House, Line

Frame = dict[str, Any]
PREVIEW = 160
SECONDS = 20
LATER = ("updated_at", "next_due_at", "next_due_kind")
"""What follows in a reaction and comes by `rows`; there is no worker here."""
TOTALS = ("unread", "rating")
"""What a visitor's snapshot counts up and no event carries."""


def status_of(row: Frame, message: Frame) -> str:
    """How far a message came follows from how far each side has read."""
    theirs = message["sender"]["type"] == "customer"
    if message["error"]:
        return "failed"
    if message["seq"] <= row["agent_seen_seq" if theirs else "customer_seen_seq"]:
        return "read"
    if not theirs and message["seq"] <= row.get("delivered_seq", 0):
        return "delivered"
    return "sent"


class Screen:
    """What somebody sees of one conversation."""

    def __init__(self, conversation: str, row: Frame, messages: list[Frame]) -> None:
        self._conversation = conversation
        self.row = row
        self.messages = {message["id"]: message for message in messages}
        self.viewers: list[Frame] = []
        self._held: dict[int, Frame] = {}

    def shown(self) -> Frame:
        messages = sorted(self.messages.values(), key=lambda one: int(one["seq"]))
        row = {name: value for name, value in self.row.items() if name not in (*LATER, *TOTALS)}
        row |= {"unread": self.row["unread"]} if "inbox" in self.row else {}
        return {
            "conversation": row,
            "messages": [one | {"status": status_of(self.row, one)} for one in messages],
            "viewers": self.viewers,
        }

    def take(self, frame: Frame) -> bool:
        """Apply a frame; true when something is missing before it."""
        if frame.get("conversation") != self._conversation:
            return False
        if frame["t"] == "event" and "seq" in frame:
            self._held[frame["seq"]] = frame
            self._apply_held()
        elif frame["t"] == "resumed":
            self._resume(frame)
        elif frame["t"] == "seen":
            self._see(frame["by"], frame["seq"])
        elif frame["t"] == "viewers":
            self.viewers = frame["agents"]
        return bool(self._held)

    def _apply_held(self) -> None:
        for seq in sorted(self._held):
            if seq <= self.row["last_seq"]:
                del self._held[seq]
            elif seq == self.row["last_seq"] + 1:
                self._apply(self._held.pop(seq))

    def _apply(self, frame: Frame) -> None:
        message, kind = frame["data"], frame["kind"]
        if kind in ("message.received", "message.sent", "message.noted"):
            self.messages[message["id"]] = message
            self._arrive(message)
        elif kind.startswith("message."):
            self._change(message)
        else:
            self.row = self.row | message
        self.row["last_seq"] = frame["seq"]

    def _arrive(self, message: Frame) -> None:
        if message["kind"] == "note" or "last_message" not in self.row:
            return
        self.row["last_message"] = {
            "preview": message["text"][:PREVIEW],
            "sender_type": message["sender"]["type"],
            "kind": message["kind"],
            "at": message["at"],
        }
        if message["sender"]["type"] == "customer":
            self.row["unread"] += 1
            self.row["unanswered_since"] = self.row["unanswered_since"] or message["at"]
        elif message["sender"]["type"] == "agent":
            self.row["first_replied_at"] = self.row["first_replied_at"] or message["at"]
            self.row["unanswered_since"] = None

    def _change(self, message: Frame) -> None:
        self.messages[message["id"]] = message
        last = self.row.get("last_message")
        if message["recalled"] and last and last["at"] == message["at"]:
            last["preview"] = ""

    def _resume(self, frame: Frame) -> None:
        for message in frame["messages"]:
            self.messages[message["id"]] = message
        self.row = self.row | frame["conversation_row"]
        self._apply_held()

    def _see(self, by: str, seq: int) -> None:
        row = self.row
        row[f"{by}_seen_seq"] = max(row[f"{by}_seen_seq"], seq)
        if by == "customer" and "delivered_seq" in row:
            row["delivered_seq"] = max(row["delivered_seq"], seq)
        if by == "agent" and "inbox" in row:
            last = row["last_seq"]
            row["unread"] = 0 if seq >= last else min(row["unread"], last - seq)


class Watch:
    """A screen on a socket, and the snapshot it is compared with."""

    def __init__(self, house: House, guest: Guest, token: str) -> None:
        self._house, self._guest, self._token = house, guest, token
        self.is_visitor = token == guest.token

    async def open(self, line: Line) -> None:
        self._line = line
        fresh = await self.fresh()
        self.screen = Screen(self._guest.conversation, fresh["conversation"], fresh["messages"])
        self.screen.viewers = fresh["viewers"]

    async def fresh(self) -> Frame:
        """The snapshot as it is now."""
        guest = self._guest
        path = f"/widget/{guest.inbox}/messages" if self.is_visitor else None
        path = path or f"/conversations/{guest.conversation}"
        answer = await self._house.ask(self._token, "GET", path)
        assert answer.status_code == 200, answer.text
        told: Frame = answer.json()
        return {
            "conversation": told["conversation"],
            "messages": told["items"] if self.is_visitor else told["messages"],
            "viewers": told.get("viewers", []),
        }

    async def follow(self) -> tuple[Frame, Frame]:
        """Apply what is pushed until the screen is the snapshot; returns both."""
        fresh = await self.fresh()
        wanted = Screen(self._guest.conversation, fresh["conversation"], fresh["messages"])
        wanted.viewers = fresh["viewers"]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while self.screen.shown() != wanted.shown():
                    if self.screen.take(await self._line.hear_any()):
                        await self.ask_for_missing()
        return self.screen.shown(), wanted.shown()

    async def ask_for_missing(self) -> None:
        """As after a gap, or a heartbeat that names a greater number."""
        await self._line.tell(
            {
                "t": "subscribe",
                "conversation": self._guest.conversation,
                "seq": self.screen.row["last_seq"],
            }
        )


def differences(shown: Any, fresh: Any, where: str = "") -> list[str]:
    """Where two screens differ, in words."""
    if isinstance(shown, dict) and isinstance(fresh, dict):
        names = sorted(shown.keys() | fresh.keys())
        return [d for n in names for d in differences(shown.get(n), fresh.get(n), f"{where}.{n}")]
    if isinstance(shown, list) and isinstance(fresh, list) and len(shown) == len(fresh):
        pairs = enumerate(zip(shown, fresh, strict=True))
        return [d for n, (a, b) in pairs for d in differences(a, b, f"{where}[{n}]")]
    return [] if shown == fresh else [f"{where}: shown {shown!r}, fresh {fresh!r}"]
