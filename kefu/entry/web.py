"""The web process: HTTP and sockets on uvicorn; `kefu web`, or started by the supervisor."""

from __future__ import annotations

import os
import socket

import uvicorn

from kefu.core.logs import set_up_logs
from kefu.core.settings import Settings, settings
from kefu.entry.guardian import LISTENER, die_with_supervisor, wait_for_database
from kefu.entry.lean_sockets import LeanProtocol
from kefu.entry.tuning import uncollected

APP = "kefu.entry.app:create_app"


def main(app: str = APP) -> None:
    """Serve until told to stop; open requests get five seconds to end."""
    die_with_supervisor()
    chosen = settings()
    set_up_logs(chosen.log_level, json=chosen.log_json, process="web")
    config = configuration(chosen, app=app)
    with uncollected():
        config.load()
    wait_for_database()
    uvicorn.Server(config).run(sockets=_inherited())


def configuration(chosen: Settings, *, app: str = APP) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=True,
        host=chosen.host,
        port=chosen.port,
        loop="uvloop",
        http="httptools",
        ws=LeanProtocol,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # our own heartbeat carries the last `seq`
        ws_max_size=256 * 1024,
        proxy_headers=True,
        forwarded_allow_ips=chosen.trusted_proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


def _inherited() -> list[socket.socket] | None:
    """The supervisor's listening socket: while we restart, new connections wait in it."""
    number = os.environ.get(LISTENER)
    return [socket.socket(fileno=int(number))] if number else None


if __name__ == "__main__":
    main()
