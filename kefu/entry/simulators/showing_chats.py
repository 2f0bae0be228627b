"""Showing chats: a platform's pages: who writes, each chat, and the comparison with Kefu."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kefu.entry.replaying.public_api import ApiRefused
from kefu.entry.simulators.agreeing import Compared, compare
from kefu.entry.simulators.chats import PICTURE, Chat, Entry, PlatformBook
from kefu.entry.simulators.pages import (
    Html,
    Words,
    local_app,
    page,
    paragraph,
    table,
    time_of,
)
from kefu.entry.simulators.platforms import HOOK, Hook, InboxLine

STATUS = {
    "sent": ("没有回执", "no receipt"),
    "arrived": ("已到达", "arrived"),
    "delivered": ("已送达", "delivered"),
    "read": ("已读", "read"),
}
COUNTS = {
    "told_again": ("重发", "Told again"),
    "known_to_kefu": ("Kefu 认出的重复", "Repeats that Kefu knew"),
    "repeats_refused": ("认出的重复投递", "Repeated deliveries known"),
    "overtaken": ("顺序错误的投递", "Deliveries out of order"),
    "forged": ("签名错误", "Signatures that do not hold"),
}


class PlatformPages:
    """A platform's book, for people."""

    def __init__(self, book: PlatformBook, line: InboxLine) -> None:
        self._book, self._line = book, line

    async def chats(self, request: Request) -> HTMLResponse:
        """Everybody who writes, with the last words."""
        words = Words(request)
        heads = [words.say("客户", "Customer"), words.say("主题", "About")]
        heads += [words.say("消息", "Messages"), words.say("最后一句", "Last words")]
        rows = [
            (
                Html(words.to(f"/chats/{chat.number}", *[str(chat.sender["name"])] * 2)),
                chat.talk.page,
                len(chat.entries),
                shown_words(words, chat.entries[-1]) if chat.entries else "",
            )
            for chat in self._book.chats.values()
        ]
        counts = [f"{words.say(*say)}: {self._book.counts[name]}" for name, say in COUNTS.items()]
        title = f"{words.say('平台模拟器', 'Platform simulator')} · {self._book.kind}"
        links = [words.to("/comparison", "与 Kefu 核对", "Compare with Kefu")]
        return page(words, title, paragraph(" · ".join(counts)), table(heads, rows), links=links)

    async def chat(self, request: Request) -> Response:
        """One chat, the customer to the left."""
        words = Words(request)
        chat = self._book.chats.get(request.path_params["number"])
        if chat is None:
            return JSONResponse({"code": "no_such_customer"}, 404)
        entries = "".join(bubble(words, entry) for entry in chat.entries)
        links = [words.to("/", "所有客户", "All customers")]
        return page(words, str(chat.sender["name"]), f"<ol>{entries}</ol>", links=links)

    async def comparison(self, request: Request) -> HTMLResponse:
        """Each chat beside what Kefu has of it, asked now."""
        words = Words(request)
        title = words.say("与 Kefu 核对", "Compared with Kefu")
        links = [words.to("/", "所有客户", "All customers")]
        try:
            compared = await compare(self._book, self._line)
        except ApiRefused as refused:
            return page(words, title, paragraph(str(refused)), links=links, again=False)
        heads = [words.say("客户", "Customer"), words.say("消息", "Messages")]
        heads += [words.say("回复", "Answers"), words.say("结果", "Result")]
        rows = [
            (name_of(one.chat), one.written, one.answers, verdict(words, one)) for one in compared
        ]
        return page(words, title, table(heads, rows), links=links, again=False)

    async def comparison_for_programs(self, _request: Request) -> Response:
        """The same as JSON."""
        try:
            compared = await compare(self._book, self._line)
        except ApiRefused as refused:
            return JSONResponse({"title": str(refused)}, 502)
        chats = [
            {name: value for name, value in asdict(one).items() if name != "chat"}
            | {"customer": one.chat.number}
            for one in compared
        ]
        return JSONResponse({"alike": all(one.alike for one in compared), "chats": chats})


def platform_app(book: PlatformBook, line: InboxLine, hook: Hook) -> Starlette:
    """The address that Kefu delivers to, and pages to look at."""
    pages = PlatformPages(book, line)
    return local_app(
        [
            Route(HOOK, hook.take, methods=["POST"]),
            Route("/", pages.chats),
            Route("/chats/{number}", pages.chat),
            Route("/comparison", pages.comparison),
            Route("/comparison.json", pages.comparison_for_programs),
        ]
    )


def bubble(words: Words, entry: Entry) -> str:
    """One message, with what is known of its way."""
    side = "customer" if entry.by_customer else "shop"
    again = words.say(f"，来过 {entry.copies} 次", f", came {entry.copies} times")
    way = f"{time_of(entry.at)} · {words.say(*STATUS[entry.status])}"
    way += again if entry.copies > 1 else ""
    return (
        f'<li class="{side}">{escape(shown_words(words, entry))}<small>{escape(way)}</small></li>'
    )


def shown_words(words: Words, entry: Entry) -> str:
    return words.say("［图片］", "[picture]") if entry.words == PICTURE else entry.words


def name_of(chat: Chat) -> str:
    return str(chat.sender["name"])


def verdict(words: Words, one: Compared) -> str:
    """What the comparison found in a chat."""
    said = [
        (one.missing, words.say("Kefu 里缺少", "not in Kefu")),
        (one.not_ours, words.say("Kefu 里多出", "only in Kefu")),
        (one.changed, words.say("内容不同", "other words")),
        (one.disordered, words.say("顺序不同", "another order")),
        (one.answers_disordered, words.say("回复顺序不同", "answers in another order")),
        (one.waiting, words.say("等待回执", "waits for a receipt")),
        (one.on_the_way, words.say("回复在路上", "answers on the way")),
    ]
    found = [text for holds, text in said if holds]
    return " · ".join(found) or words.say("每条一次，顺序一致", "each once and in order")
