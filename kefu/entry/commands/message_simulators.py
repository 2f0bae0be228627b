"""`kefu demo platform-simulator`, `sms-simulator` and `robot-simulator`: who carries messages."""

from __future__ import annotations

from typing import Annotated

import typer

from kefu.core.clock import now
from kefu.core.settings import Settings
from kefu.entry.commands.replay import running_database
from kefu.entry.commands.simulators import Every, Port, Seconds, Seed, Share, play_out
from kefu.entry.refusing import REFUSED, refuse
from kefu.entry.replaying.public_api import ApiRefused, PublicApi
from kefu.entry.simulators.agreeing import compare, summed_up
from kefu.entry.simulators.chats import PlatformBook
from kefu.entry.simulators.faults import Faults, Moods
from kefu.entry.simulators.gateways import TextGateway, gateway_app
from kefu.entry.simulators.groups import Groups, groups_app
from kefu.entry.simulators.inboxes import kinds, platform_inbox
from kefu.entry.simulators.platforms import HOOK, Hook, InboxLine, platform_mouth, run_platform
from kefu.entry.simulators.running import LOOPBACK, serve, stay
from kefu.entry.simulators.showing_chats import platform_app

Kind = Annotated[str, typer.Option(help="The channel it plays.")]
Url = Annotated[str | None, typer.Option(help="Another Kefu; this one by default.")]
InboxOption = Annotated[
    str | None, typer.Option("--inbox", help="An inbox's id; one of its own by default.")
]
InboxSecret = Annotated[
    str | None,
    typer.Option("--secret", envvar="KEFU_SIMULATOR_SECRET", help="The secret of that inbox."),
]
Customers = Annotated[int, typer.Option(min=1, help="How many come, at most.")]
Refusals = Annotated[
    float, typer.Option("--faults", min=0, max=1, help="How many requests find it busy.")
]


def platform(  # noqa: PLR0913, PLR0917 - the options of the command
    kind: Kind = "wechat_miniprogram",
    url: Url = None,
    inbox: InboxOption = None,
    secret: InboxSecret = None,
    customers: Customers = 20,
    port: Port = 9103,
    seed: Seed = 3,
    faults: Share = 0.02,
    every: Every = 5.0,
    seconds: Seconds = None,
) -> None:
    """A platform whose customers write through the signed API; its chats are shown at its port."""
    if kind not in kinds():
        refuse(f"{kind} is played by `kefu demo traffic`, or not at all; there are {kinds()}.")
    if bool(inbox) != bool(secret):
        refuse("Please name --inbox together with --secret.")
    chosen = Settings()
    book = PlatformBook(kind=kind, seed=seed, run=f"{int(now().timestamp()):x}")

    async def play() -> None:
        named = (inbox, secret) if inbox and secret else await own_inbox(chosen, kind, port)
        api = PublicApi(url or chosen.base_url)
        line = InboxLine(api, *named)
        hook = Hook(book, line.secret, Moods(share=faults, seed=seed))
        mouth = platform_mouth(book, line, Faults(share=faults, seed=seed))
        work = run_platform(book, mouth, every=every, customers=customers, seconds=seconds)
        try:
            await serve(platform_app(book, line, hook), port, work, greeting=f"This plays {kind}")
            await say_whether_alike(book, line)
        finally:
            await api.close()
            print(f"{mouth.sent} tellings, {dict(mouth.faults.counts)}, {dict(book.counts)}")

    play_out(play())


async def own_inbox(chosen: Settings, kind: str, port: int) -> tuple[str, str]:
    """The inbox that such a platform has in the Kefu that runs on this machine."""
    return await platform_inbox(running_database(chosen), kind, f"http://{LOOPBACK}:{port}{HOOK}")


async def say_whether_alike(book: PlatformBook, line: InboxLine) -> None:
    """Compare at the end; another exit code where something differs."""
    try:
        compared = await compare(book, line)
    except ApiRefused as refused:
        refuse(f"The platform could not compare: {refused}")
    print(summed_up(compared))
    if not all(one.alike for one in compared):
        raise SystemExit(REFUSED)


def sms(
    token: Annotated[str, typer.Option(envvar="KEFU_SMS_TOKEN", help="What KEFU_SMS_TOKEN says.")],
    port: Port = 9104,
    seed: Seed = 4,
    faults: Refusals = 0.02,
    seconds: Seconds = None,
) -> None:
    """A gateway for text messages: KEFU_SMS_URL points at /sms, the messages are shown at /."""
    gateway = TextGateway(token, Moods(share=faults, seed=seed))

    async def play() -> None:
        greeting = f"KEFU_SMS_URL=http://{LOOPBACK}:{port}/sms"
        try:
            await serve(gateway_app(gateway), port, stay(seconds), greeting=greeting)
        finally:
            print(dict(gateway.counts))

    play_out(play())


def robot(
    secret: Annotated[
        str | None,
        typer.Option(
            envvar="KEFU_SIMULATOR_SECRET", help="The secret that robots are signed with."
        ),
    ] = None,
    port: Port = 9105,
    seed: Seed = 5,
    faults: Refusals = 0.02,
    seconds: Seconds = None,
) -> None:
    """Robots of DingTalk, WeCom and Feishu groups: KEFU_ROBOT_BASE points here."""
    groups = Groups(secret, Moods(share=faults, seed=seed, silent=False))

    async def play() -> None:
        greeting = f"KEFU_ROBOT_BASE=http://{LOOPBACK}:{port}"
        try:
            await serve(groups_app(groups), port, stay(seconds), greeting=greeting)
        finally:
            print(dict(groups.counts))

    play_out(play())
