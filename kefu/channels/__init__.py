"""Channels: the ways customers reach us, each one adapter behind the same small contract."""

from kefu.channels.tokens import VisitorToken, issue_visitor_token, read_visitor_token

__all__ = ["VisitorToken", "issue_visitor_token", "read_visitor_token"]
