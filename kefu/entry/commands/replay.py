"""`kefu replay`: recorded dialogues go through the public API at a given rate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kefu.entry.refusing import not_available


def replay(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one conversation a line.")],
    rate: Annotated[float, typer.Option(help="Messages a second.")] = 50.0,
    url: Annotated[str | None, typer.Option(help="The Kefu to feed; this one by default.")] = None,
) -> None:
    """Feed recorded dialogues through the public API, in order within each conversation."""
    not_available(f"replay {file} --rate {rate} --url {url or 'here'}")
