import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import boto3
import pytest
from moto.server import ThreadedMotoServer

from kefu.core.errors import NotFound, TooLarge
from kefu.core.files import LocalStorage, MemoryStorage, Storage, chunks_of, spooled, storage_for
from kefu.core.files.s3 import S3Storage
from kefu.core.files.storage import CHUNK
from kefu.core.settings import Settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """A bucket in a real S3 server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="kefu")
    client.close()
    yield f"s3://key:secret@kefu/desk?endpoint={quote(endpoint, safe='')}"
    server.stop()


@pytest.fixture(params=["memory", "local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage()
    elif request.param == "local":
        yield LocalStorage(tmp_path)
    else:
        made = S3Storage(request.getfixturevalue("s3_url"))
        yield made
        made.close()


async def streamed(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


async def whole(storage: Storage, key: str) -> bytes:
    return b"".join([part async for part in await storage.get(key)])


async def test_what_was_put_is_got(storage: Storage) -> None:
    await storage.put("2026/11/abc", b"hello", type="text/plain")

    assert await whole(storage, "2026/11/abc") == b"hello"


async def test_a_stream_of_several_chunks_comes_back_whole(storage: Storage) -> None:
    parts = [bytes([number]) * (CHUNK - 7) for number in range(5)]

    await storage.put("large", streamed(*parts), type="video/mp4")

    assert await whole(storage, "large") == b"".join(parts)


async def test_a_file_is_replaced_and_deleted(storage: Storage) -> None:
    await storage.put("one", b"first", type="text/plain")
    await storage.put("one", b"second", type="text/plain")
    assert await whole(storage, "one") == b"second"

    await storage.delete("one")

    with pytest.raises(NotFound):
        await storage.get("one")


async def test_what_is_not_there_is_not_found_and_may_be_deleted(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await storage.get("never")

    await storage.delete("never")


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a/../../b", "", "A", "a//b", ".a"])
async def test_a_key_that_could_leave_its_place_is_a_mistake(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await storage.put(key, b"x", type="text/plain")


async def test_a_broken_upload_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        await asyncio.sleep(0)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await LocalStorage(tmp_path).put("a/b", broken(), type="text/plain")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_local_files_are_closed_to_other_users(tmp_path: Path) -> None:
    await LocalStorage(tmp_path).put("a/b", b"x", type="text/plain")

    assert (tmp_path / "a/b").stat().st_mode & 0o077 == 0
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


async def test_an_upload_stops_as_soon_as_it_is_too_large() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            await asyncio.sleep(0)
            taken += 1000
            yield b"x" * 1000

    with pytest.raises(TooLarge) as refused:
        await spooled(endless(), limit=10_000)

    assert taken == 11_000
    assert refused.value.field == "file"


async def test_a_spooled_upload_is_read_again() -> None:
    with await spooled(streamed(b"a" * 10, b"b" * 10), limit=100) as file:
        file.read()

        assert b"".join([part async for part in chunks_of(file)]) == b"a" * 10 + b"b" * 10


def test_the_settings_choose_the_storage(tmp_path: Path) -> None:
    assert isinstance(storage_for(Settings(var=tmp_path)), LocalStorage)
    chosen = storage_for(Settings(files_url="s3://key:secret@kefu"))

    assert isinstance(chosen, S3Storage)
    chosen.close()


def test_a_files_url_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="KEFU_FILES_URL"):
        S3Storage("ftp://host/files")
