"""How soon the modules of the customer platform follow each other's facts.

Identity, history, preferences and behaviour are asked over HTTP by one customer id. The time runs
from the request that commits a fact, so it is a little more than the time since the commit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from bench.results import Report, percentile
from kefu.core.ids import uuid7

ROUNDS = 24
PAUSE = 0.5  # the longest from batch to batch of a reader that is waited for
PATIENCE = 15.0
LIMIT = 1.0
MODULES = ("identity", "history", "preferences", "behaviour")
SAID = ("您好，请问发货了吗", "谢谢", "麻烦帮我看下订单", "好的呀", "辛苦啦～", "感谢")

Sees = Callable[[], bool]


@dataclass
class Visitor:
    """Somebody who writes in the widget."""

    customer: str
    token: str


@dataclass
class Platform:
    """The modules, asked by an agent, and how long each of them took."""

    client: httpx.Client
    inbox: str
    took: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MODULES})
    slowest: list[float] = field(default_factory=list)

    def read(self, customer: str, part: str = "") -> dict[str, Any]:
        answer = self.client.get(f"/api/v1/customers/{customer}{part}").raise_for_status()
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else None
        answer = self.client.post(f"/api/v1{path}", json=body, headers=headers).raise_for_status()
        return dict(answer.json())

    def arrives(self) -> Visitor:
        """A visitor who agreed to profiling and has an open conversation."""
        came = self.post(f"/widget/{self.inbox}/session", {})
        visitor = Visitor(came["visitor"]["id"], came["token"])
        self.post(f"/widget/{self.inbox}/conversations", {}, visitor.token)
        agreed = {"purpose": "profiling", "channel": "phone", "evidence": "口头"}
        self.post(f"/customers/{visitor.customer}/consents", agreed)
        return visitor

    def writes(self, visitor: Visitor, *lines: str) -> None:
        for line in lines:
            said = {"id": str(uuid7()), "text": line}
            self.post(f"/widget/{self.inbox}/messages", said, visitor.token)

    def merges(self, gone: Visitor, stays: Visitor) -> None:
        self.post(f"/customers/{gone.customer}/merger", {"into": stays.customer})

    def timed(self, commit: Callable[[], None], **modules: Sees) -> None:
        """Commit a fact and keep how long each module takes to answer with it."""
        began = time.perf_counter()
        commit()
        seen = {name: when - began for name, when in until_seen(modules).items()}
        for name, seconds in seen.items():
            self.took[name].append(seconds)
        self.slowest.append(max(seen.values()))

    def is_one(self, gone: str, stays: str) -> bool:
        return bool(self.read(gone)["id"] == stays)

    def tells(self, customer: str, *kinds: str) -> bool:
        """Whether the history has these facts, as often as they are named."""
        told = [one["kind"] for one in self.read(customer, "/timeline")["items"]]
        return all(told.count(kind) >= kinds.count(kind) for kind in kinds)

    def counts(self, customer: str, messages: int) -> bool:
        talk = self.read(customer, "/overview")["communication"]
        return bool(talk["messages"] == messages)

    def learned(self, customer: str, messages: int) -> bool:
        """Whether the portrait rests on so many messages."""
        traits = self.read(customer, "/overview")["preferences"]["portrait"]
        style = [one["evidence"] for one in traits if one["attribute"] == "style"]
        return [one.get("messages") for one in style] == [messages]


def until_seen(modules: dict[str, Sees]) -> dict[str, float]:
    """The moment at which each module answered; one that never does is named."""
    waiting, seen = dict(modules), dict[str, float]()
    until = time.perf_counter() + PATIENCE
    while waiting:
        for name in [name for name, sees in waiting.items() if sees()]:
            seen[name] = time.perf_counter()
            del waiting[name]
        if waiting and time.perf_counter() > until:
            raise RuntimeError(f"{', '.join(waiting)} did not follow within {PATIENCE:g} s")
        time.sleep(0.01)
    return seen


def measure(client: httpx.Client, report: Report) -> None:
    """Rounds that begin at different moments of the readers' pauses; the first only warms."""
    named = {"name": f"bench {uuid7()}", "channel": "web_chat"}
    inbox = client.post("/api/v1/inboxes", json=named).raise_for_status().json()["id"]
    follow(Platform(client, inbox), drift=0.0)
    platform = Platform(client, inbox)
    for turn in range(ROUNDS):
        follow(platform, drift=PAUSE * turn / ROUNDS)
    for name, took in platform.took.items():
        report.note(f"{name} follows a fact, p95", percentile(took, 0.95), "s")
    report.note("modules follow a fact, p50", percentile(platform.slowest, 0.5), "s")
    report.at_most("modules follow a fact, p95", percentile(platform.slowest, 0.95), "s", LIMIT)


def follow(platform: Platform, *, drift: float) -> None:
    """A visitor writes once more, then turns out to be one with another one."""
    gone, stays = platform.arrives(), platform.arrives()
    platform.writes(gone, *SAID)
    platform.writes(stays, *SAID[:-1])
    until_seen(
        {
            "preferences": partial(platform.learned, gone.customer, len(SAID)),
            "behaviour": partial(platform.counts, stays.customer, len(SAID) - 1),
        }
    )
    time.sleep(drift)
    platform.timed(
        partial(platform.writes, stays, SAID[-1]),
        preferences=partial(platform.learned, stays.customer, len(SAID)),
        behaviour=partial(platform.counts, stays.customer, len(SAID)),
    )
    time.sleep(drift)
    platform.timed(
        partial(platform.merges, gone, stays),
        identity=partial(platform.is_one, gone.customer, stays.customer),
        history=partial(platform.tells, stays.customer, *["conversation.opened"] * 2),
        preferences=partial(platform.learned, stays.customer, 2 * len(SAID)),
        behaviour=partial(platform.counts, stays.customer, 2 * len(SAID)),
    )
