"""The stage for pictures: people of the demo shop who talk, wait and leave."""

import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

from tests.journeys.desk import Desk

PEOPLE = {"agent": "sun", "leader": "chen", "administrator": "admin"}
QUESTION = "你好，云雀帐篷防雨吗？周末要去莫干山"
WAITING = "付款一直失败，能帮我看看吗？"
THANKS = "谢谢，帐篷收到了，很好"


@dataclass
class Cast:
    """Those who are signed in or known, as what their browsers keep."""

    agents: dict[str, Path]
    shoppers: dict[str, Path]
    conversation: str


def set_the_stage(desk: Desk, browser: Browser, folder: Path) -> Cast:
    """A talk with a card, a picture and a note, one that waits, and one that has ended."""
    agents = {role: desk.sign_in(browser, login) for role, login in PEOPLE.items()}
    keep_open(desk, agents["administrator"])
    asking, waiting, leaving = (desk.visit_shop(browser) for _ in range(3))
    sun = agents["agent"]
    asking.goto(f"{desk.url}/shop/product.html?id=tent")
    widget = write(asking, QUESTION)
    answer(sun, QUESTION, "您好！云雀是三季帐篷，外帐 3000 毫米防水，莫干山周末的小雨没有问题。")
    conversation = sun.url.rstrip("/").rsplit("/", 1)[-1]
    widget.get_by_role("button", name="发送商品").click()
    say(sun, "需要的话我可以看看当天的天气，再给您推荐合适的地席。")
    widget.locator("input[type=file]").first.set_input_files(a_picture(folder))
    sun.get_by_role("log").locator("img").last.wait_for()
    say_in(widget, "营地大概是这样，地面有点斜")
    sun.get_by_role("log").get_by_text("营地大概是这样").first.wait_for()
    write_a_note(sun, "客户周末出发，如果买地席请走顺丰")
    write(waiting, WAITING)
    farewell = write(leaving, THANKS)
    answer(sun, THANKS, "不客气，祝您露营愉快！")
    farewell.get_by_text("祝您露营愉快").first.wait_for()
    sun.get_by_role("button", name="结束").first.click()
    farewell.get_by_role("radiogroup").wait_for()
    return Cast(
        agents={
            role: kept(page.context, folder / f".{role}.json") for role, page in agents.items()
        },
        shoppers={
            "chat": kept(asking.context, folder / ".chat.json"),
            "rating": kept(leaving.context, folder / ".rating.json"),
        },
        conversation=conversation,
    )


def keep_open(desk: Desk, administrator: Page) -> None:
    """Serve around the clock, so that pictures do not depend on the hour they are taken at."""
    context = administrator.context
    inbox = context.request.get(f"{desk.url}/shop/api/config").json()["inbox"]
    token = next(one["value"] for one in context.cookies() if one["name"] == "kefu_csrf")
    answer = context.request.patch(
        f"{desk.url}/api/v1/inboxes/{inbox}",
        data={"calendar_id": None},
        headers={"X-CSRF-Token": token},
    )
    assert answer.ok, answer.text()


def kept(context: BrowserContext, path: Path) -> Path:
    """What this browser keeps, for windows of other sizes."""
    context.storage_state(path=path)
    context.close()
    return path


def write(shop: Page, text: str) -> FrameLocator:
    widget = open_widget(shop)
    say_in(widget, text)
    return widget


def open_widget(shop: Page) -> FrameLocator:
    shop.get_by_role("button", name=re.compile("客服|聊|咨询")).last.click()
    return shop.frame_locator("iframe[src*='/widget/']")


def say_in(widget: FrameLocator, text: str) -> None:
    box = widget.get_by_label("输入消息")
    box.fill(text)
    box.press("Enter")


def answer(agent: Page, question: str, text: str) -> None:
    """Open the waiting conversation in which this was asked, and answer it."""
    agent.get_by_role("tab", name=re.compile("待接入")).click()
    agent.get_by_text(question, exact=True).first.click()
    say(agent, text)


def write_a_note(agent: Page, text: str) -> None:
    agent.get_by_role("tab", name="内部备注").click()
    agent.locator(".composer textarea").fill(text)
    agent.keyboard.press("Enter")
    agent.get_by_role("tab", name="回复客户").click()


def say(agent: Page, text: str) -> None:
    box = agent.locator(".composer textarea")
    box.fill(text)
    box.press("Enter")


def a_picture(folder: Path) -> Path:
    """A tent on a slope, drawn."""
    picture = Image.new("RGB", (960, 640), (198, 219, 226))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 430), (960, 330), (960, 640), (0, 640)], fill=(111, 141, 84))
    draw.polygon(
        [(0, 360), (300, 150), (620, 380), (960, 190), (960, 340), (0, 440)], fill=(88, 118, 121)
    )
    draw.polygon([(300, 470), (480, 250), (660, 440)], fill=(214, 138, 60))
    draw.polygon([(440, 456), (480, 300), (530, 446)], fill=(92, 58, 30))
    path = folder / ".slope.jpg"
    picture.save(path, quality=88)
    return path
