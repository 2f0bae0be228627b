"""A running desk for journeys: `kefu serve` with the demo shop, and people at browsers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, expect

from kefu.core.testing import a_reachable_folder, put_migrated_server

PASSWORD = "kefu-demo-2026"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1440, "height": 900}
Scheme = Literal["light", "dark"]
READY_SECONDS = 180


@dataclass
class Desk:
    """Where the desk is served, and the folder in which it keeps everything."""

    url: str
    folder: Path = Path()

    def sign_in(self, browser: Browser, login: str, *, scheme: Scheme = "light") -> Page:
        """An agent at a screen, signed in."""
        context = browser.new_context(viewport=SCREEN, locale="zh-CN", color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{self.url}/console/")
        page.get_by_label("邮箱").fill(f"{login}@demo.kefu")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation").first).to_be_visible(timeout=30_000)
        return page

    def visit_shop(self, browser: Browser, *, scheme: Scheme = "light") -> Page:
        """A customer on a phone, in the shop."""
        context = browser.new_context(viewport=PHONE, locale="zh-CN", color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{self.url}/shop/")
        return page


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running_desk() -> Iterator[Desk]:
    """`kefu serve` in demo mode in a folder of its own, stopped and removed at the end."""
    folder = a_reachable_folder("desk")
    put_migrated_server(folder / "postgres")
    port = free_port()
    environment = os.environ | {
        "KEFU_VAR": str(folder), "KEFU_PORT": str(port), "KEFU_DEMO": "1",
        "KEFU_LOG_LEVEL": "WARNING", "KEFU_SECRET": "a secret for journeys only",
    }  # fmt: skip
    environment.pop("KEFU_DATABASE_URL", None)
    kefu = [sys.executable, "-m", "kefu"]
    subprocess.run([*kefu, "demo", "load"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*kefu, "serve"], env=environment, stdout=log, stderr=log)
    try:
        wait_until_ready(port, folder)
        yield Desk(f"http://127.0.0.1:{port}", folder)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(port: int, folder: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=3).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text(errors="replace")[-3000:])
