"""`kefu backup` and `kefu restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kefu.core.settings import Settings
from kefu.entry.backup import BackupRefused, back_up
from kefu.entry.backup import restore as take_back
from kefu.entry.database import database_for
from kefu.entry.refusing import refuse

File = Annotated[Path, typer.Argument(help="The archive.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(file: File) -> None:
    """Write database and files to one archive; Kefu may go on running."""
    settings = Settings()
    try:
        with database_for(settings, migrated=False) as url:
            manifest = back_up(file, url=url, files=settings.var / "files")
    except BackupRefused as refused:
        refuse(str(refused))
    size = file.stat().st_size / 1_000_000
    print(f"{file}: {size:.1f} MB, revision {manifest['revision']}, {manifest['files']} files.")
    if settings.files_url:
        print(f"The files in {settings.files_url} are not in it: back up that store by its means.")


def restore(file: File, force: Force = False) -> None:  # noqa: FBT002 - a flag
    """Take database and files back from an archive; Kefu must not be running."""
    settings = Settings()
    try:
        with database_for(settings, migrated=False) as url:
            manifest = take_back(file, url=url, files=settings.var / "files", force=force)
    except BackupRefused as refused:
        refuse(str(refused))
    print(f"Restored what kefu {manifest['kefu']} kept at {manifest['made_at']}.")
