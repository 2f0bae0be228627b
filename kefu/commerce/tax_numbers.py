"""Tax numbers: a Chinese company's number carries check digits, and a slip of the pen shows.

A unified social credit code (GB 32100) has eighteen characters and two check digits: one over the
whole, one over the organisation's own part (GB 11714). The older form of fifteen has the latter.
"""

from __future__ import annotations

from kefu.core.errors import Invalid

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
OWN_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OWN_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
REGION_DIGITS = 6


def checked_tax_number(written: str) -> str:
    """The number as it is printed; refuses one that no company has, and says why."""
    number = "".join(written.split()).upper()
    if len(number) not in (15, 18):
        raise Invalid(
            "A tax number has 18 characters, the older form 15.", field="tax_number", limit=18
        )
    fits = is_credit_code(number) if len(number) == 18 else is_old_tax_number(number)
    if not fits:
        raise Invalid(
            "The check digit of this tax number does not fit. Please compare it once more.",
            field="tax_number",
            code="check_digit",
        )
    return number


def is_credit_code(number: str) -> bool:
    """Whether both check digits of a unified social credit code fit."""
    if not all(letter in ALPHABET for letter in number) or not number[2:8].isdigit():
        return False
    total = sum(ALPHABET.index(letter) * 3**place % 31 for place, letter in enumerate(number[:17]))
    return ALPHABET[-total % 31] == number[17] and is_organisation(number[8:17])


def is_old_tax_number(number: str) -> bool:
    return number[:REGION_DIGITS].isdigit() and is_organisation(number[REGION_DIGITS:])


def is_organisation(code: str) -> bool:
    """Whether nine characters are an organisation's code with its check digit."""
    if not all(letter in OWN_ALPHABET for letter in code):
        return False
    pairs = zip(OWN_WEIGHTS, code[:8], strict=True)
    left = -sum(weight * OWN_ALPHABET.index(letter) for weight, letter in pairs) % 11
    return code[8] == ("X" if left == 10 else str(left))
