"""Journeys run in the system's Chromium against one desk for all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.desk import CHROMIUM, Desk, running_desk


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    with running_desk() as one:
        yield one


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    # For each test anew: Playwright keeps an event loop running, in which no async test could run.
    if path is None:
        pytest.fail("Chromium is missing: tools/system.sh installs it, or names how to get it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()
