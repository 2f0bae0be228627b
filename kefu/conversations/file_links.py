"""Links to files: signed and good for a while, so that a page without a cookie can show them.

A link is also the proof that somebody was given the file: only with one may it be sent on.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.settings import settings

LIFE = timedelta(hours=24)
SENT_WITHIN = timedelta(days=30)
NAMED_WITHIN = 2 * LIFE + SENT_WITHIN  # after its upload, at the latest: a link lives for two LIFEs
WITH_FILE = frozenset({"picture", "file", "voice"})
PURPOSE = b"kefu file link\x00"
PATH = "/api/v1/files"


def signature_of(file: UUID, expires: int, key: bytes) -> str:
    """The signature of one file's link."""
    return hmac.new(key, PURPOSE + file.bytes + b"%d" % expires, hashlib.sha256).hexdigest()[:40]


def signed_link(file: UUID, name: str, *, key: bytes, at: datetime) -> str:
    """A link for a day at least; the same for a while, so that browsers keep what they fetched."""
    step = int(LIFE.total_seconds())
    expires = (int(at.timestamp()) // step + 2) * step
    signature = signature_of(file, expires, key)
    return f"{PATH}/{file}/{quote(name)}?expires={expires}&signature={signature}"


def is_signed(file: UUID, expires: int, signature: str, *, key: bytes) -> bool:
    """Whether we made this link, whether it still holds or not."""
    expected = signature_of(file, expires, key).encode()
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def check_given(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a message with a file, if its sender was given that file; link left out."""
    file, link = UUID(content["file"]), content.get("url")
    query = parse_qs(urlsplit(link).query) if isinstance(link, str) else {}
    expires, signature = query.get("expires", [""])[0], query.get("signature", [""])[0]
    known = expires.isascii() and expires.isdigit() and len(expires) < 12
    lately = known and now().timestamp() < int(expires) + SENT_WITHIN.total_seconds()
    if not lately or not is_signed(file, int(expires), signature, key=settings().signing_key()):
        raise Invalid("Upload the file first; this link does not hold.", field="content.url")
    left = {name: value for name, value in content.items() if name not in ("url", "thumbnail")}
    return left | {"file": str(file)}


def with_links(kind: str, content: dict[str, Any] | None) -> dict[str, Any] | None:
    """The content as it is shown: with a fresh link to its file, if it is of such a kind."""
    if content is None or kind not in WITH_FILE or "file" not in content:
        return content
    try:
        file, name = UUID(content["file"]), content.get("name")
    except ValueError:  # written by an import, not by an upload
        return content
    key = settings().signing_key()
    link = signed_link(file, name if isinstance(name, str) and name else "file", key=key, at=now())
    shown = content | {"url": link}
    return shown | {"thumbnail": f"{link}&thumbnail=1"} if content.get("width") else shown
