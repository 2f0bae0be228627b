"""Origins: from which pages an inbox's widget may be framed and its API called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from kefu.core.settings import Settings

METHODS = "GET, POST, OPTIONS"
HEADERS = "Authorization, Content-Type, Idempotency-Key"
SHOWN_HEADERS = (
    "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After"
)


def is_allowed(origin: str, allowed: Sequence[str], *, host: str, chosen: Settings) -> bool:
    """Whether this origin is our own or one of those named, exactly or as `*.example.com`."""
    asked = urlsplit(origin)
    if asked.netloc in (host, urlsplit(chosen.base_url).netloc):
        return True
    if not allowed:
        return takes_any_origin(chosen)
    return any(_matches(asked.scheme, asked.netloc.lower(), pattern) for pattern in allowed)


def _matches(scheme: str, place: str, pattern: str) -> bool:
    named, _, rest = pattern.rpartition("://")
    if named not in ("", scheme):
        return False
    if rest.startswith("*."):
        return place.endswith(rest[1:]) and len(place) > len(rest) - 1
    return place == rest


def takes_any_origin(chosen: Settings) -> bool:
    """An empty list lets every page in while one tries things out: in the demo and over http."""
    return chosen.demo or not chosen.secure


def cors_headers(origin: str) -> Mapping[str, str]:
    """What lets the browser hand an answer to the page of this origin."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": HEADERS,
        "Access-Control-Expose-Headers": SHOWN_HEADERS,
        "Access-Control-Max-Age": "3600",
    }


def frame_ancestors(allowed: Sequence[str], chosen: Settings) -> str:
    """The Content-Security-Policy directive that lets only these pages frame the widget."""
    if not allowed:
        return "frame-ancestors *" if takes_any_origin(chosen) else "frame-ancestors 'self'"
    return " ".join(["frame-ancestors 'self'", *allowed])
