"""`kefu upgrade`: a backup, then the migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kefu.core.disk import is_low
from kefu.core.migrating import migrate
from kefu.core.revisions import current_revision, is_current, newest_revision
from kefu.core.settings import Settings
from kefu.entry.backup import BackupRefused, back_up
from kefu.entry.database import database_for
from kefu.entry.refusing import refuse

BackupTo = Annotated[
    Path | None, typer.Option("--backup", help="Where the backup goes; var/backups by default.")
]
NoBackup = Annotated[bool, typer.Option("--no-backup", help="You have one of your own.")]


def upgrade(backup: BackupTo = None, no_backup: NoBackup = False) -> None:  # noqa: FBT002 - a flag
    """Bring the database to this version; what was there before is backed up first."""
    settings = Settings()
    if is_low(settings):
        refuse("Less than 1 GB of disk is free. Make room, then upgrade.")
    try:
        with database_for(settings, migrated=False) as url:
            if is_current(url):
                print(f"Nothing to do: the database is at revision {newest_revision()}.")
                return
            if current_revision(url) and not no_backup:
                file = backup or settings.var / "backups" / f"before-upgrade-{_stamp()}.tar"
                back_up(file, url=url, files=settings.var / "files")
                print(f"Backed up to {file}.")
            migrate(url)
            print(f"The database is at revision {current_revision(url)}.")
    except BackupRefused as refused:
        refuse(str(refused))


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
