"""Static pages: the agents' console, the widget, the demo shop."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kefu.channels import frame_ancestors
from kefu.conversations import inbox_with
from kefu.core.db import Database
from kefu.core.errors import NotFound
from kefu.core.settings import Settings

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"
CONSOLE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
WIDGET_POLICY = (
    "default-src 'self'; img-src 'self' https: data: blob:; media-src 'self' https: blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; base-uri 'none'; "
    "form-action 'self'"
)


class App(StaticFiles):
    """A single-page app: unknown paths get its index; hashed assets are kept for ever."""

    def __init__(self, folder: Path, *, policy: str | None = None) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._index = folder / "index.html"
        self._policy = policy

    async def check_config(self) -> None:
        """A folder that is not there is told to whoever asks for a page, not by breaking."""

    def _built(self) -> bool:
        return self._index.is_file()

    async def get_response(self, path: str, scope: Scope) -> Response:
        found, stat = self.lookup_path(path)
        if found and stat and S_ISREG(stat.st_mode) and not path.endswith("index.html"):
            response = await super().get_response(path, scope)
            hashed = "assets" in Path(path).parts
            response.headers["Cache-Control"] = FOR_EVER if hashed else "no-cache"
            return response
        if not self._built():
            return not_built()
        response = FileResponse(self._index, headers={"Cache-Control": "no-cache"})
        if self._policy:
            response.headers["Content-Security-Policy"] = self._policy
        return response


NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>页面暂时无法打开</title>
<body style="max-width:32em;margin:20vh auto;padding:0 1.5em;font:16px/1.7 sans-serif">
<h1 style="font-size:1.3em">页面暂时无法打开</h1>
<p>我们正在更新这个页面，请过几分钟再试。您也可以直接联系在线客服。</p>
<p lang="en">This page is being updated. Please try again in a few minutes.</p>
<!-- The web pages are not built: run `make web`. -->
</body></html>
"""


def not_built() -> Response:
    """What a visitor reads as long as the pages are not there; its source says what to do."""
    headers = {"Retry-After": "300", "Cache-Control": "no-store"}
    return Response(NOT_BUILT, 503, headers=headers, media_type="text/html")


class WidgetPage(App):
    """The widget's app; its page carries the frame ancestors of the inbox in its address."""

    def __init__(self, folder: Path, database: Database, chosen: Settings) -> None:
        super().__init__(folder)
        self._database = database
        self._chosen = chosen

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.media_type == "text/html":
            ancestors = frame_ancestors(await self._origins(scope), self._chosen)
            response.headers["Content-Security-Policy"] = f"{WIDGET_POLICY}; {ancestors}"
        return response

    async def _origins(self, scope: Scope) -> list[str]:
        named = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("inbox", [""])[0]
        try:
            inbox = UUID(named)
            async with self._database.transaction() as db:
                return (await inbox_with(db, inbox)).allowed_origins
        except (ValueError, NotFound):
            return []


def mount(app: FastAPI, chosen: Settings) -> None:
    """Serve the built pages; the demo shop only in demo mode."""

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/console/")

    @app.get("/widget.js", include_in_schema=False)
    async def loader() -> Response:
        file = DIST / "widget" / "widget.js"
        if not file.is_file():
            return Response("// The widget is not built: run `make web`.", 503)
        headers: dict[str, Any] = {
            "Cache-Control": "public, max-age=300",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return FileResponse(file, media_type="text/javascript", headers=headers)

    app.mount("/console", App(DIST / "console", policy=CONSOLE_POLICY))
    app.mount("/service", App(DIST / "service", policy=CONSOLE_POLICY))
    app.mount("/widget", WidgetPage(DIST / "widget", app.state.database, chosen))
    if chosen.demo:
        app.mount("/shop", App(DIST / "shop"))
