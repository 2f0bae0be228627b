"""Fixtures of core's tests."""

from kefu.core.tests.other_side import other_side

__all__ = ["other_side"]
