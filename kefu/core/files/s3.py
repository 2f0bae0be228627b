"""Files in an S3-compatible store: AWS, MinIO, Ceph, or a cloud's object storage.

`s3://[key:secret@]bucket[/prefix][?endpoint=https://…&region=…]`; without key and secret the
usual AWS variables and files are asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

from kefu.core.files.storage import CHUNK, Data, check_key, missing, parts, spooled

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = ("NoSuchKey", "404", "NotFound")
PART_LIMIT = 5 * 1024**3


class S3Storage:
    """Keeps files in one bucket; boto3 is synchronous, so each call runs in a thread."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        if split.scheme != "s3" or not split.hostname:
            raise ValueError(
                "KEFU_FILES_URL must be s3://[key:secret@]bucket[/prefix][?endpoint=…]"
            )
        asked = {name: values[-1] for name, values in parse_qs(split.query).items()}
        self._bucket = unquote(split.netloc.rpartition("@")[2])
        self._prefix = split.path.strip("/")
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=asked.get("endpoint"),
            region_name=asked.get("region", "us-east-1"),
            aws_access_key_id=split.username and unquote(split.username),
            aws_secret_access_key=split.password and unquote(split.password),
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"addressing_style": "path" if "endpoint" in asked else "auto"},
                # Stores that only speak the older protocol refuse the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    async def put(self, key: str, data: Data, *, type: str) -> None:
        stream = parts(data) if isinstance(data, bytes) else data
        with await spooled(stream, limit=PART_LIMIT) as file:
            await asyncio.to_thread(
                self._client.put_object,
                Bucket=self._bucket,
                Key=self._key(key),
                Body=file,
                ContentType=type,
            )

    async def get(self, key: str) -> AsyncIterator[bytes]:
        try:
            found = await asyncio.to_thread(
                self._client.get_object, Bucket=self._bucket, Key=self._key(key)
            )
        except ClientError as refused:
            if refused.response.get("Error", {}).get("Code") in ABSENT:
                raise missing() from None
            raise
        return _read(found["Body"])

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._client.delete_object, Bucket=self._bucket, Key=self._key(key))

    def close(self) -> None:
        self._client.close()

    def _key(self, key: str) -> str:
        check_key(key)
        return f"{self._prefix}/{key}" if self._prefix else key


async def _read(body: Any) -> AsyncIterator[bytes]:
    try:
        while part := await asyncio.to_thread(body.read, CHUNK):
            yield part
    finally:
        body.close()
