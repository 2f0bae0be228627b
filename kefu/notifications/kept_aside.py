"""Kept aside: what would go out, line by line in a file that only the operator reads."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any


async def keep_aside(path: Path, letter: dict[str, Any]) -> None:
    await asyncio.to_thread(append, path, json.dumps(letter, ensure_ascii=False))


def append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(line + "\n")
