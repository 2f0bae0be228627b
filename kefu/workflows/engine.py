"""The engine: SpiffWorkflow runs the drawing; data, time and steps stay with Kefu.

Spiff moves tokens, nothing more. Its tasks carry no data (a case's data is one row of ours), its
timers never look at a clock (ours are due rows), its service tasks wait until the step was run,
and its script engine reads conditions in our own small language and refuses to execute.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    IntermediateCatchEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.task_spec import (
    BpmnTaskSpecConverter,
    ParallelGatewayConverter,
)
from SpiffWorkflow.bpmn.serializer.helpers import EventDefinitionConverter
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    IntermediateCatchEvent,
    ParallelGateway,
    ServiceTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from kefu.workflows.expressions import evaluate
from kefu.workflows.findings import BadDrawing, Finding

Data = dict[str, Any]


class ScriptsRefused(RuntimeError):
    """Somebody tried to execute a script. No drawing with one is ever published."""


class Conditions:
    """Spiff's script engine, reduced to conditions on the case's own data."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.environment = self

    def validate(self, expression: str) -> None:
        evaluate(expression, {})

    def evaluate(self, _task: Any, expression: str, **_context: Any) -> bool:
        return bool(evaluate(expression, self.data))

    def execute(self, *_anything: Any, **_more: Any) -> None:
        raise ScriptsRefused("Kefu runs no scripts.")

    def call_service(self, *_anything: Any, **_more: Any) -> None:
        raise ScriptsRefused("Kefu runs steps itself.")


class StepTask(ServiceTask):  # type: ignore[misc]
    """A service task that waits, as a person's does, until its step was run."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **more: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **more)
        self.manual = True

    def _run_hook(self, _my_task: Any) -> bool:
        return True


class Join(ParallelGateway):  # type: ignore[misc]
    """A parallel gateway that counts each arrival once.

    Spiff's own takes arrivals of a former round for those of this one, and so fires too early
    where branches lie within a circle.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = {
            task.parent.task_spec.name: task
            for task in my_task.workflow.get_tasks(spec_name=self.name)
            if task.parent.state == TaskState.COMPLETED and not task.internal_data.get("counted")
        }
        if not set(self._inputs) <= arrived.keys():
            return False
        for task in arrived.values():
            task.internal_data["counted"] = True
        return True

    def _run_hook(self, _my_task: Any) -> bool:
        return True


class DueTimer(EventDefinition):  # type: ignore[misc]
    """A timer whose time is a row of ours; it fires when it is told to."""

    def catches(self, _task: Any, _event: Any) -> bool:
        return False


class TimerWaits:
    """Reads a timer without looking at its expression."""

    def parse_timer_event(self, _event: Any) -> DueTimer:
        node: Any = self.node  # type: ignore[attr-defined]
        return DueTimer(node.get("id"), "Timer")


