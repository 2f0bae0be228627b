"""Refusals: what went wrong, said to the caller as RFC 9457 problem JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A request that is refused; `status` is the HTTP status, `code` is stable for programs.

    `params` are what the title speaks of, for those who say it in another language.
    """

    status = 422
    code = "refused"

    def __init__(
        self,
        title: str,
        *,
        code: str | None = None,
        field: str | None = None,
        detail: str | None = None,
        limit: float | str | None = None,
        retry_after: float | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(title)
        self.title = title
        self.code = code or self.code
        self.field = field
        self.detail = detail
        self.limit = limit
        self.retry_after = retry_after
        self.params = params or {}

    def problem(self) -> dict[str, Any]:
        """The problem document's members."""
        body: dict[str, Any] = {
            "type": f"about:blank#{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        for name in ("field", "detail", "limit", "retry_after"):
            value = getattr(self, name)
            if value is not None:
                body[name] = value
        return body


class Invalid(Refusal):
    """The input breaks a rule; `field` names where, `limit` the bound."""

    status = 422
    code = "invalid"


class Malformed(Refusal):
    """The input is not even of the right form."""

    status = 400
    code = "malformed"


class Unauthenticated(Refusal):
    """Nobody is signed in, or the token does not hold."""

    status = 401
    code = "unauthenticated"


class Forbidden(Refusal):
    """Visible, but not allowed."""

    status = 403
    code = "forbidden"


class NotFound(Refusal):
    """Not there, or not visible to this actor."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """The state of the thing does not allow this now."""

    status = 409
    code = "conflict"


class TooLarge(Refusal):
    """More bytes than are taken."""

    status = 413
    code = "too_large"


class TooMany(Refusal):
    """Too many requests; `retry_after` is in seconds."""

    status = 429
    code = "too_many"


class Unavailable(Refusal):
    """Something the request needs is away for the moment; nothing was changed."""

    status = 503
    code = "unavailable"
