"""A platform whose customers write to a served Kefu, with faults on both ways."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from kefu.channels import delivering
from kefu.channels.contract import Leaving, Line, Never
from kefu.channels.registry import adapter_for
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.jobs import enqueue
from kefu.core.wire import Wire
from kefu.entry.replaying.access import access_to
from kefu.entry.replaying.public_api import ApiRefused, PublicApi
from kefu.entry.simulators.agreeing import Compared, compare, summed_up
from kefu.entry.simulators.chats import PICTURE, Entry, PlatformBook
from kefu.entry.simulators.faults import Faults, Moods
from kefu.entry.simulators.inboxes import kinds, platform_inbox
from kefu.entry.simulators.platforms import HOOK, Hook, InboxLine, platform_mouth, run_platform
from kefu.entry.simulators.running import Mouth
from kefu.entry.simulators.showing_chats import platform_app
from kefu.entry.tests.serving import Serving, free_port, serving
from kefu.entry.tests.simulating import on_loopback

SECONDS = 120
DUE_AT_ONCE = text(
    "update channel_deliveries set due_at = now() where status = 'waiting' "
    "and error is not null and due_at > now() returning conversation_id"
)


@pytest.fixture(scope="module")
def kefu() -> Iterator[Serving]:
    with serving("platform", KEFU_WEBHOOK_PRIVATE_ADDRESSES="true") as made:
        yield made


@dataclass
class Play:
    """A platform in this loop, and its address."""

    book: PlatformBook
    line: InboxLine
    mouth: Mouth
    url: str

    async def run(self, *, seconds: float = 1.0, customers: int = 4) -> None:
        """Steps of an instant."""
        await run_platform(self.book, self.mouth, every=0.05, customers=customers, seconds=seconds)


@asynccontextmanager
async def playing(kefu: Serving, kind: str, *, share: float = 0.0, run: str) -> AsyncIterator[Play]:
    book, port = PlatformBook(kind=kind, seed=3, run=run), free_port()
    hook = f"http://127.0.0.1:{port}{HOOK}"
    inbox, secret = await platform_inbox(kefu.database().url, kind, hook)
    api = PublicApi(kefu.url, patience=5)
    line = InboxLine(api, inbox, secret)
    moods = Moods(share=share, seed=7)
    app = platform_app(book, line, Hook(book, secret, moods))
    mouth = platform_mouth(book, line, Faults(share=share, seed=8))
    try:
        async with on_loopback(app, port) as url:
            yield Play(book, line, mouth, url)
    finally:
        await api.close()


@asynccontextmanager
async def answered(kefu: Serving) -> AsyncIterator[None]:
    """An agent answers whoever waits, twice each time."""
    waits = (
        "select c.id::text from conversations c join inboxes i on i.id = c.inbox_id "
        "where c.unanswered_since is not null and i.name like '模拟%'"
    )
    async with access_to(kefu.database().url, inbox=None) as access:
        api = PublicApi(kefu.url, token=access.token)

        async def answer() -> None:
            while True:
                for (conversation,) in kefu.ask(waits):
                    await api.answer(conversation, "您好，我看一下。")
                    await api.answer(conversation, "请稍等。")
                await asyncio.sleep(0.1)

        answering = asyncio.create_task(answer())
        try:
            yield
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering
            await api.close()


async def nothing_on_the_way(kefu: Serving) -> None:
    """Until every answer has left; one that was refused is tried again at once."""
    waits = "select count(*) from channel_deliveries where status = 'waiting'"
    database = Database(kefu.database().url)
    async with asyncio.timeout(SECONDS):
        while kefu.ask(waits)[0][0]:
            async with database.transaction() as db:
                refused = {str(one) for one in await db.scalars(DUE_AT_ONCE)}
                await enqueue(db, delivering.JOB, {"conversations": sorted(refused)})
            await asyncio.sleep(0.5)
    await database.close()


@pytest.mark.slow
async def test_what_customers_write_is_in_kefu_once_and_in_order_whatever_is_lost(
    kefu: Serving,
) -> None:
    async with playing(kefu, "wechat_miniprogram", share=0.3, run="faults") as play:
        async with answered(kefu):
            await play.run(seconds=8, customers=5)
        await nothing_on_the_way(kefu)
        await play.run(seconds=2, customers=5)
        compared = await compare(play.book, play.line)
        counts, shown = play.book.counts, await pages_of(play)

    written = [entry for chat in play.book.chats.values() for entry in chat.written]
    reached = [entry for chat in play.book.chats.values() for entry in chat.reached]
    assert all(one.alike and not one.on_the_way for one in compared), summed_up(compared)
    assert "5 chats" in summed_up(compared)
    assert "all once and in order" in summed_up(compared)
    assert len(written) > 10
    assert len(reached) > 5
    assert PICTURE in {entry.words for entry in written}
    assert min(counts["told_again"], counts["known_to_kefu"], counts["repeats_refused"]) > 0
    assert counts["overtaken"] == counts["forged"] == 0
    assert "read" in {entry.status for entry in reached}
    assert kefu.ask("select max(customer_seen_seq) from conversations")[0][0] > 0
    assert "每条一次，顺序一致" in shown["/comparison"]
    assert "each once and in order" in shown["/comparison?lang=en"]
    assert "王芳" in shown["/"]
    assert "您好，我看一下。" in shown[f"/chats/{written[0].key.rpartition('-faults')[0]}"]


async def pages_of(play: Play) -> dict[str, str]:
    first = next(iter(play.book.chats))
    paths = ["/", f"/chats/{first}", "/comparison", "/comparison?lang=en"]
    async with httpx.AsyncClient(base_url=play.url, timeout=30) as client:
        return {path: (await client.get(path)).text for path in paths}


async def found(play: Play) -> Compared:
    """What the comparison says of the first chat."""
    return (await compare(play.book, play.line))[0]


async def test_the_comparison_finds_what_was_done_to_messages(kefu: Serving) -> None:
    async with playing(kefu, "ecommerce", run="tampered") as play:
        await play.run(seconds=0.5, customers=1)
        whole = await found(play)
        (chat,) = play.book.chats.values()
        first, second = chat.written
        chat.entries.reverse()
        turned = await found(play)
        chat.entries.reverse()
        kefu.ask("update messages set text = '别的' where id = %s returning 1", first.message)
        changed = await found(play)
        sender = chat.sender
        again = {"id": "another number", "sender": sender, "text": second.words}
        await play.line.post({"messages": [again]})
        doubled = await found(play)
        kefu.ask("delete from messages where id = %s returning 1", second.message)
        gone = await found(play)
        chat.entries.append(Entry("lost", "收据没到的一句", now(), by_customer=True))
        await play.line.post({"messages": [again | {"id": "a third", "text": "谁也没写过"}]})
        strange = await found(play)

    assert whole.alike
    assert (whole.written, whole.waiting) == (2, 0)
    assert turned.disordered
    assert changed.changed == [first.key]
    assert len(doubled.not_ours) == 1
    assert len(strange.not_ours) == 2
    assert gone.missing == [second.key]
    assert not any(one.alike for one in (turned, changed, doubled, gone))


async def test_a_second_play_goes_on_with_the_same_customers(kefu: Serving) -> None:
    for run in ("one", "two"):
        async with playing(kefu, "social", run=run) as play:
            await play.run(seconds=0.5, customers=2)
            compared = await compare(play.book, play.line)
            assert all(one.alike for one in compared), summed_up(compared)

    query = "select count(*) from identities where kind = 'api' and value like 'SIM-social-%%'"
    assert kefu.ask(query)[0][0] == 2


async def test_a_platform_with_a_wrong_secret_is_refused(kefu: Serving) -> None:
    async with playing(kefu, "api", run="forged") as play:
        play.line.secret = "wrong"
        await play.run(seconds=0.1, customers=1)
        with pytest.raises(ApiRefused, match="signature"):
            await play.line.post({"messages": []})

    assert play.mouth.refused
    assert all(chat.waiting for chat in play.book.chats.values())


async def test_the_command_plays_compares_and_ends(kefu: Serving) -> None:
    command = ["demo", "platform-simulator", "--kind", "wechat_miniprogram", "--every", "0.2"]
    command += ["--seconds", "4", "--customers", "4", "--faults", "0.2", "--url", kefu.url]
    async with answered(kefu):
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "kefu", *command, "--port", str(free_port())],
            check=False,
            capture_output=True,
            text=True,
            env=kefu.environment,
            timeout=SECONDS,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 chats" in done.stdout
    assert "all once and in order" in done.stdout


# --------------------------------------------------------------- the hook, by Kefu's adapter


def leaving(customer: str, text: str, seq: int, *, talk: UUID | None = None) -> Leaving:
    identities = [{"kind": "api", "value": customer}]
    return Leaving(
        id=uuid4(),
        conversation=talk or uuid4(),
        customer={"identities": identities},
        kind="text",
        text=text,
        shown={"seq": seq, "content": None},
    )


@asynccontextmanager
async def a_hook(share: float = 0.0) -> AsyncIterator[tuple[PlatformBook, Line, Wire]]:
    """The platform's own side alone, with one customer, and the line that leads to it."""
    book = PlatformBook(kind="api", seed=1, run="alone")
    book.step(now(), new=1)
    nowhere = InboxLine(PublicApi("http://127.0.0.1:1"), "-", "s3cret")
    app = platform_app(book, nowhere, Hook(book, "s3cret", Moods(share=share, seed=1)))
    async with on_loopback(app) as url:
        wire = Wire(private=True)
        try:
            yield book, Line(uuid4(), "s3cret", {"callback_url": f"{url}{HOOK}"}), wire
        finally:
            await wire.close()
            await nowhere.api.close()


