"""The exploration of token states against what really runs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.workflows.checking import check_plan
from kefu.workflows.drawing import read_drawing, read_xml
from kefu.workflows.engine import Run, Spec, parse_spec
from kefu.workflows.exploring import State, Tokens
from kefu.workflows.findings import Finding
from kefu.workflows.plan import Plan
from kefu.workflows.publishing import look_at
from kefu.workflows.tests.drawings import (
    END,
    START,
    boundary,
    choice,
    drawing,
    parallel,
    sub,
    timer,
    user,
)

Block = tuple[str, tuple["Block", ...]]
MOST_STEPS = 60


def blocks() -> st.SearchStrategy[Block]:
    """Processes out of sound parts: tasks, sequences, choices, branches, circles, subprocesses."""
    leaf: st.SearchStrategy[Block] = st.sampled_from(
        [("user", ()), ("timer", ()), ("watched", ()), ("reminded", ())]
    )

    def nested(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        pairs = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(st.sampled_from(["sequence", "choice", "parallel"]), pairs),
            st.tuples(st.just("circle"), st.tuples(inner)),
            st.tuples(st.just("sub"), st.tuples(inner)),
        )

    return st.recursive(leaf, nested, max_leaves=6)


class Drawn:
    """Draws blocks; each has one way in and one way out."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self.flows: list[str] = []
        self._count = 0

    def name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def block(self, block: Block) -> tuple[str, str]:
        kind, parts = block
        draw: Callable[[tuple[Block, ...]], tuple[str, str]] = getattr(self, kind)
        return draw(parts)

    def user(self, _parts: tuple[Block, ...]) -> tuple[str, str]:
        name = self.name("u")
        self.elements.append(user(name))
        return name, name

    def timer(self, _parts: tuple[Block, ...]) -> tuple[str, str]:
        name = self.name("t")
        self.elements.append(timer(name))
        return name, name

    def watched(self, _parts: tuple[Block, ...]) -> tuple[str, str]:
        name, event, merge = self.name("u"), self.name("b"), self.name("m")
        self.elements += [user(name), boundary(event, name, "PT1H"), choice(merge)]
        self.flows += [f"{name}>{merge}", f"{event}>{merge}"]
        return name, merge

    def reminded(self, _parts: tuple[Block, ...]) -> tuple[str, str]:
        name, event, end = self.name("u"), self.name("b"), self.name("e")
        reminder = boundary(event, name, "PT1H", interrupting=False)
        self.elements += [user(name), reminder, f'<bpmn:endEvent id="{end}"/>']
        self.flows.append(f"{event}>{end}")
        return name, name

    def sequence(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        (first, middle), (following, last) = (self.block(part) for part in parts)
        self.flows.append(f"{middle}>{following}")
        return first, last

    def choice(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        split, merge = self.name("g"), self.name("m")
        ends = [self.block(part) for part in parts]
        self.elements += [choice(split, f"{split}_{ends[0][0]}"), choice(merge)]
        self.flows += [f"{split}>{ends[0][0]}", f"{split}>{ends[1][0]}:go == '{split}'"]
        self.flows += [f"{out}>{merge}" for _into, out in ends]
        return split, merge

    def parallel(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        split, join = self.name("p"), self.name("j")
        self.elements += [parallel(split), parallel(join)]
        for into, out in (self.block(part) for part in parts):
            self.flows += [f"{split}>{into}", f"{out}>{join}"]
        return split, join

    def circle(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        merge, split, seen = self.name("m"), self.name("g"), self.name("u")
        into, out = self.block(parts[0])
        self.elements += [choice(merge), user(seen), choice(split, f"{split}_{self.name('x')}")]
        after = self.name("u")
        self.elements[-1] = choice(split, f"{split}_{after}")
        self.elements.append(user(after))
        self.flows += [f"{merge}>{into}", f"{out}>{seen}", f"{seen}>{split}"]
        self.flows += [f"{split}>{merge}:go == '{split}'", f"{split}>{after}"]
        return merge, after

    def sub(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        outer, self.elements, flows, self.flows = self.elements, [], self.flows, []
        start, end, name = self.name("s"), self.name("e"), self.name("sub")
        into, out = self.block(parts[0])
        self.flows += [f"{start}>{into}", f"{out}>{end}"]
        inner = [
            *self.elements,
            f'<bpmn:startEvent id="{start}"/>',
            f'<bpmn:endEvent id="{end}"/>',
        ]
        outer.append(sub(name, *inner, flows=self.flows))
        self.elements, self.flows = outer, flows
        return name, name


def drawn(block: Block) -> str:
    pen = Drawn()
    into, out = pen.block(block)
    return drawing(
        START,
        END,
        *pen.elements,
        flows=[f"start>{into}", f"{out}>end", *pen.flows],
        data="go",
    )


def looked_at(xml: str) -> tuple[Plan, Spec, list[Finding]]:
    root = read_xml(xml)
    plan, findings = read_drawing(root)
    return plan, parse_spec(root, "p"), findings or check_plan(plan)


def reachable(plan: Plan) -> set[State]:
    tokens = Tokens(plan)
    seen, todo = set(), [tokens.start()]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += tokens.moves(state)
    return seen


def resting(run: Run) -> frozenset[str]:
    """Where the tokens of a run are when nothing moves by itself."""
    waits = [task for task in run.waiting() if not hasattr(task.task_spec, "cancel_activity")]
    return frozenset(task.task_spec.name for task in [*run.ready(), *waits])


def projected(plan: Plan, states: set[State]) -> set[frozenset[str]]:
    return {
        frozenset(name for kind, name in state if kind == "at" and plan.nodes[name].kind in RESTING)
        for state in states
    }


RESTING = {"user", "catch"}


@settings(max_examples=60, deadline=None)
@given(blocks(), st.randoms(use_true_random=False))
def test_a_sound_process_rests_only_where_it_was_explored_and_always_ends(
    block: Block, random: Random
) -> None:
    plan, spec, findings = looked_at(drawn(block))
    assert findings == []
    known = projected(plan, reachable(plan))
    run = Run(spec, {})
    run.go_on()
    steps = 0

    while not run.is_over():
        assert resting(run) in known
        steps += 1
        tired = steps > MOST_STEPS
        splits = ["" if tired else name for name in plan.nodes if name.startswith("g")]
        run.conditions.data["go"] = random.choice([*splits, ""])
        tasks, events = list(run.ready()), list(run.waiting())
        task = random.choice(tasks if tired and tasks else tasks + events)
        run.complete(task.id) if task.task_spec.manual else run.fire(task.id)
        run.go_on()
        run = Run.of(run.stored(), spec, run.conditions.data)

    assert frozenset() in reachable(plan)
    assert not list(run.ready())
    assert not list(run.waiting())


def scribbles() -> st.SearchStrategy[tuple[list[str], list[tuple[int, int]]]]:
    """Elements joined at random; most of them make no sense."""
    kinds = st.lists(st.sampled_from(["u", "g", "p"]), min_size=1, max_size=6)
    ends = st.integers(min_value=0, max_value=7)
    return st.tuples(kinds, st.lists(st.tuples(ends, ends), max_size=10, unique=True))


def scribbled(kinds: list[str], pairs: list[tuple[int, int]]) -> str:
    names = ["start", *(f"{kind}{number}" for number, kind in enumerate(kinds)), "end"]
    flows = [
        (names[a % len(names)], names[b % len(names)])
        for a, b in pairs
        if names[a % len(names)] != "end" and names[b % len(names)] != "start"
    ]
    defaults = dict(reversed([(a, f"{a}_{b}") for a, b in dict.fromkeys(flows)]))
    makers = {"u": user, "p": parallel}
    elements = [
        choice(name, defaults.get(name)) if name[0] == "g" else makers[name[0]](name)
        for name in names[1:-1]
    ]
    written = [
        f"{a}>{b}" + (f":go == '{b}'" if a[0] == "g" and defaults[a] != f"{a}_{b}" else "")
        for a, b in dict.fromkeys(flows)
    ]
    return drawing(START, END, *elements, flows=written, data="go")


@settings(max_examples=300, deadline=None)
@given(scribbles(), st.randoms(use_true_random=False))
def test_whatever_is_drawn_is_refused_by_an_element_or_runs_to_an_end(
    scribble: tuple[list[str], list[tuple[int, int]]], random: Random
) -> None:
    xml = scribbled(*scribble)
    plan, findings = look_at(xml)
    assert plan is not None
    known = plan.nodes.keys() | plan.flows.keys() | {"p"}
    assert all(finding.element in known for finding in findings)
    run = None if findings else Run(parse_spec(read_xml(xml), "p"), {})

    for _ in range(MOST_STEPS if run else 0):
        assert run is not None
        run.go_on()
        tasks = list(run.ready())
        assert run.is_over() == (not tasks)
        if run.is_over():
            break
        assert resting(run) in projected(plan, reachable(plan))
        run.conditions.data["go"] = random.choice(list(plan.nodes))
        run.complete(random.choice(tasks).id)
