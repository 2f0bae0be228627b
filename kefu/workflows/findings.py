"""Findings: what is wrong with a drawing, each at its element."""

from __future__ import annotations

from dataclasses import dataclass

TITLES = {
    "not_xml": "The file is no well-formed XML.",
    "forbidden_xml": "A drawing carries no document type and no entities.",
    "too_large": "The drawing is too large.",
    "no_process": "The file has to hold exactly one process.",
    "unsupported": "This kind of element is not supported.",
    "script": "Scripts are never run. Use a service task that names a step.",
    "untyped_task": "Say whether a person does this (user task) or a step (service task).",
    "bad_id": "This id is missing, taken twice, or reserved.",
    "bad_attribute": "This attribute has no meaning or a value that cannot be used.",
    "start": "There has to be exactly one plain start event here.",
    "no_end": "There has to be an end event here.",
    "one_way_out": "Exactly one flow leaves this element.",
    "no_way_in": "A flow has to lead here.",
    "dangling_flow": "This flow does not join two elements of the same level.",
    "double_flow": "Two flows join the same two elements.",
    "no_default": "This gateway needs a default flow, for when no condition holds.",
    "no_condition": "This flow needs a condition, for it is not the default.",
    "bad_condition": "This condition cannot be read.",
    "unknown_field": "No form, step or start data of this process gives this name.",
    "bad_form": "The form has a field that cannot be used.",
    "missing_step": "No capability offers this step.",
    "no_event": "Say what is waited for: a time, a message or a signal.",
    "bad_timer": "Write a duration like PT48H or P3D, or the name of a date among the data.",
    "bad_boundary": "This kind of event cannot be attached here.",
    "unreachable": "No token can ever come here.",
    "no_way_to_end": "From here no end can be reached.",
    "endless": "This circle holds nobody and nothing to wait for: it would turn for ever.",
    "join_behind_choice": "This join waits for branches of which a gateway chooses only one.",
    "deadlock": "This join waits for a branch that can never arrive.",
    "twice": "Two tokens can come here at the same time.",
    "too_many_states": "The drawing has too many states to be checked. Divide it.",
    "engine": "The engine cannot read this element.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`element` is the id in the drawing; `detail` names the value that is wrong."""

    code: str
    element: str | None = None
    detail: str | None = None

    @property
    def title(self) -> str:
        return TITLES[self.code]


class BadDrawing(Exception):
    """The file cannot be read at all."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.title)
        self.finding = finding
