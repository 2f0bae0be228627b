from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import pytest

from kefu.core.errors import Invalid
from kefu.core.tests.other_side import OtherSide
from kefu.core.wire import KEPT_BYTES, Unreachable, Wire, check_url, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - that is the point
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001::1",
    ],
)
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "https://user:pw@a.example/",
        "https://a.example:99999/",
        "http://a.example/\r\nX: y",
        "http://[::1",
        "https://a.example/ü",
        "//a.example",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url)

    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
async def test_no_spelling_leads_into_our_network(other_side: OtherSide, host: str) -> None:
    wire = Wire()

    with pytest.raises(Unreachable):
        await wire.post(f"http://{host}:{other_side.port}/", b"{}", {})

    await wire.close()
    assert other_side.asked == []


async def test_a_name_whose_address_changes_is_judged_by_the_address_it_leads_to(
    other_side: OtherSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, answers = Wire(timeout=1), [["1.1.1.1", "127.0.0.1"], ["127.0.0.1"]]

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        found = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    for _ in range(2):
        with pytest.raises(Unreachable) as refused:
            await wire.post(f"http://rebound.example:{other_side.port}/", b"{}", {})

        assert refused.value.for_good

    await wire.close()
    assert other_side.asked == []


async def test_redirects_are_not_followed(other_side: OtherSide) -> None:
    wire = Wire(private=True)
    other_side.answers.append((302, b""))

    answer = await wire.post(other_side.url, b"{}", {})

    await wire.close()
    assert answer.status == 302
    assert len(other_side.asked) == 1


async def test_a_silent_server_is_left_after_a_while(other_side: OtherSide) -> None:
    wire = Wire(private=True, timeout=0.2)
    other_side.holding = True

    with pytest.raises(Unreachable, match="No answer"):
        await wire.post(other_side.url, b"{}", {})

    await wire.close()


async def test_of_a_long_answer_only_the_beginning_is_kept(other_side: OtherSide) -> None:
    wire = Wire(private=True)
    other_side.answers.append((200, b"x" * 1_000_000))

    answer = await wire.post(other_side.url, b"{}", {})

    await wire.close()
    assert len(answer.body) == KEPT_BYTES


async def test_a_name_that_nobody_knows_may_come_to_be_known() -> None:
    wire = Wire()

    with pytest.raises(Unreachable) as refused:
        await wire.post("https://nowhere.invalid/", b"{}", {})

    await wire.close()
    assert not refused.value.for_good


async def test_an_answer_that_is_asked_for_is_read_whole(other_side: OtherSide) -> None:
    wire = Wire(private=True)
    other_side.answers.append((200, b"x" * 50_000))

    answer = await wire.get(other_side.url, {"Authorization": "Bearer one"}, keep=60_000)

    await wire.close()
    assert len(answer.body) == 50_000
    assert other_side.asked[0].headers["authorization"] == "Bearer one"


async def test_an_answer_longer_than_is_read_is_refused(other_side: OtherSide) -> None:
    wire = Wire(private=True)
    other_side.answers.append((200, b"x" * 100_000))

    with pytest.raises(Unreachable, match="longer"):
        await wire.get(other_side.url, {}, keep=60_000)

    await wire.close()
