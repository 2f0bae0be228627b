"""Checking: what a drawing says must make sense before a case may run on it."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from kefu.workflows.exploring import explore
from kefu.workflows.expressions import BadExpression, names_in
from kefu.workflows.findings import Finding
from kefu.workflows.offering import OFFERED
from kefu.workflows.plan import (
    BOUNDARY,
    CATCH,
    CHOICE,
    END,
    PARALLEL,
    RECEIVE,
    START,
    STEP,
    SUB,
    THROW,
    USER,
    WAITING,
    Flow,
    Node,
    Plan,
)

BY_KIND = {
    START: frozenset({None}),
    END: frozenset({None, "terminate"}),
    THROW: frozenset({None}),
    CATCH: frozenset({"timer", "message", "signal"}),
    RECEIVE: frozenset({"message"}),
}
BY_HOST = {
    USER: frozenset({"timer", "message", "signal"}),
    RECEIVE: frozenset({"timer", "message", "signal"}),
    SUB: frozenset({"timer", "message", "signal"}),
    STEP: frozenset({"error"}),
}


def check_plan(plan: Plan) -> list[Finding]:
    """Everything wrong with a plan; token states are explored only where the rest is sound."""
    found = [
        *level_findings(plan, None),
        *(finding for node in plan.nodes.values() for finding in node_findings(plan, node)),
        *condition_findings(plan),
        *unreachable(plan),
        *dead_ends(plan),
        *endless_circles(plan),
    ]
    return found or list(explore(plan))


def level_findings(plan: Plan, parent: str | None) -> Iterator[Finding]:
    """Each level has one plain start and at least one end."""
    children = list(plan.children(parent))
    starts = [node for node in children if node.kind == START]
    if len(starts) != 1:
        yield Finding("start", starts[1].id if len(starts) > 1 else parent or plan.process_id)
    if not any(node.kind == END for node in children):
        yield Finding("no_end", parent or plan.process_id)
    for node in children:
        if node.kind == SUB:
            yield from level_findings(plan, node.id)


def node_findings(plan: Plan, node: Node) -> Iterator[Finding]:
    yield from way_findings(plan, node)
    yield from event_findings(plan, node)
    if node.kind == STEP and (node.step is None or node.step not in OFFERED.steps):
        yield Finding("missing_step", node.id, node.step)
    if node.kind == CHOICE:
        yield from choice_findings(plan, node)


def way_findings(plan: Plan, node: Node) -> Iterator[Finding]:
    out, into = len(plan.outgoing.get(node.id, ())), len(plan.incoming.get(node.id, ()))
    if node.kind in (START, BOUNDARY):
        if into:
            yield Finding("dangling_flow", plan.incoming[node.id][0].id)
    elif not into:
        yield Finding("no_way_in", node.id)
    if node.kind == END:
        yield from (Finding("dangling_flow", flow.id) for flow in plan.outgoing.get(node.id, ()))
    elif out != 1 and not (out and node.kind in (CHOICE, PARALLEL)):
        yield Finding("one_way_out", node.id)


def event_findings(plan: Plan, node: Node) -> Iterator[Finding]:
    kind = node.event.kind if node.event else None
    if node.kind == BOUNDARY:
        host = plan.nodes.get(node.attached_to or "")
        fits = host is not None and host.parent == node.parent
        known = kind in BY_HOST.get(host.kind if host else "", ())
        if not fits or not known or (kind == "error" and not node.interrupting):
            yield Finding("bad_boundary", node.id, kind)
    elif node.kind in BY_KIND and kind not in BY_KIND[node.kind]:
        yield Finding("unsupported" if kind else "no_event", node.id, kind)


def choice_findings(plan: Plan, node: Node) -> Iterator[Finding]:
    flows = plan.outgoing.get(node.id, [])
    if len(flows) < 2:
        return
    if node.default not in {flow.id for flow in flows}:
        yield Finding("no_default", node.id)
    for flow in flows:
        if flow.condition is None and flow.id != node.default:
            yield Finding("no_condition", flow.id)


def condition_findings(plan: Plan) -> Iterator[Finding]:
    known = known_names(plan)
    for flow in plan.flows.values():
        if flow.condition is not None:
            yield from read_condition(plan, flow, known)
    for node in plan.nodes.values():
        for wanted in (node.event.until if node.event else None, node.owner):
            if wanted and wanted != "starter" and wanted not in known:
                yield Finding("unknown_field", node.id, wanted)


def read_condition(plan: Plan, flow: Flow, known: set[str]) -> Iterator[Finding]:
    source = plan.nodes.get(flow.source)
    if source is not None and source.kind != CHOICE:
        yield Finding("bad_condition", flow.id, "only a gateway chooses")
        return
    try:
        unknown = names_in(flow.condition or "") - known
    except BadExpression as error:
        yield Finding("bad_condition", flow.id, str(error))
        return
    yield from (Finding("unknown_field", flow.id, name) for name in sorted(unknown))


def known_names(plan: Plan) -> set[str]:
    """What start, forms and steps can put into the data of a case."""
    known = set(plan.data)
    for node in plan.nodes.values():
        known |= {one.key for one in node.fields}
        step = OFFERED.steps.get(node.step or "")
        known |= set(step.gives) if step else set()
    return known


def onward(plan: Plan, node: Node) -> list[str]:
    """Where a token can be next: along flows, into a subprocess, out through a boundary event."""
    following = [flow.target for flow in plan.outgoing.get(node.id, [])]
    following += [event.id for event in plan.boundaries.get(node.id, [])]
    if node.kind == SUB:
        following += [child.id for child in plan.children(node.id) if child.kind == START]
    return [name for name in following if name in plan.nodes]


def unreachable(plan: Plan) -> Iterator[Finding]:
    seen: set[str] = set()
    todo = [node.id for node in plan.children(None) if node.kind == START]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += onward(plan, plan.nodes[name])
    for name in plan.nodes.keys() - seen:
        if plan.incoming.get(name) or plan.nodes[name].kind in (START, BOUNDARY):
            yield Finding("unreachable", name)


def dead_ends(plan: Plan) -> Iterator[Finding]:
    """Nodes from which no end event of their own level can be reached."""
    good = {node.id for node in plan.nodes.values() if node.kind == END}
    grew = True
    while grew:
        more = {
            node.id
            for node in plan.nodes.values()
            if node.id not in good
            and any(name in good for name in onward(plan, node) if is_level(plan, node, name))
        }
        good |= more
        grew = bool(more)
    for name in plan.nodes.keys() - good:
        if plan.outgoing.get(name):
            yield Finding("no_way_to_end", name)


def is_level(plan: Plan, node: Node, other: str) -> bool:
    return plan.nodes[other].parent == node.parent


def endless_circles(plan: Plan) -> Iterator[Finding]:
    """Circles of gateways and steps alone."""
    automatic = {
        node.id: {
            name for name in onward(plan, node) if plan.nodes[name].kind not in WAITING | {SUB}
        }
        for node in plan.nodes.values()
        if node.kind not in WAITING | {SUB}
    }
    try:
        TopologicalSorter(automatic).prepare()
    except CycleError as error:
        yield Finding("endless", error.args[1][0])
