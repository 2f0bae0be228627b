from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kefu.entry.pages import App


@pytest.mark.parametrize("path", ["/service/", "/service", "/service/assets/main.js"])
async def test_pages_that_are_not_built_say_so(tmp_path: Path, path: str) -> None:
    app = FastAPI()
    app.mount("/service", App(tmp_path / "dist" / "service"))
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        answer = await client.get(path, follow_redirects=True)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
    assert "页面暂时无法打开" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
