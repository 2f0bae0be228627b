"""The plan of a process: what a drawing says, without its picture; kept as JSON per version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

START, END, THROW, CATCH, BOUNDARY = "start", "end", "throw", "catch", "boundary"
USER, STEP, RECEIVE, CHOICE, PARALLEL, SUB = "user", "step", "receive", "choice", "parallel", "sub"
PLAIN, BUSINESS = "plain", "business"
WAITING = frozenset({USER, RECEIVE, CATCH})
FIELD_TYPES = frozenset(
    {"text", "long_text", "number", "money", "boolean", "choice", "date", "files"}
)


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a task's form; `options` are pairs of value and label."""

    key: str
    label: str
    type: str = "text"
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What an event node waits for or does: timer, message, signal, error, terminate."""

    kind: str
    name: str = ""
    seconds: float | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: str
    name: str = ""
    parent: str | None = None
    department: str | None = None
    role: str | None = None
    owner: str | None = None
    hours: float | None = None
    calendar: str | None = None
    counts: str | None = None
    screen: str | None = None
    step: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    fields: tuple[FormField, ...] = ()
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None

    def counts_business(self) -> bool:
        """Whether its hours are business time: as drawn, else for a calendar or a department."""
        if self.counts is not None:
            return self.counts == BUSINESS
        return self.calendar is not None or self.department is not None


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None


@dataclass(frozen=True)
class Plan:
    """Nodes and flows by their ids, and the names of data that a case is started with."""

    process_id: str
    name: str
    data: tuple[str, ...]
    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)

    @cached_property
    def outgoing(self) -> Mapping[str, list[Flow]]:
        return grouped(self.flows.values(), "source")

    @cached_property
    def incoming(self) -> Mapping[str, list[Flow]]:
        return grouped(self.flows.values(), "target")

    @cached_property
    def boundaries(self) -> Mapping[str, list[Node]]:
        """Boundary events by the activity they are attached to."""
        found: defaultdict[str, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            if node.attached_to:
                found[node.attached_to].append(node)
        return found

    def children(self, parent: str | None) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.parent == parent)

    def inside(self, sub: str) -> frozenset[str]:
        """Ids of all nodes within a subprocess, at any depth."""
        found: set[str] = set()
        for node in self.children(sub):
            found |= {node.id, *(self.inside(node.id) if node.kind == SUB else ())}
        return frozenset(found)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "process_id": self.process_id,
            "name": self.name,
            "data": list(self.data),
            "nodes": [asdict(node) for node in self.nodes.values()],
            "flows": [asdict(flow) for flow in self.flows.values()],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Plan:
        nodes = [node_of(node) for node in stored["nodes"]]
        flows = [Flow(**flow) for flow in stored["flows"]]
        return cls(
            stored["process_id"],
            stored["name"],
            tuple(stored["data"]),
            {node.id: node for node in nodes},
            {flow.id: flow for flow in flows},
        )


def node_of(stored: Mapping[str, Any]) -> Node:
    given = dict(stored)
    given["params"] = tuple((name, value) for name, value in given["params"])
    given["fields"] = tuple(field_of(one) for one in given["fields"])
    given["event"] = Event(**given["event"]) if given["event"] else None
    return Node(**given)


def field_of(stored: Mapping[str, Any]) -> FormField:
    options = tuple((value, label) for value, label in stored["options"])
    return FormField(**{**stored, "options": options})


def grouped(flows: Any, name: str) -> Mapping[str, list[Flow]]:
    found: defaultdict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[getattr(flow, name)].append(flow)
    return found
