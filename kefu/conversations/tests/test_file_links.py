from __future__ import annotations

from datetime import timedelta

from kefu.conversations import file_links
from kefu.core.clock import now
from kefu.core.ids import uuid7


def test_a_link_stays_the_same_for_hours_so_that_browsers_keep_what_they_have() -> None:
    file, at = uuid7(), now().replace(hour=1)

    first = file_links.signed_link(file, "a b.png", key=b"k", at=at)
    later = file_links.signed_link(file, "a b.png", key=b"k", at=at + timedelta(hours=20))

    assert first == later
    assert "a%20b.png" in first


def test_a_link_of_another_installation_is_not_ours() -> None:
    file = uuid7()
    signature = file_links.signature_of(file, 2_000_000_000, b"theirs")

    assert not file_links.is_signed(file, 2_000_000_000, signature, key=b"ours")
    assert not file_links.is_signed(file, 2_000_000_000, "\ud800", key=b"ours")
