"""`kefu web`: one web process of several."""

from __future__ import annotations

from kefu.core.settings import Settings
from kefu.entry.refusing import refuse
from kefu.entry.web import main


def web() -> None:
    """Run one web process; needs KEFU_DATABASE_URL, and KEFU_REDIS_URL with several machines."""
    if not Settings().database_url:
        refuse("Set KEFU_DATABASE_URL, or run `kefu serve`, which brings its own database.")
    main()
