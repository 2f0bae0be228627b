"""Takes pictures of every screen of a running desk, in both sizes and both themes.

`make screens` writes PNGs to `var/screens`. `--publish` also turns the best dozen into small WebP
files for `docs/screens`; with `--taken` those of the last time are published, without a desk.
"""

import argparse
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Literal, get_args

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.journeys.desk import CHROMIUM, PHONE, SCREEN, Desk, running_desk

ROOT = Path(__file__).resolve().parents[1]
TAKEN = ROOT / "var" / "screens"
PUBLISHED = ROOT / "docs" / "screens"
BYTES_AT_MOST = 150_000
SIZES = {"desk": SCREEN, "phone": PHONE}
Scheme = Literal["light", "dark"]
PEOPLE = {"agent": "sun", "leader": "chen", "administrator": "admin"}
QUESTION = "你好，云雀帐篷防雨吗？周末要去莫干山"
WAITING = "付款一直失败，能帮我看看吗？"
THANKS = "谢谢，帐篷收到了，很好"
BEST = (
    *("workspace-desk-light", "workspace-desk-dark", "workspace-phone-light"),
    *("leader-team-desk-light", "leader-team-phone-dark", "transfer-desk-light"),
    *("palette-desk-dark", "settings-agents-desk-light", "form-inboxes-desk-dark"),
    *("shop-chat-desk-light", "shop-chat-phone-light", "rating-phone-dark"),
)


@dataclass
class Camera:
    """Takes pictures and remembers what could not be taken."""

    scheme: Scheme = "light"
    size: str = "desk"
    taken: int = 0
    missed: list[str] = field(default_factory=list)

    def take(self, page: Page, name: str, prepare: Callable[[], object] | None = None) -> None:
        """Bring the page about, let it come to rest, and take it."""
        try:
            if prepare is not None:
                prepare()
            rest(page)
            page.screenshot(path=TAKEN / f"{name}-{self.size}-{self.scheme}.png")
            self.taken += 1
        except BrowserError as error:
            reason = str(error).splitlines()[0]
            self.missed.append(f"{name}-{self.size}-{self.scheme}: {reason}")


@dataclass
class Cast:
    """Those who are signed in or known, as what their browsers keep."""

    agents: dict[str, Path]
    shoppers: dict[str, Path]
    conversation: str


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--publish", action="store_true", help="write the best to docs/screens")
    asked.add_argument("--taken", action="store_true", help="use the pictures of the last time")
    options = asked.parse_args()
    missed = [] if options.taken else take_everything()
    if options.publish:
        missed += publish()
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


def take_everything() -> list[str]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return ["Chromium is missing: tools/system.sh installs it, or names how to get it."]
    shutil.rmtree(TAKEN, ignore_errors=True)
    TAKEN.mkdir(parents=True)
    camera = Camera()
    with running_desk() as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        try:
            cast = set_the_stage(desk, browser)
        except BrowserError:
            for number, page in enumerate(page for one in browser.contexts for page in one.pages):
                page.screenshot(path=TAKEN / f"stage-{number}.png")
            raise
        for camera.size, camera.scheme in product(SIZES, get_args(Scheme)):
            began = time.monotonic()
            take_console(camera, desk, browser, cast)
            take_shop(camera, desk, browser, cast)
            print(f"{camera.size} {camera.scheme}: {time.monotonic() - began:.0f} s", flush=True)
        browser.close()
    print(f"{camera.taken} pictures in {TAKEN.relative_to(ROOT)}")
    return camera.missed


def set_the_stage(desk: Desk, browser: Browser) -> Cast:
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
    widget.locator("input[type=file]").first.set_input_files(a_picture())
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
        agents={role: kept(page.context, role) for role, page in agents.items()},
        shoppers={"chat": kept(asking.context, "chat"), "rating": kept(leaving.context, "rating")},
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


def kept(context: BrowserContext, name: str) -> Path:
    """What this browser keeps, for windows of other sizes."""
    path = TAKEN / f".{name}.json"
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


def a_picture() -> Path:
    """A tent on a slope, drawn."""
    picture = Image.new("RGB", (960, 640), (198, 219, 226))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 430), (960, 330), (960, 640), (0, 640)], fill=(111, 141, 84))
    draw.polygon(
        [(0, 360), (300, 150), (620, 380), (960, 190), (960, 340), (0, 440)], fill=(88, 118, 121)
    )
    draw.polygon([(300, 470), (480, 250), (660, 440)], fill=(214, 138, 60))
    draw.polygon([(440, 456), (480, 300), (530, 446)], fill=(92, 58, 30))
    path = TAKEN / ".slope.jpg"
    picture.save(path, quality=88)
    return path


def take_console(camera: Camera, desk: Desk, browser: Browser, cast: Cast) -> None:
    console = f"{desk.url}/console"
    with a_window(camera, browser) as stranger:
        camera.take(stranger, "sign-in", partial(stranger.goto, f"{console}/sign-in"))
    with a_window(camera, browser, cast.agents["agent"]) as page:
        take_workspace(camera, page, console, f"{console}/conversations/{cast.conversation}")
    with a_window(camera, browser, cast.agents["leader"]) as page:
        camera.take(page, "leader", partial(page.goto, f"{console}/conversations"))
        camera.take(page, "leader-team", page.get_by_role("tab", name="团队").click)
        camera.take(page, "leader-settings", partial(page.goto, f"{console}/settings"))
    with a_window(camera, browser, cast.agents["administrator"]) as page:
        take_settings(camera, page, desk.url)


