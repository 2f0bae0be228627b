"""The events that webhooks can hear of: a public promise, so they are written down here."""

from __future__ import annotations

PING = "ping"

OFFERED: tuple[str, ...] = (
    "conversation.opened",
    "conversation.waiting",
    "conversation.assigned",
    "conversation.transferred",
    "conversation.snoozed",
    "conversation.woken",
    "conversation.wrapping_up",
    "conversation.closed",
    "conversation.reopened",
    "conversation.labelled",
    "conversation.prioritised",
    "conversation.rated",
    "conversation.blocked",
    "message.received",
    "message.sent",
    "message.noted",
    "message.recalled",
    "message.failed",
    "message.delivered",
    "customer.created",
    "customer.changed",
    "customer.erased",
    "promise.broken",
    "promise.restored",
    "task.assigned",
    "task.done",
    "channel.broken",
    "channel.recovered",
)
