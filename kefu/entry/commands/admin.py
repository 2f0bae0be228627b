"""`kefu admin create`: an administrator, from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from kefu.entry.refusing import not_available


def create(
    email: Annotated[str, typer.Argument(help="Signs in with it.")],
    name: Annotated[str, typer.Option(help="How colleagues see them.")] = "Administrator",
) -> None:
    """Make an administrator and print the link that sets the password."""
    not_available(f"admin create {email} --name {name}")
