"""`kefu worker`: one worker process of several."""

from __future__ import annotations

from kefu.core.settings import Settings
from kefu.entry.refusing import refuse
from kefu.entry.worker import main


def worker() -> None:
    """Run one worker process; needs what `kefu web` needs."""
    if not Settings().database_url:
        refuse("Set KEFU_DATABASE_URL, or run `kefu serve`, which brings its own database.")
    main()
