"""Secrets that are handed out once and kept as a hash: session, link and API tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_MARK = "kefu_"  # noqa: S105 - what every API token begins with, so that scanners find leaks
SHOWN = 12


def new_secret() -> str:
    """256 random bits, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """An API token in full; its first characters may be shown."""
    return TOKEN_MARK + new_secret()


def hash_of(secret: str) -> str:
    """What is stored: the secret has 256 bits, so one round is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def csrf_of(session_token: str) -> str:
    """The CSRF token of a session: derived, so that another session's does not fit."""
    return hmac.new(session_token.encode(), b"kefu csrf", hashlib.sha256).hexdigest()


def is_same(given: str | None, expected: str) -> bool:
    """Compared in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())
