"""Kefu's own rules, which no linter has: run with `python -m tools.lint`, tested in tests/."""
