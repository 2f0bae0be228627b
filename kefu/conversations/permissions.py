"""Conversations' rows of the permission table."""

from kefu.conversations import permissions_tools

WRITERS = {
    "agent",
    "senior_agent",
    "expert",
    "shift_leader",
    "department_head",
    "other_department",
    "administrator",
}
SERVICE = WRITERS - {"other_department"}
READERS = WRITERS | {"quality_inspector", "trainer", "auditor"}

GRANTS: dict[str, set[str]] = {
    "conversation.read": READERS,
    "message.send": WRITERS,
    "conversation.claim": SERVICE,
    "conversation.assign": SERVICE,
    "conversation.close": SERVICE,
    "conversation.change": SERVICE,
    "conversation.block": SERVICE - {"agent"},
}

ROUTES: dict[str, str] = {
    "GET /api/v1/conversations": "conversation.read",
    "GET /api/v1/conversations/counts": "conversation.read",
    "GET /api/v1/conversations/{conversation_id}": "conversation.read",
    "GET /api/v1/conversations/{conversation_id}/hand-over": "conversation.read",
    "GET /api/v1/conversations/{conversation_id}/messages": "conversation.read",
    "POST /api/v1/conversations/{conversation_id}/messages": "message.send",
    "GET /api/v1/conversations/{conversation_id}/messages/{message_id}/origin": "conversation.read",
    "PUT /api/v1/conversations/{conversation_id}/messages/{message_id}/recall": "message.send",
    "POST /api/v1/conversations/{conversation_id}/claim": "conversation.claim",
    "PUT /api/v1/conversations/{conversation_id}/assignment": "conversation.assign",
    "PUT /api/v1/conversations/{conversation_id}/closure": "conversation.close",
    "DELETE /api/v1/conversations/{conversation_id}/closure": "conversation.close",
    "PUT /api/v1/conversations/{conversation_id}/snooze": "conversation.change",
    "DELETE /api/v1/conversations/{conversation_id}/snooze": "conversation.change",
    "PUT /api/v1/conversations/{conversation_id}/wrap-up": "conversation.change",
    "PUT /api/v1/conversations/{conversation_id}/priority": "conversation.change",
    "PUT /api/v1/conversations/{conversation_id}/block": "conversation.block",
    "DELETE /api/v1/conversations/{conversation_id}/block": "conversation.block",
    "PUT /api/v1/conversations/{conversation_id}/viewing": "conversation.read",
    "DELETE /api/v1/conversations/{conversation_id}/viewing": "conversation.read",
    "PUT /api/v1/conversations/{conversation_id}/seen": "conversation.read",
}

ROUTES["GET /api/v1/customers/{customer_id}/experience"] = "customer.read"

GRANTS |= permissions_tools.GRANTS
ROUTES |= permissions_tools.ROUTES
