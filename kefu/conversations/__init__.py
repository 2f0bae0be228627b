"""Conversations: what customers and agents say to each other, in order and for good."""

from kefu.conversations.access import (
    conversation_for,
    conversation_for_visitor,
    inbox_with,
    locked_conversation,
    message_in,
    visible_to,
)
from kefu.conversations.batch import Outgoing, Stored
from kefu.conversations.blocking import check_not_shut
from kefu.conversations.files import content_of, keep, storage_of, write_down
from kefu.conversations.frames import check_pace, outgoing
from kefu.conversations.inboxes import CHANNELS, create_inbox
from kefu.conversations.lifecycle import close, open_conversation, reopen, wait, wake
from kefu.conversations.messages import (
    message_frame,
    message_push,
    messages_after,
    messages_before,
    shown_message,
    shown_messages,
)
from kefu.conversations.model import (
    Conversation,
    ExternalMessage,
    Inbox,
    Kind,
    Message,
    Sender,
    Status,
)
from kefu.conversations.origins import Origin, explains_messages
from kefu.conversations.rating import rate
from kefu.conversations.rows import rows_of, visitor_row
from kefu.conversations.saying import note_event, say_in
from kefu.conversations.screening import screened
from kefu.conversations.seeing import mark_seen
from kefu.conversations.sending import Sending
from kefu.conversations.telling import tell

__all__ = [
    "CHANNELS",
    "Conversation",
    "ExternalMessage",
    "Inbox",
    "Kind",
    "Message",
    "Origin",
    "Outgoing",
    "Sender",
    "Sending",
    "Status",
    "Stored",
    "check_not_shut",
    "check_pace",
    "close",
    "content_of",
    "conversation_for",
    "conversation_for_visitor",
    "create_inbox",
    "explains_messages",
    "inbox_with",
    "keep",
    "locked_conversation",
    "mark_seen",
    "message_frame",
    "message_in",
    "message_push",
    "messages_after",
    "messages_before",
    "note_event",
    "open_conversation",
    "outgoing",
    "rate",
    "reopen",
    "rows_of",
    "say_in",
    "screened",
    "shown_message",
    "shown_messages",
    "storage_of",
    "tell",
    "visible_to",
    "visitor_row",
    "wait",
    "wake",
    "write_down",
]
