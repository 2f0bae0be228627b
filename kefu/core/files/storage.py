"""The port to where files lie, with its in-memory twin for tests."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Protocol

from kefu.core.errors import NotFound, TooLarge

CHUNK = 256 * 1024
IN_MEMORY = 1024 * 1024
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_.-]*)*")
KEY_LIMIT = 200

Data = AsyncIterator[bytes] | bytes


class Storage(Protocol):
    """Keeps files by key; a file is there as a whole or not at all."""

    async def put(self, key: str, data: Data, *, type: str) -> None:
        """Keep `data` under `key`, in the place of what was there."""

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """Open the file for reading; `NotFound` where there is none."""

    async def delete(self, key: str) -> None:
        """Delete the file; one that is not there is no error."""


class MemoryStorage:
    """Keeps files in this process."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}

    async def put(self, key: str, data: Data, *, type: str) -> None:
        check_key(key)
        whole = data if isinstance(data, bytes) else b"".join([part async for part in data])
        self.kept[key] = (whole, type)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        if key not in self.kept:
            raise missing()
        return parts(self.kept[key][0])

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)


async def spooled(data: AsyncIterator[bytes], *, limit: int) -> IO[bytes]:
    """What an upload brings, in a temporary file; `TooLarge` as soon as it passes `limit` bytes."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
    size = 0
    try:
        async for part in data:
            size += len(part)
            if size > limit:
                raise TooLarge(f"The file is larger than {limit} bytes.", field="file", limit=limit)
            await asyncio.to_thread(file.write, part)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def chunks_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    """The bytes of an open file from its beginning, read in a thread."""
    await asyncio.to_thread(file.seek, 0)
    while part := await asyncio.to_thread(file.read, CHUNK):
        yield part


async def parts(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def check_key(key: str) -> None:
    """Keys are made by us; one that could leave its folder is a mistake of ours."""
    if len(key) > KEY_LIMIT or not KEY.fullmatch(key) or ".." in key:
        raise ValueError(f"not a key for a file: {key!r}")


def missing() -> NotFound:
    return NotFound("The file is not there.", code="file_missing")
