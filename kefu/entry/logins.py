"""Who can sign in to the demo shop: written by `kefu demo load`, printed by `kefu serve`."""

from __future__ import annotations

from pathlib import Path


def demo_logins(var: Path) -> list[str]:
    """One line for each account, none without a demo shop."""
    kept = var / "demo-logins.txt"
    return kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
