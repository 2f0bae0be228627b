"""`kefu doctor`."""

from __future__ import annotations

from kefu.core.settings import Settings
from kefu.entry.doctor import findings
from kefu.entry.refusing import REFUSED


def doctor() -> None:
    """Check everything Kefu stands on; the exit code is 1 where something fails."""
    failed = False
    for finding in findings(Settings()):
        print(finding)
        failed = failed or finding.level == "fail"
    if failed:
        raise SystemExit(REFUSED)
