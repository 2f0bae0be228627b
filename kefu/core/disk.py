"""Free disk: below 1 GB new writes are refused, while reading and closing go on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from kefu.core.embedded.folders import home_of
from kefu.core.settings import Settings

LOW = 1_000_000_000
ENOUGH = 1_200_000_000
ASKED_AGAIN_AFTER = 5.0


def free_bytes(path: Path) -> int:
    """The bytes that may still be written below `path`."""
    return shutil.disk_usage(path).free


class Disk:
    """Remembers whether space ran out; it is enough again only a good way above the mark."""

    def __init__(self, folder: Path, *, free: Callable[[Path], int] = free_bytes) -> None:
        self._folder = folder
        self._free = free
        self._asked = float("-inf")
        self._low = False

    def is_low(self) -> bool:
        now = time.monotonic()
        if now - self._asked >= ASKED_AGAIN_AFTER:
            self._asked = now
            self._low = self.least_free() < (ENOUGH if self._low else LOW)
        return self._low

    def least_free(self) -> int:
        """The free bytes where files lie or where the embedded database lies, the smaller."""
        places = (self._folder, home_of(self._folder / "postgres"))
        return min(self._free(_existing(place.absolute())) for place in places)


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


@lru_cache(maxsize=8)
def _disk(folder: Path) -> Disk:
    return Disk(folder)


def is_low(settings: Settings) -> bool:
    """Whether new writes must be refused; cheap enough to ask at every one."""
    return _disk(settings.var).is_low()
