"""Channels: the ways customers reach us, each one adapter behind the same small contract."""

from kefu.channels.origins import frame_ancestors
from kefu.channels.registry import ADAPTERS, adapter_for, register, unregister
from kefu.channels.tokens import VisitorToken, issue_visitor_token, read_visitor_token

__all__ = [
    "ADAPTERS",
    "VisitorToken",
    "adapter_for",
    "frame_ancestors",
    "issue_visitor_token",
    "read_visitor_token",
    "register",
    "unregister",
]
