"""Chats: a platform's customers, what they write to a shop and what reaches them, by the seed.

A customer writes on only when the last message has its receipt, as an app shows a clock until
then; so their words stay in order, whatever is lost, repeated or late on the way.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kefu.channels.contract import as_text
from kefu.entry.replaying.talks import FAMILY, GIVEN, TALKS, Talk
from kefu.entry.shop import SHOPPERS
from kefu.entry.simulators.books import Telling

PICTURE = "[picture]"
STEPS = ("sent", "arrived", "delivered", "read")
KNOWN_TALKS = {
    "wangfang": Talk(
        "订单 SY2026-100482",
        ("你好，我的帐篷订单 SY2026-100482 到哪里了？", "周末就要用了"),
        ("收件地址还能改到公司吗", "好的，谢谢"),
    ),
    "liqiang": Talk(
        "订单 SY2026-100377",
        ("订单 SY2026-100377 怎么还没发货",),
        ("背包和登山杖可以分开发吗", "行，那我等通知"),
    ),
    "emma": Talk(
        "订单 SY2026-099940",
        ("订单 SY2026-099940 的睡袋拉链坏了，照片在这里", PICTURE),
        ("我想换一个新的", "运费谁承担？", "明白了，谢谢您"),
    ),
}
"""What those whose orders the demo holds write about them."""


class NoSuchCustomer(Exception):
    """A delivery is for nobody whom the platform knows."""


@dataclass
class Entry:
    """One message as the platform has it: its own number, and Kefu's once it is known."""

    key: str
    words: str
    at: datetime
    by_customer: bool
    message: str | None = None
    conversation: str | None = None
    seq: int = 0
    copies: int = 1
    status: str = "sent"

    def came_to(self, status: str) -> None:
        """Go on to a status; what is told late does not lead back."""
        if STEPS.index(status) > STEPS.index(self.status):
            self.status = status


@dataclass
class Chat:
    """What one customer and the shop said to each other."""

    sender: dict[str, Any]
    talk: Talk
    entries: list[Entry] = field(default_factory=list)
    picture: dict[str, Any] | None = None
    blocked: bool = False

    @property
    def number(self) -> str:
        return str(self.sender["id"])

    @property
    def written(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.by_customer]

    @property
    def reached(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.by_customer]

    @property
    def waiting(self) -> Entry | None:
        """The message that has no receipt yet."""
        return next((entry for entry in self.written if entry.message is None), None)

    def next_words(self) -> str | None:
        """What the customer writes now: all of the opening, then one line to each answer."""
        opening, onward = self.talk.opening, self.talk.onward
        said = len(self.written)
        if said < len(opening):
            return opening[said]
        answered = not self.entries[-1].by_customer
        left = onward[said - len(opening) :]
        return left[0] if answered and left else None


