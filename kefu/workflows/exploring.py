"""Exploring: where the tokens of a drawing can be, tried out before any case runs on it.

A state is a set of places: `at` a node, `in` a flow before a join, `sub` while a subprocess goes
on, `fired` for an event that does not interrupt and has happened. No place holds two tokens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from kefu.workflows.findings import Finding
from kefu.workflows.plan import (
    BOUNDARY,
    CHOICE,
    END,
    PARALLEL,
    START,
    STEP,
    SUB,
    WAITING,
    Flow,
    Node,
    Plan,
)

MOST_STATES = 10_000
RESTING = WAITING | {STEP}  # a step may have to be tried again

Place = tuple[str, str]
State = frozenset[Place]


class Twice(Exception):
    """Two tokens in one place."""

    def __init__(self, element: str) -> None:
        super().__init__(element)
        self.element = element


class Tokens:
    """How the tokens of one plan can move."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._start = next(node for node in plan.children(None) if node.kind == START)
        self._inside = {
            node.id: plan.inside(node.id) for node in plan.nodes.values() if node.kind == SUB
        }

    def start(self) -> State:
        return frozenset({("at", self._start.id)})

    def moves(self, state: State) -> Iterator[State]:
        """Every state that can come next. What moves by itself moves first, as the engine does."""
        driven = self._driven(state)
        if driven is not None:
            yield from driven
            return
        for kind, name in state:
            if kind == "at":
                yield from self._from_node(state, self._plan.nodes[name])
            if kind in ("at", "sub"):
                for event in self._plan.boundaries.get(name, []):
                    if ("fired", event.id) not in state and self._is_active(state, name):
                        yield self._fired(state, event, name)

    def _driven(self, state: State) -> list[State] | None:
        """What one token does that nobody is waited for; nothing when all of them rest."""
        for kind, name in sorted(state):
            if kind == "at" and self._plan.nodes[name].kind not in RESTING:
                return list(self._from_node(state, self._plan.nodes[name]))
            if kind == "sub" and not self._is_busy(state, name):
                return [self._left(state, name)]
            if kind == "in" and (joined := self._joined(state, self._plan.flows[name].target)):
                return [joined]
        return None

    def _is_active(self, state: State, name: str) -> bool:
        wanted = "sub" if self._plan.nodes[name].kind == SUB else "at"
        return (wanted, name) in state

    def _from_node(self, state: State, node: Node) -> Iterator[State]:
        rest = state - {("at", node.id)} - self._fired_at(node.id)
        flows = self._plan.outgoing.get(node.id, [])
        if node.kind == CHOICE:
            yield from (self._entered(rest, [flow]) for flow in flows)
        elif node.kind == END:
            ends_all = node.event is not None and node.event.kind == "terminate"
            yield self._cleared(rest, node.parent) if ends_all else rest
        elif node.kind == SUB:
            begun = next(one for one in self._plan.children(node.id) if one.kind == START)
            yield rest | {("sub", node.id), ("at", begun.id)}
        else:
            yield self._entered(rest, flows)

    def _left(self, state: State, sub: str) -> State:
        rest = state - {("sub", sub)} - self._fired_at(sub)
        return self._entered(rest, self._plan.outgoing.get(sub, []))

    def _joined(self, state: State, join: str) -> State | None:
        needed = {("in", flow.id) for flow in self._plan.incoming[join]}
        if not needed <= state:
            return None
        return self._entered(state - needed, self._plan.outgoing.get(join, []))

    def _fired(self, state: State, event: Node, host: str) -> State:
        flows = self._plan.outgoing.get(event.id, [])
        if not event.interrupting:
            return self._entered(state | {("fired", event.id)}, flows)
        rest = state - {("at", host), ("sub", host)} - self._fired_at(host)
        if host in self._inside:
            rest = self._without(rest, self._inside[host])
        return self._entered(rest, flows)

    def _fired_at(self, host: str) -> State:
        return frozenset(("fired", event.id) for event in self._plan.boundaries.get(host, []))

    def _is_busy(self, state: State, sub: str) -> bool:
        return any(self._node_of(place) in self._inside[sub] for place in state)

    def _cleared(self, state: State, parent: str | None) -> State:
        """All tokens of this level and below are taken away."""
        return frozenset() if parent is None else self._without(state, self._inside[parent])

    def _without(self, state: State, nodes: Iterable[str]) -> State:
        gone = set(nodes)
        return frozenset(place for place in state if self._node_of(place) not in gone)

    def _node_of(self, place: Place) -> str:
        return self._plan.flows[place[1]].target if place[0] == "in" else place[1]

    def _entered(self, state: State, flows: Iterable[Flow]) -> State:
        for flow in flows:
            is_join = (
                self._plan.nodes[flow.target].kind == PARALLEL
                and len(self._plan.incoming[flow.target]) > 1
            )
            place = ("in", flow.id) if is_join else ("at", flow.target)
            if place in state or ("sub", flow.target) in state:
                raise Twice(flow.target)
            state |= {place}
        return state


def explore(plan: Plan) -> Iterator[Finding]:
    """What goes wrong in some state: a join that starves, two tokens in one place, no way out."""
    tokens = Tokens(plan)
    before: dict[State, list[State]] = {tokens.start(): []}
    todo = deque(before)
    found: dict[tuple[str, str | None], Finding] = {}
    while todo:
        state = todo.popleft()
        following, wrong = looked_at(plan, tokens, state)
        found |= {(finding.code, finding.element): finding for finding in wrong}
        for after in following:
            if after not in before:
                before[after] = []
                todo.append(after)
            before[after].append(state)
        if len(before) > MOST_STATES:
            yield Finding("too_many_states", plan.process_id, str(MOST_STATES))
            return
    yield from found.values()
    if not found:
        yield from trapped(before)


def looked_at(plan: Plan, tokens: Tokens, state: State) -> tuple[list[State], list[Finding]]:
    """The states after this one, and what is wrong with it."""
    try:
        following = list(tokens.moves(state))
    except Twice as twice:
        return [], [Finding("twice", twice.element)]
    if state and not following:
        return [], list(starved(plan, state))
    return following, []


def starved(plan: Plan, state: State) -> Iterator[Finding]:
    """The joins at which tokens wait for branches that cannot come any more."""
    for target in sorted({plan.flows[name].target for kind, name in state if kind == "in"}):
        missing = [flow for flow in plan.incoming[target] if ("in", flow.id) not in state]
        chosen = any(comes_from_choice(plan, flow) for flow in missing)
        yield Finding("join_behind_choice" if chosen else "deadlock", target)


def comes_from_choice(plan: Plan, flow: Flow) -> bool:
    seen: set[str] = set()
    todo = [flow.source]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        node = plan.nodes[name]
        if node.kind == CHOICE and len(plan.outgoing.get(name, [])) > 1:
            return True
        todo += [node.attached_to] if node.kind == BOUNDARY and node.attached_to else []
        todo += [one.source for one in plan.incoming.get(name, [])]
    return False


def trapped(before: dict[State, list[State]]) -> Iterator[Finding]:
    """States from which nothing ever ends: the elements that hold tokens there."""
    good: set[State] = set()
    todo: list[State] = [frozenset()]
    while todo:
        state = todo.pop()
        if state not in good:
            good.add(state)
            todo += before.get(state, [])
    stuck = {name for state in before.keys() - good for kind, name in state if kind == "at"}
    yield from (Finding("no_way_to_end", name) for name in sorted(stuck))
