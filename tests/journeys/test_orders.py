"""Customers follow their orders and apply for returns, in the widget and on their own page."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.journeys.desk import PHONE, Desk

pytestmark = pytest.mark.xdist_group("journeys")
SLOW = 15_000


def my_orders(desk: Desk, chromium: Browser, person: str | None) -> tuple[Page, FrameLocator]:
    """The orders in the widget, of somebody whom the shop has signed in or of a stranger."""
    shop = desk.visit_shop(chromium)
    if person:
        shop.evaluate("person => localStorage.setItem('shop:person', person)", person)
        shop.reload()
    shop.get_by_role("button", name=re.compile("客服|聊|咨询")).last.click()
    widget = shop.frame_locator("iframe[src*='/widget/']")
    widget.get_by_role("button", name="我的订单", exact=True).click()
    return shop, widget


def a_picture(folder: Path) -> Path:
    picture = folder / "裂纹.png"
    Image.new("RGB", (320, 240), (120, 90, 60)).save(picture)
    return picture


def code_from(desk: Desk) -> str:
    """The code that the demo writes into a file instead of sending it."""
    file, until = desk.folder / "texts.jsonl", time.monotonic() + 20
    while time.monotonic() < until:
        if file.exists():
            lines = reversed(file.read_text(encoding="utf-8").splitlines())
            codes = (json.loads(line)["text"] for line in lines)
            if code := next((one for one in codes if "验证码" in one), None):
                return str(re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", code)[0])
        time.sleep(0.2)
    raise AssertionError("No code was written.")


def prove(page: Page, desk: Desk, number: str, tail: str) -> None:
    page.goto(f"{desk.url}/service/?order={number}")
    page.get_by_label("手机号后四位").fill(tail)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("6 位验证码").fill(code_from(desk))
    page.get_by_role("button", name="查看订单").click()


def test_a_customer_applies_with_a_picture_in_the_widget_and_the_desk_sees_it(
    desk: Desk, chromium: Browser, tmp_path: Path
) -> None:
    _, widget = my_orders(desk, chromium, "wangfang")
    widget.get_by_role("button", name=re.compile("SY2026-098317")).click()
    expect(widget.get_by_role("heading", name="已签收").first).to_be_visible(timeout=SLOW)

    widget.get_by_role("button", name=re.compile("^换货")).click()
    widget.get_by_label("原因").select_option("quality")
    widget.get_by_label("补充说明（可不填）").fill("鞋底开胶")
    widget.locator("input[type=file]").first.set_input_files(a_picture(tmp_path))
    widget.get_by_role("button", name="提交申请").click()

    told = widget.get_by_text(re.compile("申请已提交，售后单号 TH"))
    expect(told).to_be_visible(timeout=SLOW)
    number = re.search(r"TH\d+", told.inner_text())
    expect(widget.get_by_text("已上传 1 张照片")).to_be_visible(timeout=SLOW)
    assert number is not None
    agent = desk.sign_in(chromium, "chen")
    agent.goto(f"{desk.url}/console/returns")
    expect(agent.get_by_text(number.group()).first).to_be_visible(timeout=SLOW)


def test_an_order_on_its_way_shows_its_parcel_and_no_return(desk: Desk, chromium: Browser) -> None:
    _, widget = my_orders(desk, chromium, "wangfang")

    widget.get_by_role("button", name=re.compile("SY2026-100482")).click()

    expect(widget.get_by_role("heading", name=re.compile("^包裹"))).to_be_visible(timeout=SLOW)
    expect(widget.get_by_role("button", name=re.compile("^退货"))).to_be_disabled()
    widget.get_by_role("button", name="返回列表").click()
    expect(widget.get_by_role("button", name=re.compile("SY2026-091206"))).to_be_visible()


def test_a_stranger_in_the_widget_is_asked_for_a_proof(desk: Desk, chromium: Browser) -> None:
    _, widget = my_orders(desk, chromium, None)

    expect(widget.get_by_label("订单号")).to_be_visible(timeout=SLOW)
    expect(widget.get_by_role("button", name=re.compile("SY2026"))).to_have_count(0)


def test_a_customer_applies_and_withdraws_on_the_own_page(desk: Desk, chromium: Browser) -> None:
    page = chromium.new_context(viewport=PHONE, locale="zh-CN").new_page()
    prove(page, desk, "SY2026-099940", "0013")
    page.get_by_role("button", name=re.compile("^退货")).click(timeout=SLOW)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text(re.compile("申请已提交，售后单号 TH"))).to_be_visible(timeout=SLOW)

    page.get_by_role("button", name="撤回申请").click()
    page.get_by_role("button", name="确认撤回").click()

    expect(page.get_by_text("退货 · 已撤回")).to_be_visible(timeout=SLOW)
