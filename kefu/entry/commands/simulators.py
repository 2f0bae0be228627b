"""`kefu demo shop-simulator` and `kefu demo carrier-simulator`: others' systems, played."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any

import typer

from kefu.entry.refusing import refuse
from kefu.entry.replaying.public_api import PublicApi
from kefu.entry.simulators.books import CARRIERS, CarrierBook, ShopBook
from kefu.entry.simulators.faults import Faults
from kefu.entry.simulators.running import PortTaken, mouth_of, run_carrier, run_shop, serve
from kefu.entry.simulators.serving import app_for

Url = Annotated[str, typer.Option(help="The Kefu that is told.")]
TokenOption = Annotated[
    str, typer.Option("--token", envvar="KEFU_TOKEN", help="An API token that may write orders.")
]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Where its book is asked.")]
Secret = Annotated[
    str, typer.Option(envvar="KEFU_SIMULATOR_SECRET", help="What whoever asks has to know.")
]
Seed = Annotated[int, typer.Option(help="The same seed plays the same.")]
Share = Annotated[
    float, typer.Option(min=0, max=1, help="How many tellings are lost, repeated or late.")
]
Every = Annotated[float, typer.Option(min=0.01, help="Seconds between two steps.")]
Seconds = Annotated[
    float | None, typer.Option(min=0, help="For how long; by default until Ctrl-C.")
]


def shop(  # noqa: PLR0913, PLR0917 - the options of the command
    token: TokenOption,
    secret: Secret,
    url: Url = "http://127.0.0.1:8180",
    key: Annotated[str, typer.Option(help="The shop's key in Kefu.")] = "simulator",
    port: Port = 9101,
    seed: Seed = 1,
    faults: Share = 0.02,
    every: Every = 5.0,
    seconds: Seconds = None,
) -> None:
    """A shop whose customers order; its book is asked at /book/orders."""
    book = ShopBook(shop=key, seed=seed)
    mouth_faults = Faults(share=faults, seed=seed)

    async def play() -> None:
        api = PublicApi(url, token=token)
        mouth = mouth_of(api, mouth_faults)
        work = run_shop(book, mouth, every=every, seconds=seconds)
        try:
            await serve(app_for(book, name="orders", secret=secret), port, work)
        finally:
            await api.close()
            print(f"{len(book.entries)} orders, {mouth.sent} tellings, {dict(mouth_faults.counts)}")

    play_out(play())


def carrier(  # noqa: PLR0913, PLR0917 - the options of the command
    token: TokenOption,
    secret: Secret,
    url: Url = "http://127.0.0.1:8180",
    code: Annotated[str, typer.Option(help="The carrier's code.")] = CARRIERS[0],
    shop_url: Annotated[
        str, typer.Option("--shop", help="The shop simulator whose parcels it carries.")
    ] = "http://127.0.0.1:9101",
    port: Port = 9102,
    seed: Seed = 2,
    faults: Share = 0.02,
    every: Every = 5.0,
    seconds: Seconds = None,
) -> None:
    """A carrier that scans parcels; its book is asked at /book/tracking."""
    book = CarrierBook(code=code, seed=seed)
    mouth_faults = Faults(share=faults, seed=seed)

    async def play() -> None:
        api = PublicApi(url, token=token)
        mouth = mouth_of(api, mouth_faults)
        work = run_carrier(book, mouth, shop=shop_url, secret=secret, every=every, seconds=seconds)
        try:
            await serve(app_for(book, name="tracking", secret=secret), port, work)
        finally:
            await api.close()
            print(f"{len(book.entries)} parcels, {mouth.sent} scans, {dict(mouth_faults.counts)}")

    play_out(play())


def play_out(play: Coroutine[Any, Any, None]) -> None:
    """Until it ends or is stopped."""
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(play)
    except PortTaken as taken:
        refuse(str(taken))
