"""`kefu demo traffic`: simulated customers write, so that the workspace is alive."""

from __future__ import annotations

from typing import Annotated

import typer

from kefu.entry.refusing import not_available


def traffic(rate: Annotated[float, typer.Option(help="Messages a minute.")] = 20.0) -> None:
    """Let simulated customers write until stopped."""
    not_available(f"demo traffic --rate {rate}")
