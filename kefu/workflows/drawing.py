"""Drawings: BPMN 2.0 files are read with care, and what Kefu cannot run is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kefu.workflows.drawn_nodes import MODEL, NODES, Reader
from kefu.workflows.findings import BadDrawing, Finding
from kefu.workflows.plan import Flow, Node, Plan

LARGEST = 512 * 1024
MOST_NODES = 200
RESERVED = frozenset({"Start", "End", "Root"})
ID = re.compile(r"^[A-Za-z_][\w.-]{0,99}$", re.ASCII)
# What carries no tokens: known, and read elsewhere or not at all.
QUIET = frozenset(
    {
        *("laneSet", "lane", "flowNodeRef", "childLaneSet", "documentation", "extensionElements"),
        *("incoming", "outgoing", "conditionExpression", "timeDuration", "timeDate"),
        *("timerEventDefinition", "messageEventDefinition", "signalEventDefinition"),
        *("errorEventDefinition", "terminateEventDefinition", "sequenceFlow", "group"),
        *("textAnnotation", "association", "text", "definitions", "process", "collaboration"),
        *("participant", "message", "signal", "error", "category", "categoryValue"),
    }
)
SCRIPTS = frozenset({"scriptTask", "script"})


def read_xml(xml: str) -> Any:
    """The tree of a file without entities; nothing is fetched, nothing is expanded."""
    if len(xml.encode("utf-8", "replace")) > LARGEST:
        raise BadDrawing(Finding("too_large", detail=f"{LARGEST // 1024} kB"))
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise BadDrawing(Finding("forbidden_xml"))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(xml.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadDrawing(Finding("not_xml", detail=str(error)[:200])) from error
    if root.getroottree().docinfo.doctype:
        raise BadDrawing(Finding("forbidden_xml"))
    return root


def read_drawing(root: Any) -> tuple[Plan, list[Finding]]:
    """What the drawing says, as far as it can be read, and what cannot."""
    processes = root.findall(f"{MODEL}process")
    if root.tag != f"{MODEL}definitions" or len(processes) != 1:
        raise BadDrawing(Finding("no_process"))
    process = processes[0]
    findings = [*strange_elements(root), *bad_ids(root)]
    reader = Reader(root)
    nodes = {node.id: node for node in reader.nodes(process, None)}
    if len(nodes) > MOST_NODES:
        raise BadDrawing(Finding("too_large", detail=f"{MOST_NODES} elements"))
    flows = {flow.id: flow for flow in flows_of(process)}
    plan = Plan(
        process.get("id", ""),
        process.get("name") or "",
        tuple(reader.start_data(process)),
        nodes,
        flows,
    )
    findings += reader.findings
    findings += flow_findings(plan)
    return plan, findings


def strange_elements(root: Any) -> Iterator[Finding]:
    """Elements of BPMN that Kefu does not run, each named by the nearest id."""
    for element in root.iter(f"{MODEL}*"):
        name = etree.QName(element).localname
        if name in QUIET or name in NODES:
            continue
        if name in SCRIPTS:
            if name == "scriptTask":
                yield Finding("script", element.get("id"))
        elif name == "task":
            yield Finding("untyped_task", element.get("id"))
        else:
            yield Finding("unsupported", nearest_id(element), name)
    for element in root.iter(f"{MODEL}subProcess"):
        if element.get("triggeredByEvent") == "true":
            yield Finding("unsupported", element.get("id"), "event subProcess")


def nearest_id(element: Any) -> str | None:
    while element is not None:
        if element.get("id"):
            return str(element.get("id"))
        element = element.getparent()
    return None


def bad_ids(root: Any) -> Iterator[Finding]:
    seen: set[str] = set()
    named = [*root.iter(*(f"{MODEL}{name}" for name in NODES)), *root.iter(f"{MODEL}sequenceFlow")]
    for element in [*named, *root.iter(f"{MODEL}process")]:
        identifier = element.get("id") or ""
        if not ID.match(identifier) or identifier in seen or identifier in RESERVED:
            yield Finding("bad_id", identifier or None)
        seen.add(identifier)


def flows_of(process: Any) -> Iterator[Flow]:
    for element in process.iter(f"{MODEL}sequenceFlow"):
        condition = element.find(f"{MODEL}conditionExpression")
        text = (condition.text or "").strip() if condition is not None else ""
        yield Flow(
            element.get("id", ""),
            element.get("sourceRef", ""),
            element.get("targetRef", ""),
            element.get("name") or "",
            text or None,
        )


def flow_findings(plan: Plan) -> Iterator[Finding]:
    pairs: set[tuple[str, str]] = set()
    for flow in plan.flows.values():
        source, target = plan.nodes.get(flow.source), plan.nodes.get(flow.target)
        if source is None or target is None or not same_level(source, target):
            yield Finding("dangling_flow", flow.id)
        elif (flow.source, flow.target) in pairs:
            yield Finding("double_flow", flow.id)
        pairs.add((flow.source, flow.target))


def same_level(source: Node, target: Node) -> bool:
    return source.parent == target.parent
