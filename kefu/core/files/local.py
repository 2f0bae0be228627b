"""Files in a folder of this machine, or one that all machines mount."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from kefu.core.files.storage import Data, check_key, chunks_of, missing, parts


class LocalStorage:
    """Keeps files below `folder`; one that is being written has a name that begins with a dot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, data: Data, *, type: str) -> None:  # noqa: ARG002 - kept by the caller's row
        path = self._path(key)
        unfinished = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        file = await asyncio.to_thread(_created, unfinished)
        try:
            with file:
                async for part in parts(data) if isinstance(data, bytes) else data:
                    await asyncio.to_thread(file.write, part)
                await asyncio.to_thread(_finish, file, unfinished, path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    async def get(self, key: str) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except FileNotFoundError:
            raise missing() from None
        return _read(file)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._folder / key


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        async for part in chunks_of(file):
            yield part


def _created(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _finish(file: IO[bytes], unfinished: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
