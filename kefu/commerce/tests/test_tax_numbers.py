import pytest

from kefu.commerce.tax_numbers import checked_tax_number, is_organisation
from kefu.core.errors import Invalid

REAL = "91350100M000100Y43"  # the example of GB 32100 itself


def test_the_standards_own_example_fits() -> None:
    assert checked_tax_number(REAL) == REAL


def test_spaces_and_small_letters_are_taken() -> None:
    assert checked_tax_number(" 91350100 m000100y 43") == REAL


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_character_anywhere_is_found(place: int) -> None:
    wrong = "7" if REAL[place] != "7" else "8"

    with pytest.raises(Invalid) as refused:
        checked_tax_number(REAL[:place] + wrong + REAL[place + 1 :])

    assert refused.value.field == "tax_number"


def test_two_characters_in_the_wrong_order_are_found() -> None:
    with pytest.raises(Invalid):
        checked_tax_number("91350100M000010Y43")


def test_the_older_form_is_checked_too() -> None:
    assert is_organisation("D2143569X")
    assert checked_tax_number("350100D2143569X") == "350100D2143569X"
    with pytest.raises(Invalid) as refused:
        checked_tax_number("350100D21435698")
    assert refused.value.code == "check_digit"


@pytest.mark.parametrize("number", ["", "123", "9135", REAL + "1", "IIIIIIIIIIIIIIIIII"])
def test_what_is_no_tax_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid):
        checked_tax_number(number)
