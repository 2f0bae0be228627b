"""The web application: capabilities' routes, the realtime endpoint, static pages."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from kefu import __version__
from kefu.conversations.frames import install_frames
from kefu.conversations.keeping_words import KeptWords
from kefu.conversations.sending import Sending
from kefu.core.bottlenecks import Bottlenecks
from kefu.core.db import Database
from kefu.core.edge import Edge
from kefu.core.http import install_problems
from kefu.core.metrics import LOOP_LAG
from kefu.core.pace import Pace
from kefu.core.realtime import realtime_for
from kefu.core.settings import Settings, settings
from kefu.core.sockets import SocketEndpoint, heartbeats
from kefu.core.switchboard import Switchboard
from kefu.core.uptime import keep_alive
from kefu.entry import alarms, pages, polling, probes, shop  # noqa: F401 - alarms: its kind of notice
from kefu.entry.collect import load_everything, routers
from kefu.entry.greeting import authenticator, latest_seqs
from kefu.entry.tuning import keep_pauses_short

log = structlog.get_logger(__name__)
SOCKET = "/api/v1/socket"
LAG_EVERY = 0.25
BOTTLENECKS_EVERY = 60


class App(FastAPI):
    """FastAPI, but sockets go straight to their endpoint.

    Each layer on the way would be kept in memory for every visitor for as long as they stay.
    """

    endpoint: SocketEndpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_socket = scope["type"] == "websocket" and scope["path"] == SOCKET
        await (self.endpoint if to_socket else super().__call__)(scope, receive, send)


def create_app(chosen: Settings | None = None) -> FastAPI:
    """The application of one web process; everything it needs is made here and passed on."""
    chosen = chosen or settings()
    load_everything(without=("demo",))
    realtime = realtime_for(
        redis_url=chosen.redis_url, hub_path=str(chosen.hub_path) if chosen.hub_path else None
    )
    database = Database(chosen.database_url or "", pool=chosen.db_pool, realtime=realtime)
    switchboard = Switchboard()
    sending = Sending(database, realtime)
    sending.on_away = lambda away: switchboard.announce("database_away", shown=away)
    switchboard.services.update(
        database=database,
        realtime=realtime,
        sending=sending,
        last_seqs=latest_seqs(database),
    )
    words = KeptWords(database, realtime)
    switchboard.services["words"] = words
    install_frames(switchboard)
    realtime.on_pushes(switchboard.deliver)
    app = App(
        title="Kefu 客服",
        version=__version__,
        lifespan=_lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.database, app.state.realtime = chosen, database, realtime
    app.state.switchboard, app.state.bottlenecks = switchboard, Bottlenecks(chosen.slow_after_ms)
    _assemble(app)
    return app


def _assemble(app: App) -> None:
    state = app.state
    install_problems(app)
    authenticate = authenticator(state.database, state.settings)
    app.endpoint = SocketEndpoint(state.switchboard, authenticate)
    parts = [*routers(), polling.router_for(state.switchboard, authenticate), probes.router]
    for router in [*parts, shop.router] if state.settings.demo else parts:
        # Not included: that builds each route a second time, at the first request.
        app.router.routes.extend(router.routes)
    pages.mount(app, state.settings)
    app.add_middleware(
        Pace,
        token_per_minute=state.settings.token_per_minute,
        address_per_minute=state.settings.address_per_minute,
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(
        Edge,
        upload_limit=state.settings.upload_limit,
        bottlenecks=state.bottlenecks,
        is_full=lambda: "disk_low" in state.switchboard.banners,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    await state.realtime.start()
    await state.switchboard.services["sending"].start()
    tasks = [
        asyncio.create_task(heartbeats(state.switchboard), name="heartbeats"),
        asyncio.create_task(state.switchboard.services["words"].run(), name="words"),
        asyncio.create_task(_measure_lag(), name="lag"),
        asyncio.create_task(_enter_bottlenecks(app), name="bottlenecks"),
        asyncio.create_task(probes.watch_disk(app), name="disk"),
        asyncio.create_task(keep_alive(state.database, "web"), name="uptime"),
    ]
    keep_pauses_short()
    try:
        yield
    finally:
        for connection in state.switchboard.everyone():
            connection.close(1012, "restart")
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await state.switchboard.services["sending"].stop()
        await state.realtime.stop()
        await state.database.close()


async def _measure_lag() -> None:
    while True:
        due = time.perf_counter() + LAG_EVERY
        await asyncio.sleep(LAG_EVERY)
        LOOP_LAG.observe(max(0.0, time.perf_counter() - due))


async def _enter_bottlenecks(app: FastAPI) -> None:
    while True:
        await asyncio.sleep(BOTTLENECKS_EVERY)
        try:
            async with app.state.database.transaction() as db:
                for module in await app.state.bottlenecks.enter(db):
                    log.warning("bottleneck", module=module)
        except Exception as error:  # noqa: BLE001 - measuring must not end the process
            log.warning("bottlenecks_not_entered", error=str(error)[:200])
