"""Drawn nodes: activities, gateways and events of a file, with Kefu's own attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kefu.workflows.findings import Finding
from kefu.workflows.plan import (
    BOUNDARY,
    BUSINESS,
    CATCH,
    CHOICE,
    END,
    FIELD_TYPES,
    PARALLEL,
    PLAIN,
    RECEIVE,
    START,
    STEP,
    SUB,
    THROW,
    USER,
    Event,
    FormField,
    Node,
)

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
KEFU = "{urn:kefu:bpmn}"
NODES = {
    "startEvent": START,
    "endEvent": END,
    "intermediateThrowEvent": THROW,
    "intermediateCatchEvent": CATCH,
    "boundaryEvent": BOUNDARY,
    "userTask": USER,
    "serviceTask": STEP,
    "receiveTask": RECEIVE,
    "exclusiveGateway": CHOICE,
    "parallelGateway": PARALLEL,
    "subProcess": SUB,
}
EVENTS = {
    f"{MODEL}{name}EventDefinition": name
    for name in ("timer", "message", "signal", "error", "terminate")
}
ATTRIBUTES = {
    USER: frozenset({"department", "role", "owner", "hours", "calendar", "counts", "screen"}),
    STEP: frozenset({"step"}),
}
KEY = re.compile(r"^[^\W\d]\w{0,59}$")
DURATION = re.compile(
    r"^P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)
SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
LONGEST_WAIT = 366 * 86_400
LONGEST_TEXT = 200
MOST_FIELDS = 40


class Reader:
    """Reads the nodes of one file; what it cannot read becomes a finding."""

    def __init__(self, root: Any) -> None:
        self.findings: list[Finding] = []
        self._lanes = {
            reference.text: reference.getparent().get("name")
            for reference in root.iter(f"{MODEL}flowNodeRef")
        }
        self._names = {
            element.get("id"): element.get("name") or element.get("errorCode") or ""
            for kind in ("message", "signal", "error")
            for element in root.iter(f"{MODEL}{kind}")
        }
        self._codes = {
            element.get("id"): element.get("errorCode") for element in root.iter(f"{MODEL}error")
        }

    def nodes(self, scope: Any, parent: str | None) -> Iterator[Node]:
        """The nodes of a process or subprocess, and those within."""
        for element in scope:
            kind = NODES.get(etree.QName(element).localname)
            if element.tag.startswith(MODEL) and kind is not None:
                yield self._node(element, kind, parent)
                if kind == SUB:
                    yield from self.nodes(element, element.get("id", ""))

    def start_data(self, process: Any) -> list[str]:
        """Names that whoever starts a case gives."""
        keys = []
        for element in process.iterfind(f"{MODEL}extensionElements/{KEFU}data"):
            if KEY.match(element.get("key") or ""):
                keys.append(element.get("key"))
            else:
                self._find("bad_attribute", process, f"data {element.get('key')}")
        return keys

    def _node(self, element: Any, kind: str, parent: str | None) -> Node:
        given = self._given(element, kind)
        lane = self._lanes.get(element.get("id"))
        return Node(
            element.get("id", ""),
            kind,
            (element.get("name") or "")[:LONGEST_TEXT],
            parent,
            department=given.get("department") or (lane if kind == USER else None),
            role=given.get("role"),
            owner=given.get("owner"),
            hours=self._hours(element, given.get("hours")),
            calendar=given.get("calendar"),
            counts=self._counts(element, given.get("counts")),
            screen=given.get("screen"),
            step=given.get("step"),
            params=tuple(self._params(element)) if kind == STEP else (),
            fields=tuple(self._fields(element)) if kind == USER else (),
            event=self._event(element, kind),
            attached_to=element.get("attachedToRef") if kind == BOUNDARY else None,
            interrupting=element.get("cancelActivity", "true") != "false",
            default=element.get("default"),
        )

    def _given(self, element: Any, kind: str) -> dict[str, str]:
        """Kefu's attributes; one that means nothing here is a mistake worth knowing."""
        given = {}
        for name, value in element.attrib.items():
            if not name.startswith(KEFU):
                continue
            plain = name.removeprefix(KEFU)
            if plain not in ATTRIBUTES.get(kind, ()) or len(value) > LONGEST_TEXT:
                self._find("bad_attribute", element, f"kefu:{plain}")
            elif value.strip():
                given[plain] = value.strip()
        return given

    def _hours(self, element: Any, written: str | None) -> float | None:
        if written is None:
            return None
        if re.match(r"^\d{1,5}(\.\d{1,2})?$", written) and 0 < float(written) <= 8_784:
            return float(written)
        self._find("bad_attribute", element, "kefu:hours")
        return None

    def _counts(self, element: Any, written: str | None) -> str | None:
        if written is None or written in (PLAIN, BUSINESS):
            return written
        self._find("bad_attribute", element, "kefu:counts")
        return None

    def _params(self, element: Any) -> Iterator[tuple[str, str]]:
        for param in element.iterfind(f"{MODEL}extensionElements/{KEFU}param"):
            yield (param.get("name") or "", (param.get("value") or "")[:LONGEST_TEXT])

    def _fields(self, element: Any) -> Iterator[FormField]:
        seen: set[str] = set()
        drawn = element.findall(f"{MODEL}extensionElements/{KEFU}field")
        if len(drawn) > MOST_FIELDS:
            self._find("bad_form", element, f"{MOST_FIELDS} fields")
        for one in drawn[:MOST_FIELDS]:
            key, kind = one.get("key") or "", one.get("type") or "text"
            options = tuple(options_of(one.get("options") or ""))
            bad = not KEY.match(key) or key in seen or kind not in FIELD_TYPES
            if bad or (kind == "choice" and not options):
                self._find("bad_form", element, key or kind)
                continue
            seen.add(key)
            label = (one.get("label") or key)[:LONGEST_TEXT]
            yield FormField(key, label, kind, one.get("required") == "true", options)

    def _event(self, element: Any, kind: str) -> Event | None:
        if kind == RECEIVE:
            return self._named(element, "message", element.get("messageRef"))
        definitions = [child for child in element if child.tag in EVENTS]
        if not definitions:
            return None
        if len(definitions) > 1:
            self._find("unsupported", element, "several event definitions")
        definition = definitions[0]
        name = EVENTS[definition.tag]
        if name == "timer":
            return self._timer(element, definition)
        if name == "terminate":
            return Event(name)
        return self._named(element, name, definition.get(f"{name}Ref"))

    def _named(self, element: Any, kind: str, reference: str | None) -> Event | None:
        if kind == "error":
            return Event(kind, self._codes.get(reference) or "")
        name = self._names.get(reference) or ""
        if not name or len(name) > LONGEST_TEXT:
            self._find("no_event", element, kind)
            return None
        return Event(kind, name)

    def _timer(self, element: Any, definition: Any) -> Event:
        duration = (definition.findtext(f"{MODEL}timeDuration") or "").strip()
        until = (definition.findtext(f"{MODEL}timeDate") or "").strip()
        if until and KEY.match(until):
            return Event("timer", until=until)
        seconds = seconds_of(duration)
        if seconds is None:
            self._find("bad_timer", element, duration or until or None)
        return Event("timer", seconds=seconds or 0.0)

    def _find(self, code: str, element: Any, detail: str | None = None) -> None:
        self.findings.append(Finding(code, element.get("id"), detail))


def options_of(written: str) -> Iterator[tuple[str, str]]:
    """`a=First;b=Second`, or just `a;b`."""
    for part in written.split(";"):
        value, _, label = part.strip().partition("=")
        if value.strip():
            yield value.strip(), label.strip() or value.strip()


def seconds_of(duration: str) -> float | None:
    """How long an ISO 8601 duration in weeks, days and times is; nothing beyond a year."""
    match = DURATION.match(duration)
    if match is None or len(duration) > 40:
        return None
    total = sum(SECONDS[name] * int(value) for name, value in match.groupdict("0").items())
    return float(total) if 0 < total <= LONGEST_WAIT else None
