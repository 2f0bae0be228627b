"""Passwords: argon2 in threads of its own, never on the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kefu.core.errors import Invalid

LEAST, MOST = 10, 200
COMMON = frozenset(
    {
        "0123456789",
        "1234567890",
        "12345678910",
        "123456789a",
        "a123456789",
        "administrator",
        "password12",
        "password123",
        "password1234",
        "qwertyuiop",
        "qwerty123456",
        "1qaz2wsx3edc",
        "woaini1314",
        "woaini5201314",
    }
)

_HASHER = PasswordHasher()
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Nobody's password: checked where there is no account, so that the answer takes as long.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "9j2VFhVN1eH+O4QlgRYj2w$tCmP7mcCuk24HEsnr9xcy6Ls51A6BEebVeWikiromsQ"
)


async def password_hash(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _HASHER.hash, password)


async def is_password(password: str, kept: str | None) -> bool:
    """Whether the password fits; takes the same time where there is none to fit."""
    loop = asyncio.get_running_loop()
    fits = await loop.run_in_executor(_THREADS, _verify, kept or NOBODY, password)
    return fits and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker figures than today's."""
    return _HASHER.check_needs_rehash(kept)


def check_password(password: str, *, email: str, field: str = "password") -> None:
    """Long enough to resist guessing, and not what everybody tries first."""
    if len(password) < LEAST:
        raise Invalid(f"The password needs at least {LEAST} characters.", field=field, limit=LEAST)
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 4 or plain in (email, email.split("@", maxsplit=1)[0]):
        raise Invalid("This password is too easy to guess.", code="weak_password", field=field)


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
