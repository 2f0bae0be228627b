"""A customer in the shop and an agent at the desk talk with each other, as they really would."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.journeys.desk import Desk

pytestmark = pytest.mark.xdist_group("journeys")


def open_widget(shop: Page) -> FrameLocator:
    shop.get_by_role("button", name=re.compile("客服|聊|咨询")).last.click()
    return shop.frame_locator("iframe[src*='/widget/']")


def write(frame: FrameLocator, text: str) -> None:
    box = frame.get_by_label("输入消息")
    box.fill(text)
    box.press("Enter")


def answer(agent: Page, text: str) -> None:
    box = agent.get_by_placeholder(re.compile("输入回复"))
    box.fill(text)
    box.press("Enter")


def take(agent: Page, text: str) -> None:
    """Open the waiting conversation whose last message is `text`."""
    agent.get_by_role("tab", name=re.compile("待接入")).click()
    agent.get_by_text(text, exact=True).first.click()


def test_a_customer_writes_and_an_agent_answers(desk: Desk, chromium: Browser) -> None:
    shop, agent = desk.visit_shop(chromium), desk.sign_in(chromium, "sun")
    widget = open_widget(shop)

    write(widget, "请问云雀帐篷防雨吗？")
    take(agent, "请问云雀帐篷防雨吗？")
    answer(agent, "防雨的，外帐 3000 毫米。")

    expect(widget.get_by_text("防雨的，外帐 3000 毫米。", exact=True)).to_be_visible(timeout=15_000)


def test_a_picture_reaches_the_agent(desk: Desk, chromium: Browser, tmp_path: Path) -> None:
    picture = tmp_path / "漏水.png"
    Image.new("RGB", (320, 240), (200, 80, 60)).save(picture)
    shop, agent = desk.visit_shop(chromium), desk.sign_in(chromium, "sun")
    widget = open_widget(shop)
    write(widget, "保温壶漏水，给您看照片")
    take(agent, "保温壶漏水，给您看照片")

    widget.locator("input[type=file]").first.set_input_files(picture)

    expect(agent.get_by_role("log").locator("img").last).to_be_visible(timeout=15_000)
    expect(widget.get_by_role("log").locator("img").last).to_be_visible(timeout=15_000)


def test_the_widget_remembers_the_talk_after_a_reload(desk: Desk, chromium: Browser) -> None:
    shop = desk.visit_shop(chromium)
    write(open_widget(shop), "我明天再来问")
    expect(open_frame(shop).get_by_text("我明天再来问", exact=True)).to_be_visible()

    shop.reload()
    shop.goto(shop.url)
    frame = open_widget(shop)

    expect(frame.get_by_text("我明天再来问", exact=True)).to_be_visible(timeout=15_000)


def open_frame(shop: Page) -> FrameLocator:
    return shop.frame_locator("iframe[src*='/widget/']")


def test_script_in_a_message_is_shown_as_text(desk: Desk, chromium: Browser) -> None:
    shop, agent = desk.visit_shop(chromium), desk.sign_in(chromium, "sun")
    widget = open_widget(shop)
    evil = "<img src=x onerror=\"document.title='broken'\">"

    write(widget, evil)
    take(agent, evil)

    expect(agent.get_by_role("log").get_by_text(evil)).to_be_visible(timeout=15_000)
    assert "broken" not in agent.title()


def test_a_handed_over_talk_is_closed_rated_and_taken_up_again(
    desk: Desk, chromium: Browser
) -> None:
    shop, agent = desk.visit_shop(chromium), desk.sign_in(chromium, "sun")
    widget = open_widget(shop)
    write(widget, "月亮椅的布破了，想换一块")
    take(agent, "月亮椅的布破了，想换一块")
    answer(agent, "我请售后同事帮您登记。")

    agent.get_by_role("button", name=re.compile("^转接")).first.click()
    dialog = agent.get_by_role("dialog")
    hand_over(agent, to="陈静", summary="客户要换椅布，已核对订单。")
    expect(dialog).to_be_hidden(timeout=15_000)

    leader = desk.sign_in(chromium, "chen")
    leader.get_by_role("tab", name=re.compile("我的")).click()
    leader.get_by_text("我请售后同事帮您登记。").first.click()
    expect(leader.get_by_role("log").get_by_text("客户要换椅布，已核对订单。")).to_be_visible()
    leader.get_by_role("button", name="结束", exact=True).click()

    expect(widget.get_by_text("本次对话已结束").first).to_be_visible(timeout=15_000)


def hand_over(agent: Page, *, to: str, summary: str) -> None:
    dialog = agent.get_by_role("dialog")
    dialog.get_by_role("combobox").first.click()
    agent.get_by_role("option", name=re.compile(to)).first.click()
    dialog.get_by_text("为什么要转接").click()
    agent.get_by_role("option", name="需要专业支持").click()
    dialog.get_by_role("textbox").last.fill(summary)
    dialog.get_by_role("button", name="转接", exact=True).click()
