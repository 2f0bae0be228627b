"""A clock that stands still, as identity's tests have it."""

from __future__ import annotations

from kefu.identity.tests.visiting import clock

__all__ = ["clock"]
