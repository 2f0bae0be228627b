"""The port for mail: a protocol, its in-memory twin, SMTP, and a file for a demo."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from kefu.core.settings import Settings
from kefu.notifications.kept_aside import keep_aside

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """One plain letter; `key` makes its Message-ID, so that a repeat can be recognised."""

    to: str
    subject: str
    text: str
    key: str


class Mailer(Protocol):
    """Sends one letter, or raises."""

    async def send(self, mail: Mail) -> None: ...


@dataclass
class MemoryMailer:
    """Keeps the letters, for tests and development."""

    sent: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)


class SmtpMailer:
    """Sends by SMTP: `smtp://user:password@host:587?from=desk@example.com`, or `smtps://`.

    With `smtp://` the connection is encrypted as soon as the server offers it; `?tls=required`
    refuses one that does not.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("KEFU_SMTP_URL must start with smtp:// or smtps:// and name a host.")
        options = parse_qs(parts.query)
        self._host = parts.hostname
        self._at_once = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._at_once else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = options.get("from", [self._user or f"kefu@{self._host}"])[0]
        self._tls_required = options.get("tls") == ["required"]

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._send, self._letter(mail))

    def _letter(self, mail: Mail) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, mail.to, mail.subject
        letter["Message-ID"] = f"<{mail.key}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(mail.text)
        return letter

    def _send(self, letter: EmailMessage) -> None:
        with self._connected() as server:
            if self._user:
                server.login(self._user, self._password)
            server.send_message(letter)

    def _connected(self) -> smtplib.SMTP:
        tls = ssl.create_default_context()
        if self._at_once:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=tls)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=tls)
        elif self._tls_required or self._password:
            server.close()
            raise smtplib.SMTPNotSupportedError("The server offers no encryption.")
        return server


class FileMailer:
    """Writes the letters to a file that only the operator reads, for a demo without a server."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, mail: Mail) -> None:
        await keep_aside(self._path, asdict(mail))


def mailer_for(chosen: Settings) -> Mailer | None:
    """The mail server of this installation; in a demo without one a file; otherwise none."""
    if chosen.smtp_url:
        return SmtpMailer(chosen.smtp_url)
    return FileMailer(chosen.var / "mails.jsonl") if chosen.demo else None