def take_workspace(camera: Camera, page: Page, console: str, talk: str) -> None:
    press = page.keyboard.press
    camera.take(page, "list", partial(page.goto, f"{console}/conversations"))
    camera.take(page, "workspace", partial(page.goto, talk))
    camera.take(page, "transfer", partial(press, "t"))
    camera.take(page, "palette", partial(at, page, talk, partial(press, "Control+k")))
    camera.take(page, "shortcuts", partial(at, page, talk, partial(press, "?")))
    camera.take(page, "panel", partial(at, page, talk, partial(show_panel, page, camera)))
    camera.take(page, "notifications", partial(page.goto, f"{console}/notifications"))
    camera.take(page, "customers", partial(page.goto, f"{console}/customers"))
    first = page.locator("main a[href*='/customers/'], tbody tr").first
    camera.take(page, "customer", first.click)
    camera.take(page, "nowhere", partial(page.goto, f"{console}/there-is-no-such-page"))


def take_settings(camera: Camera, page: Page, url: str) -> None:
    """Every page that the menu of the settings leads to, and a form of some."""
    settings = f"{url}/console/settings"
    camera.take(page, "settings", partial(page.goto, settings))
    links = page.locator("nav a[href*='/settings/']")
    paths = {links.nth(number).get_attribute("href") or "" for number in range(links.count())}
    for path in sorted(paths):
        name = path.rsplit("/", 1)[-1]
        camera.take(page, f"settings-{name}", partial(page.goto, url + path))
    for name in ("inboxes", "roles", "canned-replies", "policies"):
        camera.take(page, f"form-{name}", partial(open_a_form, page, f"{settings}/{name}"))


def at(page: Page, address: str, then: Callable[[], object]) -> None:
    """Go there, come to rest, and do this."""
    page.goto(address)
    rest(page)
    then()


def open_a_form(page: Page, address: str) -> None:
    page.goto(address)
    rest(page)
    rows = page.locator("main tbody tr, .content tbody tr")
    (
        rows.first if rows.count() else page.locator(".content button.el-button--primary").first
    ).click()


def show_panel(page: Page, camera: Camera) -> None:
    if camera.size == "phone":
        page.get_by_role("button", name="侧边栏").click()
        return
    page.get_by_role("tab", name="访问").click()


def take_shop(camera: Camera, desk: Desk, browser: Browser, cast: Cast) -> None:
    shop = f"{desk.url}/shop"
    with a_window(camera, browser) as page:
        camera.take(page, "shop-home", partial(page.goto, f"{shop}/"))
        camera.take(page, "shop-product", partial(page.goto, f"{shop}/product.html?id=tent"))
        camera.take(page, "chat-first", partial(open_widget, page))
        camera.take(page, "shop-orders", partial(page.goto, f"{shop}/orders.html"))
    with a_window(camera, browser, cast.shoppers["chat"]) as page:
        page.goto(f"{shop}/product.html?id=tent")
        camera.take(page, "shop-chat", partial(open_widget, page))
    with a_window(camera, browser, cast.shoppers["rating"]) as page:
        page.goto(f"{shop}/")
        camera.take(page, "rating", partial(give_four_stars, page))


def give_four_stars(shop: Page) -> None:
    open_widget(shop).get_by_role("radio").nth(3).click()


class a_window:  # noqa: N801 - reads as the function it stands for
    """A page of the camera's size and theme, with what a browser kept before."""

    def __init__(self, camera: Camera, browser: Browser, state: Path | None = None) -> None:
        self._context = browser.new_context(
            viewport=SIZES[camera.size],
            color_scheme=camera.scheme,
            locale="zh-CN",
            storage_state=state,
        )

    def __enter__(self) -> Page:
        page = self._context.new_page()
        page.set_default_timeout(15_000)
        return page

    def __exit__(self, *_: object) -> None:
        self._context.close()


def rest(page: Page) -> None:
    """Wait until nothing more is fetched or moves."""
    with suppress(BrowserError):
        page.wait_for_load_state("networkidle", timeout=6000)
    page.wait_for_timeout(600)


def publish() -> list[str]:
    """Write the best as WebP, each as good as its share of bytes allows."""
    PUBLISHED.mkdir(parents=True, exist_ok=True)
    missed = []
    for name in BEST:
        source = TAKEN / f"{name}.png"
        if not source.exists():
            missed.append(f"{name} was not taken")
            continue
        quality = shrink(source, PUBLISHED / f"{name}.webp")
        print(
            f"{name}.webp: {(PUBLISHED / f'{name}.webp').stat().st_size} bytes, quality {quality}"
        )
    return missed


def shrink(source: Path, target: Path) -> int:
    picture = Image.open(source).convert("RGB")
    for quality in qualities():
        picture.save(target, quality=quality, method=6)
        if target.stat().st_size <= BYTES_AT_MOST:
            return quality
    raise ValueError(f"{target.name} does not fit into {BYTES_AT_MOST} bytes")


def qualities() -> Iterator[int]:
    yield from range(90, 30, -10)


if __name__ == "__main__":
    sys.exit(main())
