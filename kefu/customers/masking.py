"""Masking: personal data as everybody sees it; in plain only by asking, with a reason."""

from __future__ import annotations

HIDDEN = "****"


def masked_phone(number: str | None) -> str | None:
    """The country code, the first three figures of a Chinese mobile, and the last four."""
    if number is None:
        return None
    shown = 6 if number.startswith("+861") else 3
    return f"{number[:shown]}{HIDDEN}{number[-4:]}"


def masked_email(address: str | None) -> str | None:
    """The first letter and the domain."""
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}"


def masked_number(value: object) -> object:
    """The last two of what is long, nothing of what is short."""
    text = str(value)
    return f"{HIDDEN}{text[-2:]}" if len(text) >= 8 else HIDDEN


def masked_identity(kind: str, value: str) -> str:
    """A way to be recognised, without what would let somebody use it."""
    masks = {"phone": masked_phone, "email": masked_email}
    return (masks[kind](value) or HIDDEN) if kind in masks else value
