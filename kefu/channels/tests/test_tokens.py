from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kefu.channels.tokens import issue_visitor_token, read_visitor_token
from kefu.core.errors import Unauthenticated
from kefu.core.ids import uuid7

KEY = b"a key of this installation"
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_a_token_says_who_came_through_which_inbox() -> None:
    customer, inbox = uuid7(), uuid7()

    token = read_visitor_token(issue_visitor_token(customer, inbox, key=KEY, at=AT), key=KEY, at=AT)

    assert (token.customer, token.inbox) == (customer, inbox)
    assert (token.issued, token.expires) == (AT, AT + timedelta(days=180))


def test_a_token_runs_out() -> None:
    token = issue_visitor_token(uuid7(), uuid7(), key=KEY, at=AT, life=timedelta(hours=1))

    with pytest.raises(Unauthenticated, match="run out"):
        read_visitor_token(token, key=KEY, at=AT + timedelta(hours=1))


def test_a_token_of_another_installation_does_not_hold() -> None:
    token = issue_visitor_token(uuid7(), uuid7(), key=b"another key", at=AT)

    with pytest.raises(Unauthenticated) as refused:
        read_visitor_token(token, key=KEY, at=AT)

    assert refused.value.code == "token_invalid"


@pytest.mark.parametrize("place", range(0, 98, 7))
def test_a_changed_letter_breaks_the_token(place: int) -> None:
    token = issue_visitor_token(uuid7(), uuid7(), key=KEY, at=AT)
    other = "A" if token[place] != "A" else "B"

    with pytest.raises(Unauthenticated):
        read_visitor_token(token[:place] + other + token[place + 1 :], key=KEY, at=AT)


@pytest.mark.parametrize(
    "odd",
    [None, 7, "", "x", "é" * 98, "\ud800" * 98, "A" * 98, "A" * 97, "A" * 5000, ["a"], "b="],
)
def test_what_is_no_token_is_refused(odd: object) -> None:
    with pytest.raises(Unauthenticated):
        read_visitor_token(odd, key=KEY, at=AT)
