"""Telephone numbers and e-mail addresses: read in any spelling, kept in one."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from kefu.core.errors import Invalid

REGION = "CN"
PHONE_CHARACTERS = 40
MOBILE = re.compile(r"1[38][0-9]{9}")
"""Most numbers by far; all of them are assigned, so nobody needs to read them more closely."""


def phone_number(written: str, *, field: str = "phone") -> str:
    """The number in E.164; without a country code it is read as a Chinese one."""
    if MOBILE.fullmatch(written):
        return f"+86{written}"
    try:
        if len(written) > PHONE_CHARACTERS:
            raise NumberParseException(NumberParseException.TOO_LONG, "too long")
        number = phonenumbers.parse(written, REGION)
    except NumberParseException as error:
        raise Invalid("This is not a telephone number.", field=field, code="bad_phone") from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise Invalid("This is not a telephone number.", field=field, code="bad_phone")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def email_address(written: str, *, field: str = "email") -> str:
    """The address in small letters, its domain in Unicode."""
    try:
        checked = validate_email(written.strip(), check_deliverability=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise Invalid("This is not an e-mail address.", field=field, code="bad_email") from error
    return checked.normalized.casefold()
