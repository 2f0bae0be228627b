from __future__ import annotations

from itertools import pairwise

import pytest

from kefu.workflows.drawing import LARGEST
from kefu.workflows.exploring import MOST_STATES
from kefu.workflows.plan import Plan
from kefu.workflows.publishing import look_at
from kefu.workflows.tests import factories as _steps  # noqa: F401 - they offer steps
from kefu.workflows.tests.drawings import (
    END,
    HEAD,
    START,
    boundary,
    choice,
    drawing,
    parallel,
    receive,
    step,
    sub,
    timer,
    user,
)

GONE = '<bpmn:endEvent id="gone"/>'
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    '<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><lolz>&lol2;</lolz>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    "<p>&secret;</p>"
)


def found(xml: str) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.element) for finding in look_at(xml)[1]]


def straight(*elements: str, through: str, **more: str) -> str:
    """From the start through these elements to the end."""
    names = ["start", *through.split(), "end"]
    flows = [f"{before}>{after}" for before, after in pairwise(names)]
    return drawing(START, END, *elements, flows=flows, **more)


def test_a_sound_drawing_has_no_findings_and_its_plan_is_kept_as_json() -> None:
    plan, findings = look_at(
        straight(
            user("a", "ok:choice!", "why:long_text", department="售后部", hours="2.5"),
            step("s", "test.note", [("word", "x")]),
            timer("t", "P1DT2H"),
            through="a s t",
        )
    )

    assert findings == []
    assert plan is not None
    assert Plan.of(plan.stored()) == plan
    assert plan.nodes["a"].hours == 2.5
    assert plan.nodes["a"].fields[0].options == (("a", "甲"), ("b", "乙"))
    assert plan.nodes["t"].event is not None
    assert plan.nodes["t"].event.seconds == 26 * 3600


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("", "not_xml"),
        ("<a><b></a>", "not_xml"),
        ("这不是 XML", "not_xml"),
        (BOMB, "forbidden_xml"),
        (OUTSIDE, "forbidden_xml"),
        ("<a/>", "no_process"),
        (f"{HEAD}</bpmn:definitions>", "no_process"),
        (f"<a>{'x' * LARGEST}</a>", "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(xml: str, code: str) -> None:
    assert [kind for kind, _element in found(xml)] == [code]


def test_a_script_with_code_is_named_and_never_run() -> None:
    script = (
        '<bpmn:scriptTask id="evil"><bpmn:script>import os; os.abort()</bpmn:script>'
        "</bpmn:scriptTask>"
    )

    assert ("script", "evil") in found(straight(script, through="evil"))


@pytest.mark.parametrize(
    ("element", "finding"),
    [
        ('<bpmn:callActivity id="x" calledElement="p"/>', ("unsupported", "x")),
        ('<bpmn:sendTask id="x"/>', ("unsupported", "x")),
        ('<bpmn:businessRuleTask id="x"/>', ("unsupported", "x")),
        ('<bpmn:inclusiveGateway id="x"/>', ("unsupported", "x")),
        ('<bpmn:eventBasedGateway id="x"/>', ("unsupported", "x")),
        ('<bpmn:task id="x"/>', ("untyped_task", "x")),
        (
            '<bpmn:userTask id="x"><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>',
            ("unsupported", "x"),
        ),
        (
            (
                '<bpmn:intermediateThrowEvent id="x"><bpmn:compensateEventDefinition id="c"/>'
                "</bpmn:intermediateThrowEvent>"
            ),
            ("unsupported", "c"),
        ),
        ('<bpmn:receiveTask id="x"/>', ("no_event", "x")),
        ('<bpmn:intermediateCatchEvent id="x"/>', ("no_event", "x")),
        (timer("x", "PT0S"), ("bad_timer", "x")),
        (timer("x", "P9999D"), ("bad_timer", "x")),
        (timer("x", "unheard_of"), ("unknown_field", "x")),
        (step("x", "nobody.offers"), ("missing_step", "x")),
        (user("x", "1key"), ("bad_form", "x")),
        (user("x", "key:colour"), ("bad_form", "x")),
        (user("x", "key", "key"), ("bad_form", "x")),
        (user("x", hours="soon"), ("bad_attribute", "x")),
        (user("x", counts="holidays"), ("bad_attribute", "x")),
        (user("x", owner="unheard_of"), ("unknown_field", "x")),
        (user("x", departmnt="typo"), ("bad_attribute", "x")),
        ('<bpmn:userTask id="End"/><bpmn:userTask id="x"/>', ("bad_id", "End")),
        ('<bpmn:userTask id="x"/><bpmn:userTask id="x"/>', ("bad_id", "x")),
    ],
)
def test_an_element_that_cannot_run_is_named(element: str, finding: tuple[str, str]) -> None:
    assert finding in found(straight(element, through="x"))


def gateway(*flows: str, default: str | None = None) -> str:
    return drawing(
        START,
        END,
        user("a", "ok:boolean"),
        choice("g", default),
        user("b"),
        flows=["start>a", "a>g", *flows, "b>end"],
    )


@pytest.mark.parametrize(
    ("xml", "finding"),
    [
        (gateway("g>b:ok", "g>end:not ok"), ("no_default", "g")),
        (gateway("g>b", "g>end", default="g_end"), ("no_condition", "g_b")),
        (gateway("g>b:ok and", "g>end", default="g_end"), ("bad_condition", "g_b")),
        (gateway("g>b:ok.__class__", "g>end", default="g_end"), ("bad_condition", "g_b")),
        (gateway("g>b:okay", "g>end", default="g_end"), ("unknown_field", "g_b")),
        (gateway("g>b:ok", "g>end", "g>nowhere", default="g_end"), ("dangling_flow", "g_nowhere")),
        (straight(user("a"), user("b"), through="a"), ("no_way_in", "b")),
        (drawing(START, user("a"), flows=["start>a"]), ("one_way_out", "a")),
        (drawing(START, user("a"), flows=["start>a"]), ("no_end", "p")),
        (drawing(END, user("a"), flows=["a>end"]), ("start", "p")),
        (straight(sub("s"), through="s"), ("start", "s")),
        (straight(user("a"), boundary("b", "a", "error:any"), through="a"), ("bad_boundary", "b")),
        (straight(user("a"), boundary("b", "z", "PT1H"), through="a"), ("bad_boundary", "b")),
    ],
)
def test_ways_that_do_not_add_up_are_named(xml: str, finding: tuple[str, str]) -> None:
    assert finding in found(xml)


def test_elements_that_no_token_reaches_and_circles_without_a_way_out_are_named() -> None:
    island = drawing(
        START, END, user("a"), user("b"), user("c"), flows=["start>a", "a>end", "b>c", "c>b"]
    )

    assert {("unreachable", "b"), ("unreachable", "c"), ("no_way_to_end", "b")} <= set(
        found(island)
    )


def test_a_circle_in_which_nobody_is_waited_for_is_named() -> None:
    xml = drawing(
        START,
        END,
        choice("m"),
        step("s", "test.note"),
        choice("g", "g_end"),
        flows=["start>m", "m>s", "s>g", "g>m:noted", "g>end"],
    )

    assert [code for code, _element in found(xml)] == ["endless"]


def test_a_join_behind_a_choice_is_named() -> None:
    xml = drawing(
        START,
        END,
        choice("g", "g_b"),
        user("a", "x"),
        user("b"),
        parallel("j"),
        flows=["start>g", "g>a:x == '1'", "g>b", "a>j", "b>j", "j>end"],
    )

    assert found(xml) == [("join_behind_choice", "j")]


def test_a_join_whose_branch_was_taken_away_is_named() -> None:
    xml = drawing(
        START,
        END,
        parallel("split"),
        user("a"),
        user("b"),
        boundary("late", "b", "PT1H"),
        GONE,
        parallel("join"),
        flows=[
            *("start>split", "split>a", "split>b", "a>join", "b>join", "join>end"),
            "late>gone",
        ],
    )

    assert found(xml) == [("deadlock", "join")]


def test_branches_that_run_together_without_a_join_are_named() -> None:
    xml = drawing(
        START,
        END,
        parallel("split"),
        user("a"),
        user("b"),
        choice("merge"),
        user("c"),
        flows=["start>split", "split>a", "split>b", "a>merge", "b>merge", "merge>c", "c>end"],
    )

    assert found(xml) == [("twice", "c")]


def test_a_drawing_with_too_many_states_is_refused() -> None:
    names = [f"u{number}" for number in range(15)]
    xml = drawing(
        START,
        END,
        parallel("split"),
        parallel("join"),
        *(user(name) for name in names),
        flows=[
            "start>split",
            "join>end",
            *(f"split>{name}" for name in names),
            *(f"{name}>join" for name in names),
        ],
    )

    assert 2 ** len(names) > MOST_STATES
    assert found(xml) == [("too_many_states", "p")]


def test_waiting_for_a_message_with_a_time_limit_is_sound() -> None:
    xml = drawing(
        START,
        END,
        receive("parcel"),
        boundary("late", "parcel", "P7D"),
        GONE,
        flows=["start>parcel", "parcel>end", "late>gone"],
    )

    assert found(xml) == []
