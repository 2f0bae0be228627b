"""The rows of the permission table for the tools around conversations."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "label.edit": LEADING,
    "canned_reply.use": SERVING | {"other_department", "trainer"},
    "canned_reply.share": LEADING | {"expert", "trainer"},
    "saved_view.use": SERVING | LOOKING_ON,
    "saved_view.share": LEADING,
    "message.search": SERVING | LOOKING_ON,
    "conversation.export": LEADING | {"senior_agent", "expert", "quality_inspector", "auditor"},
    "conversation.export_notes": LEADING | {"quality_inspector", "auditor"},
    "conversation.bulk": SERVING,
    "sensitive_word.read": LEADING | {"quality_inspector", "auditor"},
    "sensitive_word.edit": HEADS,
    "retention.edit": HEADS,
    "walk_in.record": SERVING,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/labels": "signed-in",
    "POST /api/v1/labels": "label.edit",
    "PATCH /api/v1/labels/{label_id}": "label.edit",
    "DELETE /api/v1/labels/{label_id}": "label.edit",
    "PUT /api/v1/conversations/{conversation_id}/labels": "conversation.change",
    "GET /api/v1/canned-replies": "canned_reply.use",
    "POST /api/v1/canned-replies": "canned_reply.use",
    "GET /api/v1/canned-replies/{reply_id}": "canned_reply.use",
    "PATCH /api/v1/canned-replies/{reply_id}": "canned_reply.use",
    "DELETE /api/v1/canned-replies/{reply_id}": "canned_reply.use",
    "POST /api/v1/canned-replies/{reply_id}/uses": "canned_reply.use",
    "GET /api/v1/saved-views": "saved_view.use",
    "POST /api/v1/saved-views": "saved_view.use",
    "POST /api/v1/saved-views/preview": "saved_view.use",
    "PUT /api/v1/saved-views/pins": "saved_view.use",
    "GET /api/v1/saved-views/{view_id}": "saved_view.use",
    "PATCH /api/v1/saved-views/{view_id}": "saved_view.use",
    "DELETE /api/v1/saved-views/{view_id}": "saved_view.use",
    "GET /api/v1/conversations/{conversation_id}/draft": "message.send",
    "PUT /api/v1/conversations/{conversation_id}/draft": "message.send",
    "DELETE /api/v1/conversations/{conversation_id}/draft": "message.send",
    "GET /api/v1/conversations/{conversation_id}/scheduled-messages": "conversation.read",
    "POST /api/v1/conversations/{conversation_id}/scheduled-messages": "message.send",
    "DELETE /api/v1/conversations/{conversation_id}/scheduled-messages/{scheduled_id}": (
        "message.send"
    ),
    "GET /api/v1/conversations/{conversation_id}/transcript": "conversation.export",
    "POST /api/v1/conversations/bulk": "conversation.bulk",
    "POST /api/v1/conversations/bulk/{undo}": "conversation.bulk",
    "GET /api/v1/sensitive-words": "sensitive_word.read",
    "POST /api/v1/sensitive-words": "sensitive_word.edit",
    "DELETE /api/v1/sensitive-words/{word_id}": "sensitive_word.edit",
    "POST /api/v1/sensitive-words/trial": "sensitive_word.read",
    "GET /api/v1/search/messages": "message.search",
    "PUT /api/v1/inboxes/{inbox_id}/retention": "retention.edit",
    "POST /api/v1/inboxes/{inbox_id}/retention/dry-run": "retention.edit",
    "GET /api/v1/inboxes/{inbox_id}/retention/runs": "retention.edit",
    "POST /api/v1/walk-ins": "walk_in.record",
}
