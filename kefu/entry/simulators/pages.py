"""Pages: what a simulator shows of its books, in Chinese or English, on this machine only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from kefu.entry.simulators.running import LOOPBACK

HOSTS = [LOOPBACK, "localhost"]
"""Asked by another name, a page would be read by a site of a stranger."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
REFRESH = '<meta http-equiv="refresh" content="5">'
CHINESE, ENGLISH = "zh-CN", "en"
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav { display: flex; gap: 1rem; flex-wrap: wrap; }
a { color: LinkText; display: inline-block; min-height: 2.75rem; line-height: 2.75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid GrayText; }
td { overflow-wrap: anywhere; white-space: pre-wrap; }
ol { list-style: none; padding: 0; }
li { border: 1px solid GrayText; border-radius: .6rem; padding: .5rem .75rem; margin: .5rem 0;
  max-width: 75%; overflow-wrap: anywhere; white-space: pre-wrap; }
li.shop { margin-inline-start: auto; }
small { display: block; }
"""


class Words:
    """The language of one request."""

    def __init__(self, request: Request) -> None:
        asked = request.query_params.get("lang", "")
        wanted = request.headers.get("accept-language", "")
        english = asked == ENGLISH if asked else wanted.lower().startswith(ENGLISH)
        self.language = ENGLISH if english else CHINESE

    def say(self, chinese: str, english: str) -> str:
        return english if self.language == ENGLISH else chinese

    def to(self, path: str, chinese: str, english: str) -> str:
        """A link that keeps the language."""
        words = escape(self.say(chinese, english))
        return f'<a href="{escape(path)}?lang={self.language}">{words}</a>'


def page(
    words: Words, title: str, *parts: str, links: Sequence[str] = (), again: bool = True
) -> HTMLResponse:
    """A page of parts that are HTML already; it comes `again` by itself every five seconds."""
    other = f'<a href="?lang={CHINESE}">中文</a> <a href="?lang={ENGLISH}">English</a>'
    body = "\n".join(parts)
    html = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{REFRESH if again else ""}'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<nav>{' '.join(links)} {other}</nav><main><h1>{escape(title)}</h1>"
        f"{body}</main></body></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=headers)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows of plain cells."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    lines = "".join(f"<tr>{''.join(cell(one) for one in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def cell(value: object) -> str:
    """A cell; a link is kept as it is."""
    return f"<td>{value if isinstance(value, Html) else escape(str(value))}</td>"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def time_of(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M:%S")


def local_app(routes: Sequence[Route]) -> Starlette:
    """An app that answers to this machine's own name only."""
    return Starlette(
        routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)]
    )
