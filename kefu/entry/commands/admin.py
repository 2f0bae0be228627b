"""`kefu admin create`: an administrator, from the command line."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kefu.core.db import Database
from kefu.core.errors import Refusal
from kefu.core.settings import settings
from kefu.entry.database import database_for, run_to_its_end
from kefu.entry.refusing import refuse
from kefu.identity import create_administrator, first_administrator_link, invite_administrator

Email = Annotated[str | None, typer.Option(help="Signs in with it.")]
Name = Annotated[str, typer.Option(help="How colleagues see them.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")]


def create(email: Email = None, name: Name = "管理员", password_stdin: FromStdin = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Print the one-time link that makes an administrator, or make one with a password."""
    if password_stdin and not email:
        refuse("Please give --email together with --password-stdin.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        with database_for(settings()) as url:
            print(run_to_its_end(_created(url, email=email, name=name, password=password)))
    except Refusal as refused:
        refuse(refused.title)


async def _created(url: str, *, email: str | None, name: str, password: str | None) -> str:
    database = Database(url, pool=2)
    try:
        async with database.transaction() as db:
            if email is None:
                link = await first_administrator_link(db)
            elif password is None:
                link = await invite_administrator(db, name=name, email=email)
            else:
                await create_administrator(db, name=name, email=email, password=password)
                return f"{email} is an administrator now."
            return f"Open this link once, before {link.expires_at:%Y-%m-%d %H:%M} UTC:\n{link.url}"
    finally:
        await database.close()
