"""Notifications: what an agent should hear of, in the workspace, by mail or in a group chat."""

from kefu.notifications.inbox import Notice, mark_read, notify, notify_all, withdraw
from kefu.notifications.kinds import Ways, Why, announce
from kefu.notifications.mail import Mail, Mailer, MemoryMailer, mailer_for
from kefu.notifications.model import Notification
from kefu.notifications.naming import names_subjects
from kefu.notifications.reasons import explains
from kefu.notifications.robots import (
    Maker,
    MemoryRobotSpeaker,
    Robot,
    RobotSpeaker,
    WebhookRobotSpeaker,
)
from kefu.notifications.text_messages import (
    FileTextSender,
    GatewayTextSender,
    MemoryTextSender,
    TextMessage,
    TextSender,
    text_sender_for,
)

__all__ = [
    "FileTextSender",
    "GatewayTextSender",
    "Mail",
    "Mailer",
    "Maker",
    "MemoryMailer",
    "MemoryRobotSpeaker",
    "MemoryTextSender",
    "Notice",
    "Notification",
    "Robot",
    "RobotSpeaker",
    "TextMessage",
    "TextSender",
    "Ways",
    "WebhookRobotSpeaker",
    "Why",
    "announce",
    "explains",
    "mailer_for",
    "mark_read",
    "names_subjects",
    "notify",
    "notify_all",
    "text_sender_for",
    "withdraw",
]
