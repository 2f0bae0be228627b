"""Transcripts: a whole conversation as text, as a page to print, or as data."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import orjson
from sqlalchemy import select

from kefu.conversations.events_tools import TranscriptExported
from kefu.conversations.messages import shown_messages
from kefu.conversations.model import Conversation, Message
from kefu.conversations.rows import rows_of
from kefu.conversations.transcript_words import words_for
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.identity import Actor

Form = Literal["text", "html", "json"]
MESSAGES = 20_000
NOTES = "conversation.export_notes"
MIME = {"text": "text/plain", "html": "text/html", "json": "application/json"}
ENDING = {"text": "txt", "html": "html", "json": "json"}


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is needed to write it in any form."""

    row: dict[str, Any]
    messages: list[dict[str, Any]]
    zone: ZoneInfo
    words: dict[str, str]
    notes: bool
    is_cut: bool = False

    def time_of(self, moment: str) -> str:
        """A moment as the reader's clock shows it."""
        return datetime.fromisoformat(moment).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def who(self, message: dict[str, Any]) -> str:
        sender = message["sender"]
        name = sender["name"] or self.words[sender["type"]]
        return f"{name} ({self.words['note']})" if message["kind"] == "note" else name

    def said(self, message: dict[str, Any]) -> str:
        """What a message says, whatever its kind."""
        if message["recalled"]:
            return self.words["recalled"]
        kind, content = message["kind"], message["content"] or {}
        if kind in ("text", "note"):
            return str(message["text"])
        if kind == "system":
            code = str(content.get("code", ""))
            return f"[{self.words[kind]}] {self.words.get(f'system_{code}', code)}"
        named = [str(content[name]) for name in NAMED if content.get(name)]
        said = [f"[{self.words[kind]}]", *named, message["text"], *asked_and_answered(content)]
        return " ".join(part for part in said if part)

    def heading(self) -> list[tuple[str, str]]:
        """What stands above: who, where, when, and what became of it."""
        row, words = self.row, self.words
        closed = self.time_of(row["closed_at"]) if row["closed_at"] else words["open"]
        return [
            (words["customer"], row["customer"]["name"] if row["customer"] else ""),
            (words["inbox"], row["inbox"]["name"] if row["inbox"] else ""),
            (words["agent"], row["assignee"]["name"] if row["assignee"] else "–"),
            (words["begun"], self.time_of(row["created_at"])),
            (words["closed"], closed),
            (words["zone"], self.zone.key),
        ]

    def ending(self) -> str | None:
        """What must be said where later messages are left out."""
        return self.words["cut"].format(count=len(self.messages)) if self.is_cut else None


NAMED = ("name", "title", "number", "status", "price", "amount", "currency", "url")


def asked_and_answered(content: dict[str, Any]) -> list[str]:
    """The choices that were offered, and a form's questions with what was put in."""
    answers = content.get("submitted")
    given = answers if isinstance(answers, dict) else {}
    choices = [f"- {option.get('label', '')}" for option in _rows(content.get("options"))]
    questions = [
        f"{field.get('label', '')}: {given.get(field.get('name')) or '…'}"
        for field in _rows(content.get("fields"))
    ]
    return ["\n" + line for line in choices + questions]


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


async def transcript_of(
    db: Session, conversation: Conversation, *, by: Actor, form: Form, zone: str, notes: bool
) -> str:
    """The conversation in this form, its times in this zone; notes only where allowed."""
    if notes:
        by.require(NOTES)
    messages = await _messages(db, conversation, notes=notes)
    transcript = Transcript(
        row=(await rows_of(db, [conversation]))[0],
        messages=await shown_messages(db, conversation, messages[:MESSAGES]),
        zone=zone_called(zone),
        words=words_for(by.locale),
        notes=notes,
        is_cut=len(messages) > MESSAGES,
    )
    event = TranscriptExported(
        subject=conversation.id,
        conversation=conversation.id,
        customer=conversation.customer_id,
        actor=by.id,
        form=form,
        notes=notes,
    )
    await record(db, event)
    return {"text": as_text, "html": as_html, "json": as_json}[form](transcript)


def zone_called(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise Invalid("There is no such time zone.", field="zone")
    return ZoneInfo(name)


async def _messages(db: Session, conversation: Conversation, *, notes: bool) -> list[Message]:
    """The first messages, and one more than is written where there are more."""
    query = select(Message).where(Message.conversation_id == conversation.id)
    if not notes:
        query = query.where(Message.kind != "note")
    return list(await db.scalars(query.order_by(Message.seq).limit(MESSAGES + 1)))


def as_text(transcript: Transcript) -> str:
    """Plain lines; what a message adds in further lines is set in, so that it forges none."""
    words = transcript.words
    lines = [words["title"], *(f"{name}: {value}" for name, value in transcript.heading()), ""]
    for message in transcript.messages:
        said = transcript.said(message).replace("\r\n", "\n").replace("\r", "\n")
        said = "\n    ".join(said.split("\n"))
        lines.append(f"[{transcript.time_of(message['at'])}] {transcript.who(message)}: {said}")
    if ending := transcript.ending():
        lines += ["", ending]
    return "\n".join(lines) + "\n"


def as_json(transcript: Transcript) -> str:
    """The row and the messages as the API shows them."""
    return orjson.dumps(
        {
            "conversation": transcript.row,
            "messages": transcript.messages,
            "exported_at": now().isoformat(),
            "zone": transcript.zone.key,
            "notes": transcript.notes,
            "is_cut": transcript.is_cut,
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


STYLE = """
body{font:14px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
body{max-width:760px;margin:2em auto}
h1{font-size:1.3em}dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 1em}dd{margin:0}
article{border-top:1px solid #ddd;padding:.5em 0;break-inside:avoid}header{color:#666}
p{margin:.2em 0;white-space:pre-wrap;overflow-wrap:anywhere}.agent p{color:#123b86}
.note{background:#fff7d6}@media print{body{margin:0}}
"""


def as_html(transcript: Transcript) -> str:
    """A page to read or print: no script, no link, nothing loaded from elsewhere."""
    escape = html.escape
    heading = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in transcript.heading()
    )
    body = "".join(
        f'<article class="{escape(_class_of(message))}"><header>'
        f"<time>{transcript.time_of(message['at'])}</time> {escape(transcript.who(message))}"
        f"</header><p>{escape(transcript.said(message))}</p></article>"
        for message in transcript.messages
    )
    ending = transcript.ending()
    body += f"<p>{escape(ending)}</p>" if ending else ""
    title = escape(transcript.words["title"])
    return (
        f'<!doctype html><html lang="{escape(transcript.words["lang"])}"><head>'
        f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><h1>{title}</h1><dl>{heading}</dl>{body}</body></html>"
    )


def _class_of(message: dict[str, Any]) -> str:
    return "note" if message["kind"] == "note" else str(message["sender"]["type"])