class PlatformBook:
    """A platform: customers come and write, read what reaches them, and answer it."""

    def __init__(self, *, kind: str, seed: int, run: str) -> None:
        """The same seed plays the same; `run` keeps the messages of two plays apart."""
        self.kind = kind
        self.chats: dict[str, Chat] = {}
        self.counts: Counter[str] = Counter()
        self._seed, self._run = seed, run
        self._dice = random.Random(seed)  # noqa: S311 - play, no secret
        self._written: dict[str, Entry] = {}
        self._reached: dict[str, Entry] = {}

    def step(self, at: datetime, *, new: int = 1) -> list[Telling]:
        """What has no receipt, new customers, a line of about half of the others, what was read."""
        told = self.again()
        for _ in range(new):
            self._come_in()
        told += [telling for chat in self.chats.values() for telling in self._next_of(chat, at)]
        return told + [
            self._report(entry) for entry in self._reached.values() if self._moves(entry)
        ]

    def again(self) -> list[Telling]:
        """Every message without a receipt, with the number it had before."""
        told = []
        for chat in self.chats.values():
            waiting = chat.waiting
            if waiting is not None and not chat.blocked:
                waiting.copies += 1
                self.counts["told_again"] += 1
                told.append(self._told(chat, waiting))
        return told

    def _come_in(self) -> None:
        place = len(self.chats)
        known = list(KNOWN_TALKS)[place:][:1]
        number = "-".join(["SIM", self.kind, *(known or [f"{self._seed}", f"{place + 1:04}"])])
        if known:
            said, talk = SHOPPERS[known[0]], KNOWN_TALKS[known[0]]
        else:
            said = {"name": self._dice.choice(FAMILY) + self._dice.choice(GIVEN)}
            talk = self._dice.choice(TALKS)
        checked = [name for name in ("phone", "email") if name in said]
        sender = said | {"id": number, "external_id": number}
        self.chats[number] = Chat(sender | {"verified": ["external_id", *checked]}, talk)

    def _next_of(self, chat: Chat, at: datetime) -> list[Telling]:
        thinks = chat.entries and self._dice.random() < 0.5
        if chat.blocked or chat.waiting is not None or thinks:
            return []
        words = chat.next_words()
        if words is None:
            return []
        key = f"{chat.number}-{self._run}-{len(chat.written) + 1}"
        entry = Entry(key, words, at, by_customer=True)
        chat.entries.append(entry)
        self._written[entry.key] = entry
        return [self._told(chat, entry)]

    @staticmethod
    def _told(chat: Chat, entry: Entry) -> Telling:
        said: dict[str, Any] = {"text": entry.words}
        if entry.words == PICTURE:
            said = {"kind": "picture"}
        message = {"id": entry.key, "sender": chat.sender, **said}
        return Telling("/messages", {"messages": [message]}, entry.key)

    def _moves(self, entry: Entry) -> bool:
        return entry.status != STEPS[-1] and self._dice.random() < 0.7

    @staticmethod
    def _report(entry: Entry) -> Telling:
        status = STEPS[STEPS.index(entry.status) + 1]
        report = {"message": entry.message, "status": status}
        return Telling("/messages", {"reports": [report]}, f"{entry.message}:{status}")

    def receipt(self, told: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Put down what Kefu answered to a telling."""
        for taken in answer.get("messages", ()):
            entry = self._written[taken["external_id"]]
            entry.message, entry.conversation = taken["message"], taken["conversation"]
            entry.came_to("arrived")
            self.counts["known_to_kefu"] += taken["duplicate"]
        for key in answer.get("blocked", ()):
            (chat,) = [one for one in self.chats.values() if self._written[key] in one.entries]
            chat.blocked = True
        for report in told.get("reports", ()):
            self._reached[report["message"]].came_to(report["status"])

    def receive(self, key: str, body: Mapping[str, Any], at: datetime) -> Entry:
        """Take a delivery; the same key again is known and changes nothing."""
        known = self._reached.get(key)
        if known is not None:
            known.copies += 1
            self.counts["repeats_refused"] += 1
            return known
        chat = self._chat_of(body["customer"])
        message = body["message"]
        entry = Entry(
            key=f"{self._run}-{len(self._reached) + 1}",
            words=as_text(message["kind"], message["text"], message.get("content")),
            at=at,
            by_customer=False,
            message=key,
            conversation=body["conversation"],
            seq=message["seq"],
            status="delivered" if self._dice.random() < 0.5 else "arrived",
        )
        earlier = [one.seq for one in chat.reached if one.conversation == entry.conversation]
        self.counts["overtaken"] += entry.seq <= max(earlier, default=0)
        chat.entries.append(entry)
        self._reached[key] = entry
        return entry

    def _chat_of(self, customer: Mapping[str, Any]) -> Chat:
        for identity in customer["identities"]:
            if identity["kind"] == "api" and identity["value"] in self.chats:
                return self.chats[identity["value"]]
        raise NoSuchCustomer
