from __future__ import annotations

import phonenumbers
import pytest

from kefu.core.errors import Invalid
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.masking import masked_email, masked_number, masked_phone


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "(86)138-0013-8000",
        "１３８　００１３　８０００",
        " 138.0013.8000 ",
    ],
)
def test_a_telephone_number_is_read_in_every_spelling(written: str) -> None:
    assert phone_number(written) == "+8613800138000"


def test_a_foreign_number_keeps_its_country() -> None:
    assert phone_number("+1 415 555 2671") == "+14155552671"
    assert phone_number("010-62345678") == "+861062345678"


@pytest.mark.parametrize("written", ["", "12", "电话没有", "1" * 500, "13800138000 ext 5", "+\x00"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone_number(written)

    assert refused.value.field == "phone"


def test_an_address_is_kept_in_one_spelling() -> None:
    assert email_address(" Li.Lei@Example.COM ") == "li.lei@example.com"


@pytest.mark.parametrize("written", ["", "@", "a@b", "a b@c.cn", "x" * 400 + "@c.cn", "a@c.cn\x00"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        email_address(written)

    assert refused.value.field == "email"


def test_masks_show_enough_to_tell_two_apart_and_no_more() -> None:
    assert masked_phone("+8613800138000") == "+86138****8000"
    assert masked_phone("+14155552671") == "+14****2671"
    assert masked_email("li.lei@example.com") == "l****@example.com"
    assert masked_number("310101199001011234") == "****34"
    assert masked_number("1234567") == "****"
    assert (masked_phone(None), masked_email(None)) == (None, None)


@pytest.mark.parametrize("start", [f"1{second}{third}" for second in "38" for third in range(10)])
def test_a_plain_mobile_number_is_what_the_library_says(start: str) -> None:
    for rest in ("00000000", "12345678", "99999999"):
        number = phonenumbers.parse(start + rest, "CN")

        assert phonenumbers.is_valid_number(number)
        assert phone_number(start + rest) == f"+86{start}{rest}"
