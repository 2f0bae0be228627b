"""Workflows: processes drawn in BPMN that everyone sees running, approvals, automation rules.

A capability that runs a process (returns, for instance):

1. offers the steps that its service tasks name: `offer_step("commerce.refund", run, …)`, in
   whatever module of its package is imported at start (`model*`, `events*`, `jobs*` …);
2. ships the drawing: `process_file("return", Path(__file__).parent / "processes/return.bpmn", …)`;
3. starts cases about its own records: `case = await start_case(db, "return", …)`;
4. shows `open_tasks(db, subject)`, lets people complete them with `complete_task`, and tells the
   case what happened outside with `send_message`;
5. reacts to `kefu.workflows.events_processes` where its own rows copy what its lists filter by.

The verbs, all in the caller's transaction:

- `start_case(db, key, *, subject_kind, subject, customer=None, data=None, by=None,
  historic=False) -> Case`: runs on until somebody or something is awaited.
- `case_of(db, subject, key=None) -> Case | None`: the newest case about this record.
- `open_tasks(db, subject) -> list[CaseTask]`: of all its cases, oldest first.
- `complete_task(db, task_id, form, *, by) -> Case`: checks the form (`Invalid` names
  `form.<key>`), one of two at once gets `Conflict`, and the case goes on.
- `send_message(db, case_id, name, data=None, *, by=None) -> Case`: `Conflict` when nothing waits
  for it; `awaits(db, case_id) -> set[str]` says which messages are waited for.
- `send_signal(db, name, data=None) -> int`: to every case that waits for it.
- `cancel_case(db, case_id, *, by)`: ends it from outside (what has to be undone is drawn as a
  message's path: `send_message(db, case_id, "cancel")`).
- `case_map(db, case)` and `process_map(db, key, period)`: what the map shows.

How a drawing is written (elements, `kefu:` attributes, form fields): docs/guide/processes.md.

Approvals: `request_approval(db, ApprovalRequest(what="refund", subject_kind=…, subject=…, amount=…,
currency=…, key=…), by=agent)`, then react to `ApprovalGranted` and `ApprovalDenied`
(`about` is your subject) and find your payload again with `approvals_with(db, ids)`. Who decides,
the approval policies say; a page of your own lets people decide by `approval_to_decide` and
`decide`. Actions and triggers for
automation rules are offered through `kefu.core.automation`
(docs/how-to/add-an-automation-action.md); `create_rule(db, given, by=actor)` makes a rule of them.
"""

from kefu.workflows.access_approvals import approval_to_decide, decidable
from kefu.workflows.approvals import (
    ApprovalRequest,
    approvals_about,
    approvals_with,
    decide,
    request_approval,
    withdraw_approval,
)
from kefu.workflows.automation_reasons import (
    RuleBehind,
    SetOff,
    rules_behind,
    run_behind,
    set_off_by,
)
from kefu.workflows.automation_rules import create_rule
from kefu.workflows.case_maps import CaseMap, ProcessMap, case_map, process_map
from kefu.workflows.case_tasks import claim_task, complete_task, open_tasks, release_task
from kefu.workflows.case_texts import (
    approvals_about_customer,
    blank_cases_of_customer,
    cases_about_customer,
)
from kefu.workflows.events_approvals import ApprovalDenied, ApprovalGranted, ApprovalWithdrawn
from kefu.workflows.firing import keep_cases_going
from kefu.workflows.model_approvals import Approval
from kefu.workflows.model_approvals import State as ApprovalState
from kefu.workflows.model_processes import Case, CaseTask
from kefu.workflows.offering import StepRefused, offer_step, process_file
from kefu.workflows.publishing import BadProcess, publish_process
from kefu.workflows.running import cancel_case, case_of, start_case
from kefu.workflows.waiting import awaits, send_message, send_signal

__all__ = [
    "Approval",
    "ApprovalDenied",
    "ApprovalGranted",
    "ApprovalRequest",
    "ApprovalState",
    "ApprovalWithdrawn",
    "BadProcess",
    "Case",
    "CaseMap",
    "CaseTask",
    "ProcessMap",
    "RuleBehind",
    "SetOff",
    "StepRefused",
    "approval_to_decide",
    "approvals_about",
    "approvals_about_customer",
    "approvals_with",
    "awaits",
    "blank_cases_of_customer",
    "cancel_case",
    "case_map",
    "case_of",
    "cases_about_customer",
    "claim_task",
    "complete_task",
    "create_rule",
    "decidable",
    "decide",
    "keep_cases_going",
    "offer_step",
    "open_tasks",
    "process_file",
    "process_map",
    "publish_process",
    "release_task",
    "request_approval",
    "rules_behind",
    "run_behind",
    "send_message",
    "send_signal",
    "set_off_by",
    "start_case",
    "withdraw_approval",
]
