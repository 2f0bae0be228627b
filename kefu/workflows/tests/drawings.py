"""Drawings for tests, written as a few lines instead of XML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:kefu="urn:kefu:bpmn" id="defs" targetNamespace="urn:kefu">'
)
START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


def drawing(*elements: str, flows: Iterable[str] = (), name: str = "试", data: str = "") -> str:
    """A whole file; a flow is `a>b`, `a>b:condition`, its id `a_b`."""
    start = "".join(f'<kefu:data key="{key}"/>' for key in data.split())
    extension = f"<bpmn:extensionElements>{start}</bpmn:extensionElements>" if start else ""
    inner = extension + "".join(elements) + "".join(flow(one) for one in flows)
    messages = "".join(
        f'<bpmn:{kind} id="{kind}_{word}" name="{word}"/>'
        for kind, word in (
            ("message", "cancel"),
            ("message", "arrived"),
            ("signal", "recall"),
        )
    )
    errors = '<bpmn:error id="error_any"/><bpmn:error id="error_broke" errorCode="broke"/>'
    process = f'<bpmn:process id="p" name="{name}" isExecutable="true">{inner}</bpmn:process>'
    return f"{HEAD}{messages}{errors}{process}</bpmn:definitions>"


def flow(written: str) -> str:
    ends, _, condition = written.partition(":")
    source, _, target = ends.partition(">")
    inside = (
        f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inside}</bpmn:sequenceFlow>"
    )


def user(identifier: str, *fields: str, **attributes: str) -> str:
    """A person's task; a field is `key`, `key:type`, `key:type!` when required."""
    inner = "".join(form_field(one) for one in fields)
    extension = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    given = " ".join(f"kefu:{name}={quoteattr(value)}" for name, value in attributes.items())
    return (
        f'<bpmn:userTask id="{identifier}" name="{identifier}" {given}>{extension}</bpmn:userTask>'
    )


def form_field(written: str) -> str:
    key, _, kind = written.partition(":")
    options = ' options="a=甲;b=乙"' if kind.startswith("choice") else ""
    required = ' required="true"' if kind.endswith("!") else ""
    return f'<kefu:field key="{key}" type="{kind.rstrip("!") or "text"}"{required}{options}/>'


def step(identifier: str, name: str, params: Sequence[tuple[str, str]] = ()) -> str:
    inner = "".join(f'<kefu:param name="{key}" value="{value}"/>' for key, value in params)
    extension = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f'<bpmn:serviceTask id="{identifier}" kefu:step="{name}">{extension}</bpmn:serviceTask>'


def choice(identifier: str, default: str | None = None) -> str:
    given = f' default="{default}"' if default else ""
    return f'<bpmn:exclusiveGateway id="{identifier}"{given}/>'


def parallel(identifier: str) -> str:
    return f'<bpmn:parallelGateway id="{identifier}"/>'


def receive(identifier: str, message: str = "arrived") -> str:
    return f'<bpmn:receiveTask id="{identifier}" messageRef="message_{message}"/>'


def timer(identifier: str, duration: str = "PT1H") -> str:
    head = f'<bpmn:intermediateCatchEvent id="{identifier}">'
    return f"{head}{timed(duration)}</bpmn:intermediateCatchEvent>"


def timed(duration: str) -> str:
    if duration.startswith("P"):
        inner = f"<bpmn:timeDuration>{duration}</bpmn:timeDuration>"
    else:
        inner = f"<bpmn:timeDate>{duration}</bpmn:timeDate>"
    return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"


def boundary(identifier: str, host: str, event: str, *, interrupting: bool = True) -> str:
    """`event` is a duration, `message:cancel`, `signal:recall` or `error:any`."""
    kind, _, name = event.partition(":")
    inner = f'<bpmn:{kind}EventDefinition {kind}Ref="{kind}_{name}"/>' if name else timed(event)
    return (
        f'<bpmn:boundaryEvent id="{identifier}" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}">{inner}</bpmn:boundaryEvent>'
    )


def sub(identifier: str, *elements: str, flows: Iterable[str] = ()) -> str:
    inner = "".join(elements) + "".join(flow(one) for one in flows)
    return f'<bpmn:subProcess id="{identifier}" name="{identifier}">{inner}</bpmn:subProcess>'