class CatchParser(TimerWaits, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class EdgeParser(TimerWaits, BoundaryEventParser):  # type: ignore[misc]
    pass


class DrawingParser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - as Spiff's own parsers declare it
        full_tag("serviceTask"): (TaskParser, StepTask),
        full_tag("parallelGateway"): (GatewayParser, Join),
        full_tag("intermediateCatchEvent"): (CatchParser, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (EdgeParser, BoundaryEvent),
    }


SERIALIZER = BpmnWorkflowSerializer(
    BpmnWorkflowSerializer.configure(
        DEFAULT_CONFIG
        | {
            StepTask: BpmnTaskSpecConverter,
            Join: ParallelGatewayConverter,
            DueTimer: EventDefinitionConverter,
        }
    )
)


@dataclass(frozen=True, slots=True)
class Spec:
    """What Spiff made of a drawing: the process and its subprocesses."""

    process: Any
    subs: dict[str, Any]

    def stored(self) -> Data:
        """As JSON; parsing a drawing again is slow."""
        subs = {name: SERIALIZER.to_dict(spec) for name, spec in self.subs.items()}
        return {"process": SERIALIZER.to_dict(self.process), "subs": subs}

    @classmethod
    def of(cls, stored: Data) -> Spec:
        stored = deepcopy(stored)  # Spiff takes apart what it restores
        subs = {name: SERIALIZER.from_dict(spec) for name, spec in stored["subs"].items()}
        return cls(SERIALIZER.from_dict(stored["process"]), subs)


def parse_spec(root: Any, process_id: str) -> Spec:
    """Let Spiff read a drawing that Kefu has checked already."""
    parser = DrawingParser()
    try:
        parser.add_bpmn_xml(etree.ElementTree(root))
        return Spec(parser.get_spec(process_id), parser.get_subprocess_specs(process_id))
    except ValidationException as error:
        element = getattr(error, "id", None) or process_id
        raise BadDrawing(Finding("engine", element, str(error)[:200])) from error


class Run:
    """The tokens of one case."""

    def __init__(self, spec: Spec, data: Data, workflow: BpmnWorkflow | None = None) -> None:
        self.spec = spec
        self.conditions = Conditions(data)
        self.workflow = workflow or BpmnWorkflow(
            spec.process, spec.subs, script_engine=self.conditions
        )
        self.left: list[Any] = []

    def go_on(self) -> None:
        """Move every token until it waits; `left` collects what was passed."""
        self.workflow.do_engine_steps(did_complete_task=self.left.append)

    def complete(self, token: UUID) -> None:
        """What the token waited for at a person's task or a step is done."""
        task = self.workflow.get_task_from_id(token)
        task.run()
        self.left.append(task)

    def fire(self, token: UUID) -> None:
        """What an event waited for has happened."""
        task = self.workflow.get_task_from_id(token)
        definition = task.task_spec.event_definition
        task.task_spec.catch(task, BpmnEvent(definition, payload={}))
        task.task_spec._update(task)  # noqa: SLF001 - as Spiff's own event manager does

    def ready(self) -> Iterator[Any]:
        """Tasks of people and steps that wait to be done."""
        found: list[Any] = self.workflow.get_tasks(state=TaskState.READY)
        return (task for task in found if task.task_spec.manual)

    def waiting(self) -> Iterator[Any]:
        """Events that are waited for."""
        found: list[Any] = self.workflow.get_tasks(state=TaskState.WAITING)
        return (task for task in found if isinstance(task.task_spec, CatchingEvent))

    def is_over(self) -> bool:
        return bool(self.workflow.completed)

    def size(self) -> int:
        subs = self.workflow.subprocesses.values()
        return len(self.workflow.tasks) + sum(len(sub.tasks) for sub in subs)

    def stored(self) -> Data:
        """Where the tokens are, as JSON, without the drawing."""
        workflow = self.workflow
        subs = {
            str(token): {"spec": sub.spec.name, **tokens_of(sub)}
            for token, sub in workflow.subprocesses.items()
        }
        return {**tokens_of(workflow), "subs": subs}

    @classmethod
    def of(cls, stored: Data, spec: Spec, data: Data) -> Run:
        conditions = Conditions(data)
        workflow = BpmnWorkflow(
            spec.process, spec.subs, deserializing=True, script_engine=conditions
        )
        put_tokens(workflow, stored)
        put_subs(workflow, workflow, dict(stored["subs"]), spec)
        run = cls(spec, data, workflow)
        run.conditions = conditions
        return run


def tokens_of(workflow: Any) -> Data:
    return {
        "tasks": [
            [
                str(task.id),
                str(task._parent) if task._parent else None,  # noqa: SLF001 - spares a look-up
                task.task_spec.name,
                task.state,
                task.triggered,
                task.last_state_change,
                task.internal_data,
            ]
            for task in workflow.tasks.values()
        ],
        "last": str(workflow.last_task.id) if workflow.last_task else None,
        "over": workflow.completed,
        "success": workflow.success,
    }


def put_tokens(workflow: Any, stored: Data) -> None:
    for identifier, parent, name, state, triggered, changed, internal in stored["tasks"]:
        above = workflow.tasks[UUID(parent)] if parent else None
        spec = workflow.spec.task_specs[name]
        task = Task(workflow, spec, above, state=state, id=UUID(identifier))
        task.triggered, task.last_state_change, task.internal_data = triggered, changed, internal
        if above is None:
            workflow.task_tree = task
        if isinstance(spec, CatchingEvent) and state == TaskState.WAITING:
            workflow.top_workflow.event_manager.add_task(task)
    workflow.last_task = workflow.tasks.get(UUID(stored["last"])) if stored["last"] else None
    workflow.completed, workflow.success = stored["over"], stored["success"]


def put_subs(workflow: Any, top: Any, subs: dict[str, Data], spec: Spec) -> None:
    """Subprocesses of these tokens, the outer before the inner."""
    for token in list(workflow.tasks):
        stored = subs.pop(str(token), None)
        if stored is None:
            continue
        task = workflow.tasks[token]
        sub = BpmnSubWorkflow(spec.subs[stored["spec"]], token, top, deserializing=True)
        top.subprocesses[token] = sub
        put_tokens(sub, stored)
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)  # noqa: SLF001
        put_subs(sub, top, subs, spec)
