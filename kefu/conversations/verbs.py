"""Verbs: what an actor may do with a conversation as it stands now."""

from __future__ import annotations

from kefu.conversations.lifecycle import LEGAL
from kefu.conversations.model import Conversation, Status
from kefu.identity import Actor

PERMISSIONS = {
    "send": "message.send",
    "note": "message.send",
    "claim": "conversation.claim",
    "transfer": "conversation.assign",
    "close": "conversation.close",
    "reopen": "conversation.close",
    "snooze": "conversation.change",
    "wrap_up": "conversation.change",
    "label": "conversation.change",
    "prioritise": "conversation.change",
    "block": "conversation.block",
}


def allowed_verbs(actor: Actor, conversation: Conversation) -> list[str]:
    """The verbs that would not be refused now."""
    onward = LEGAL[conversation.status]
    fits = {
        "claim": conversation.assignee_id is None and conversation.is_open(),
        "transfer": conversation.is_open(),
        "close": Status.CLOSED in onward,
        "reopen": not conversation.is_open(),
        "snooze": Status.SNOOZED in onward or conversation.status == Status.SNOOZED,
        "wrap_up": Status.WRAPPING_UP in onward,
    }
    return [
        verb
        for verb, permission in PERMISSIONS.items()
        if actor.may(permission) and fits.get(verb, True)
    ]
