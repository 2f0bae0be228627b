"""Rows of the permission table for processes, cases and their tasks."""

SERVING = {
    "agent",
    "senior_agent",
    "expert",
    "shift_leader",
    "department_head",
    "administrator",
}
WORKING = SERVING | {"other_department", "quality_inspector", "trainer"}
HEADS = {"department_head", "administrator"}
STEERING = HEADS | {"shift_leader"}

GRANTS: dict[str, set[str]] = {
    "process.read": WORKING | {"auditor"},
    "process.edit": HEADS,
    "case.read": WORKING | {"auditor"},
    "case.read_all": SERVING | {"quality_inspector", "auditor"},
    "case.analyse": STEERING | {"quality_inspector", "auditor"},
    "case.steer": STEERING,
    "case_task.do": WORKING,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/processes": "process.read",
    "POST /api/v1/processes": "process.edit",
    "GET /api/v1/processes/steps": "process.read",
    "POST /api/v1/processes/findings": "process.edit",
    "GET /api/v1/processes/{key}": "process.read",
    "PUT /api/v1/processes/{key}/draft": "process.edit",
    "DELETE /api/v1/processes/{key}/draft": "process.edit",
    "POST /api/v1/processes/{key}/versions": "process.edit",
    "GET /api/v1/processes/{key}/versions/{number}": "process.read",
    "PUT /api/v1/processes/{key}/versions/{number}/force": "process.edit",
    "GET /api/v1/processes/{key}/map": "case.analyse",
    "GET /api/v1/cases": "case.read",
    "GET /api/v1/cases/{case_id}": "case.read",
    "PUT /api/v1/cases/{case_id}/cancellation": "case.steer",
    "PUT /api/v1/cases/{case_id}/repetition": "case.steer",
    "GET /api/v1/case-tasks": "case.read",
    "GET /api/v1/case-tasks/counts": "case.read",
    "GET /api/v1/case-tasks/{task_id}": "case.read",
    "PUT /api/v1/case-tasks/{task_id}/claim": "case_task.do",
    "DELETE /api/v1/case-tasks/{task_id}/claim": "case_task.do",
    "PUT /api/v1/case-tasks/{task_id}/completion": "case_task.do",
    "POST /api/v1/case-tasks/{task_id}/files": "case_task.do",
    "GET /api/v1/case-files/{file_id}": "case.read",
}
