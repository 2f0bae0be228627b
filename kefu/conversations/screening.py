"""Screening: sensitive words on their way in and out, in memory, before a message is queued."""

from __future__ import annotations

from collections.abc import Callable

from kefu.conversations.batch import Outgoing

Screen = Callable[[Outgoing], Outgoing]


class _Screens:
    active: Screen | None = None


def use_screen(screen: Screen | None) -> None:
    """Screen every message of this process with `screen` from now on."""
    _Screens.active = screen


def screened(message: Outgoing) -> Outgoing:
    """The message as it may be sent; raises a refusal for words that must not pass."""
    return _Screens.active(message) if _Screens.active is not None else message
