"""The wire: requests to addresses that customers of ours wrote down, so never into our own network.

The name is resolved once and the connection goes to just that address: an answer that changes
between check and connection helps nobody. Redirects are not followed and no proxy is asked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpcore

from kefu.core.errors import Invalid

TIMEOUT = 10.0
KEPT_BYTES = 4096
READ_LIMIT = 64 * 1024
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """No answer came; `for_good` when none ever will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered: the first bytes of it, and how long it took."""

    status: int
    body: bytes
    milliseconds: int


@lru_cache(maxsize=1)
def trusting_the_system() -> ssl.SSLContext:
    """Read once: it takes longer than many a request."""
    return ssl.create_default_context()


class Wire:
    """Asks the outside; private addresses only where the operator allows them."""

    def __init__(
        self,
        *,
        private: bool = False,
        verify: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._timeout = timeout
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify or trusting_the_system(),
            max_connections=50,
            keepalive_expiry=20,
            network_backend=Pinned(private=private),
        )

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, keep: int | None = None
    ) -> Answer:
        """Post JSON; raises `Unreachable` where no answer comes, or a longer one than to keep."""
        sent = {"Content-Type": "application/json"} | dict(headers)
        return await self._ask("POST", url, body, sent, keep)

    async def get(self, url: str, headers: Mapping[str, str], *, keep: int) -> Answer:
        """Ask for something of at most so many bytes; raises `Unreachable` as `post` does."""
        return await self._ask("GET", url, None, headers, keep)

    async def _ask(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        keep: int | None,
    ) -> Answer:
        check_url(url)
        sent: dict[bytes | str, bytes | str] = {
            "User-Agent": "Kefu",
            "Host": urlsplit(url).netloc.rpartition("@")[2],
        }
        sent.update(headers.items())
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                status, answer = await self._read(method, url, body, sent, keep)
        except TimeoutError as error:
            raise Unreachable(f"No answer within {self._timeout:.0f} s.") from error
        except Refused as error:
            raise Unreachable(str(error), for_good=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:200]) from error
        except (OSError, ssl.SSLError, httpcore.UnsupportedProtocol) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:200]) from error
        return Answer(status, answer, round((time.perf_counter() - began) * 1000))

    async def _read(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[bytes | str, bytes | str],
        keep: int | None,
    ) -> tuple[int, bytes]:
        kept, read = bytearray(), 0
        async with self._pool.stream(method, url, headers=headers, content=body) as response:
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if keep is not None and read > keep:
                    raise Unreachable(f"The answer is longer than {keep} bytes.", for_good=True)
                kept += chunk[: (keep or KEPT_BYTES) - len(kept)]
                if keep is None and read > READ_LIMIT:
                    break
            return response.status, bytes(kept)

    async def close(self) -> None:
        """Close what is kept open."""
        await self._pool.aclose()


def check_url(url: str, *, field: str = "url") -> None:
    """Refuse an address that is none, or that carries a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("This is not a web address.", field=field) from error
    plain = url.isascii() and not any(letter <= " " or letter == "\x7f" for letter in url)
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not plain:
        raise Invalid("This is not a web address.", field=field)
    if parts.username or parts.password:
        raise Invalid("Leave user and password out of the address.", field=field)


class Refused(Exception):
    """The name leads to an address where requests of ours must not go."""


class Pinned(httpcore.AsyncNetworkBackend):
    """Resolves a name, judges every address, and connects to one that was judged."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await addresses_of(host, port)
        if not self._private and not all(is_public(address) for address in addresses):
            raise Refused("The address lies in a private network.")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError("The name has no address.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def addresses_of(host: str, port: int) -> list[Address]:
    """Every address of a name."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"The name cannot be resolved: {error}") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def is_public(address: Address) -> bool:
    """Whether an address lies in the public internet, also when it is wrapped in another one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast
