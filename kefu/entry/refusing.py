"""How a command says no: one sentence on standard error, and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

REFUSED = 1
NOT_AVAILABLE = 2


def refuse(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(REFUSED)


def not_available(command: str) -> NoReturn:
    print(f"`kefu {command}` is not available yet.", file=sys.stderr)
    raise SystemExit(NOT_AVAILABLE)