async def test_a_delivery_arrives_once_and_its_repeat_has_the_same_number() -> None:
    async with a_hook() as (book, line, wire):
        message = leaving(next(iter(book.chats)), "您好", 3)
        first = await adapter_for("api").deliver(line, message, wire)
        again = await adapter_for("api").deliver(line, message, wire)

    (chat,) = book.chats.values()
    assert first.external_id == again.external_id == chat.reached[0].key
    assert [(one.words, one.copies) for one in chat.reached] == [("您好", 2)]
    assert book.counts["repeats_refused"] == 1


async def test_a_delivery_that_overtook_another_is_noticed() -> None:
    async with a_hook() as (book, line, wire):
        customer, talk = next(iter(book.chats)), uuid4()
        for seq in (2, 4, 3):
            message = leaving(customer, f"{seq}", seq, talk=talk)
            await adapter_for("api").deliver(line, message, wire)

    assert book.counts["overtaken"] == 1


async def test_a_forged_delivery_is_refused_and_counted() -> None:
    async with a_hook() as (book, line, wire):
        forged = Line(line.inbox, "another secret", line.settings)
        message = leaving(next(iter(book.chats)), "您好", 3)
        with pytest.raises(Never, match="401"):
            await adapter_for("api").deliver(forged, message, wire)

    assert book.counts["forged"] == 1
    assert not any(chat.reached for chat in book.chats.values())


