"""Probes for operators: health, readiness, metrics."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from kefu.core.disk import is_low

log = structlog.get_logger(__name__)
router = APIRouter(tags=["probes"])
DISK_EVERY = 10


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """The process can serve: the database answers."""
    try:
        async with asyncio.timeout(2), request.app.state.database.engine.connect() as connection:
            await connection.execute(text("select 1"))
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
        log.warning("not_ready", error=str(error)[:200])
        return JSONResponse({"status": "unavailable", "code": "database_away"}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def watch_disk(app: FastAPI) -> None:
    """Show a banner and refuse new writes while the disk is nearly full."""
    while True:
        app.state.switchboard.announce("disk_low", shown=is_low(app.state.settings))
        await asyncio.sleep(DISK_EVERY)
