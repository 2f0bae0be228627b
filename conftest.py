"""Fixtures of every suite."""

pytest_plugins = ["kefu.core.testing"]