async def test_a_delivery_for_nobody_is_refused_for_good() -> None:
    async with a_hook() as (_book, line, wire):
        with pytest.raises(Never, match="404"):
            await adapter_for("api").deliver(line, leaving("nobody", "您好", 3), wire)


async def test_a_probe_passes_and_leaves_nothing() -> None:
    async with a_hook() as (book, line, wire):
        await adapter_for("api").probe(line, wire)

    assert not any(chat.reached for chat in book.chats.values())


async def test_a_page_is_not_shown_to_a_stranger_s_site() -> None:
    async with a_hook() as (_book, line, _wire), httpx.AsyncClient() as client:
        url = line.settings["callback_url"].removesuffix(HOOK)
        own = await client.get(url)
        foreign = await client.get(url, headers={"Host": "evil.example"})

    assert (own.status_code, foreign.status_code) == (200, 400)


async def test_what_is_said_in_a_chat_is_text_on_its_page() -> None:
    async with a_hook() as (book, line, wire), httpx.AsyncClient() as client:
        customer = next(iter(book.chats))
        message = leaving(customer, "<script>alert(1)</script>", 3)
        await adapter_for("api").deliver(line, message, wire)
        url = line.settings["callback_url"].removesuffix(HOOK)
        shown = (await client.get(f"{url}/chats/{customer}")).text

    assert "&lt;script&gt;" in shown
    assert "<script" not in shown


def test_every_channel_with_a_server_of_its_own_can_be_played() -> None:
    assert kinds() == ["api", "ecommerce", "social", "wechat_miniprogram"]
