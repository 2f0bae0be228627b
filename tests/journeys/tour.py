"""Every page of the console, as its own router knows them, with what the demo put there."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, expect

JUDGE = (Path(__file__).parent / "judge.js").read_text()
CONSOLE = Path(__file__).parents[2] / "web" / "console" / "src"
WORDS_BEGIN_WITH = ["app", "kit", *(one.name for one in (CONSOLE / "features").iterdir())]
ROUTES = """() => {
  const { $router } = document.querySelector('#app').__vue_app__.config.globalProperties
  return [...new Set($router.getRoutes().map((route) => route.path))]
}"""
LISTS = {
    "returns/new": "orders",
    "approvals": "approvals?box=all",
    "conversations": "conversations?view=all",
}
OPEN = ("/sign-in", "/setup/:link")
NOWHERE = "/there-is-no-such-page"


def places(page: Page) -> list[str]:
    """The address of one page of each route: for `/orders/:id` that of the first order."""
    page.locator("main").wait_for()
    found = []
    for route in sorted(page.evaluate(ROUTES)):
        if route in {"/", *OPEN}:
            continue
        found += addresses(page, route)
    return found


def addresses(page: Page, route: str) -> list[str]:
    if ":nowhere" in route:
        return [NOWHERE]
    if ":" not in route:
        return [route]
    before, _, rest = route.partition("/:")
    named = rest.partition("/")[2]
    one = first_of(page, LISTS.get(before.strip("/"), before.strip("/")))
    there = f"{before}/{one}" + (f"/{named}" if named else "")
    return [before, there] if rest.startswith("id?") else [there]


def first_of(page: Page, kind: str) -> str:
    """The first that a list of this kind gives, asked as the one who is signed in."""
    answer = page.request.get(f"{page.url.split('/console')[0]}/api/v1/{kind}")
    body = json.loads(answer.text())
    items = body.get("items", []) if isinstance(body, dict) else body
    assert answer.ok, f"{kind}: {answer.status}"
    assert items, f"The demo has no {kind}."
    return str(items[0].get("key" if kind == "processes" else "id"))


def rest(page: Page, *, quiet_ms: int = 200) -> None:
    """Wait until the page has come, nothing more is fetched and nothing moves."""
    with suppress(BrowserError):
        page.wait_for_load_state("networkidle", timeout=6000)
    # Twice: a part that has just been fetched may wait for something of its own.
    for _ in range(2):
        page.wait_for_timeout(quiet_ms)
        with suppress(AssertionError):
            expect(page.locator("main .el-skeleton, main [aria-busy=true]")).to_have_count(0)


def go(page: Page, place: str) -> None:
    """Go there as a click does, without loading the console again."""
    page.evaluate(
        "(to) => document.querySelector('#app').__vue_app__"
        ".config.globalProperties.$router.push(to)",
        place,
    )
    rest(page)


def judged(page: Page) -> dict[str, Any]:
    """What is wrong with the page as it is shown now."""
    found: dict[str, Any] = page.evaluate(JUDGE, WORDS_BEGIN_WITH)
    return found
