"""Every page of the console as people see it: it fits a phone, and can be read in both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.desk import PHONE, SCREEN, Desk, Scheme
from tests.journeys.tour import first_of, go, judged, places, rest

pytestmark = pytest.mark.xdist_group("journeys")
MAIN = (
    *("/conversations", "/customers", "/orders", "/todo", "/todo/tasks", "/returns"),
    *(
        "/logistics",
        "/segments",
        "/warehouse",
        "/return-analysis",
        "/approvals",
        "/settings/agents",
    ),
)
CARDS = ("商品卡片", "文章", "快捷选项", "表单")


@pytest.fixture
def administrator(desk: Desk, chromium: Browser, tmp_path: Path) -> Path:
    """What the browser of the administrator keeps."""
    page = desk.sign_in(chromium, "admin")
    kept = tmp_path / "administrator.json"
    page.context.storage_state(path=kept)
    page.context.close()
    return kept


@pytest.fixture
def phone(desk: Desk, chromium: Browser, administrator: Path) -> Iterator[Page]:
    context = chromium.new_context(
        viewport=PHONE, locale="zh-CN", has_touch=True, storage_state=administrator
    )
    page = context.new_page()
    page.goto(f"{desk.url}/console/notifications")
    rest(page)
    yield page
    context.close()


def test_every_page_fits_a_phone_and_says_something(phone: Page) -> None:
    said: list[str] = []
    phone.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    phone.on("pageerror", lambda error: said.append(str(error)))
    wrong: dict[str, list[str]] = {}

    for place in places(phone):
        said.clear()
        go(phone, place)
        found = judged(phone)
        faults = [f"sticks out by {found['overhang']}"] if found["overhang"] > 1 else []
        faults += ["still loads"] if found["waits"] else []
        faults += ["is empty"] if found["words"] < 2 else []
        faults += said
        for what in ("wide", "small", "nameless", "broken", "bare", "unseen"):
            faults += found[what]
        if faults:
            wrong[place] = faults

    assert wrong == {}


def test_what_goes_out_as_a_card_is_put_together_on_a_phone(phone: Page) -> None:
    talk = f"/conversations/{first_of(phone, 'conversations?view=all')}"
    wrong: dict[str, list[str]] = {}

    go(phone, talk)
    for card in CARDS:
        phone.get_by_role("button", name="卡片", exact=True).tap()
        phone.get_by_role("menuitem", name=card).tap()
        expect(phone.get_by_role("dialog", name=card)).to_be_visible()
        rest(phone)
        found = judged(phone)
        faults = [fault for what in ("wide", "small", "nameless", "bare") for fault in found[what]]
        if faults:
            wrong[card] = faults
        phone.keyboard.press("Escape")
        expect(phone.get_by_role("dialog", name=card)).to_be_hidden()

    assert wrong == {}


def test_the_bar_of_a_phone_leads_everywhere(phone: Page) -> None:
    bar = phone.get_by_role("navigation").last
    expect(bar.get_by_role("link")).to_have_count(4)

    bar.get_by_role("button", name="更多").tap()
    sheet = phone.get_by_role("dialog")
    sheet.get_by_role("link", name="设置").tap()

    expect(phone.get_by_role("heading", name="设置").first).to_be_visible()
    expect(sheet).to_be_hidden()
    expect(phone).to_have_title(re.compile(r"设置 · Kefu"))


def test_escape_closes_the_sheet(phone: Page) -> None:
    phone.get_by_role("button", name=re.compile("^更多")).tap()
    expect(phone.get_by_role("dialog")).to_be_visible()

    phone.keyboard.press("Escape")

    expect(phone.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(
    desk: Desk, chromium: Browser, administrator: Path, scheme: Scheme
) -> None:
    context = chromium.new_context(
        viewport=SCREEN, locale="zh-CN", color_scheme=scheme, storage_state=administrator
    )
    page = context.new_page()
    page.goto(f"{desk.url}/console/notifications")
    rest(page)
    faint: dict[str, list[str]] = {}

    for place in MAIN:
        go(page, place)
        found = judged(page)["faint"]
        if found:
            faint[place] = found

    assert faint == {}
