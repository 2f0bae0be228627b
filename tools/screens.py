"""Takes pictures of every screen of a running desk, in both sizes and both themes.

`make screens` writes PNGs to `var/screens`; `--size` and `--scheme` take fewer. `--publish` also
turns the best dozen into small WebP files for `docs/screens`; with `--taken` those of the last time
are published, without a desk.
"""

import argparse
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import get_args

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.journeys.desk import CHROMIUM, PHONE, SCREEN, Desk, Scheme, running_desk
from tests.journeys.tour import go, places, rest
from tools.staging import Cast, open_widget, set_the_stage

ROOT = Path(__file__).resolve().parents[1]
TAKEN = ROOT / "var" / "screens"
PUBLISHED = ROOT / "docs" / "screens"
BYTES_AT_MOST = 150_000
SIZES = {"desk": SCREEN, "phone": PHONE}
BOARDS = ("approvals", "todo", "returns", "return-analysis", "logistics", "segments")
FORMS = ("inboxes", "roles", "canned-replies", "policies", "care-plans", "automation")
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
BEST = (
    *("workspace-desk-light", "workspace-desk-dark", "workspace-phone-light"),
    *("leader-team-desk-light", "returns-phone-light", "returns-one-desk-light"),
    *("palette-desk-dark", "return-analysis-desk-light", "orders-one-desk-dark"),
    *("shop-chat-desk-light", "shop-chat-phone-light", "rating-phone-light"),
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
            rest(page, quiet_ms=300)
            page.screenshot(path=TAKEN / f"{name}-{self.size}-{self.scheme}.png")
            self.taken += 1
        except BrowserError as error:
            reason = str(error).splitlines()[0]
            self.missed.append(f"{name}-{self.size}-{self.scheme}: {reason}")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--publish", action="store_true", help="write the best to docs/screens")
    asked.add_argument("--taken", action="store_true", help="use the pictures of the last time")
    asked.add_argument("--size", choices=SIZES, action="append", help="only in this size")
    asked.add_argument("--scheme", choices=get_args(Scheme), action="append", help="only so")
    options = asked.parse_args()
    looks = list(product(options.size or SIZES, options.scheme or get_args(Scheme)))
    missed = [] if options.taken else take_everything(looks)
    if options.publish:
        missed += publish()
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


def take_everything(looks: list[tuple[str, Scheme]]) -> list[str]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return ["Chromium is missing: tools/system.sh installs it, or names how to get it."]
    TAKEN.mkdir(parents=True, exist_ok=True)
    for size, scheme in looks:
        for former in TAKEN.glob(f"*-{size}-{scheme}.png"):
            former.unlink()
    camera = Camera()
    with running_desk() as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        try:
            cast = set_the_stage(desk, browser, TAKEN)
        except BrowserError:
            for number, page in enumerate(page for one in browser.contexts for page in one.pages):
                page.screenshot(path=TAKEN / f"stage-{number}.png")
            raise
        for camera.size, camera.scheme in looks:
            began = time.monotonic()
            take_console(camera, desk, browser, cast)
            take_shop(camera, desk, browser, cast)
            print(f"{camera.size} {camera.scheme}: {time.monotonic() - began:.0f} s", flush=True)
        browser.close()
    print(f"{camera.taken} pictures in {TAKEN.relative_to(ROOT)}")
    return camera.missed


def take_console(camera: Camera, desk: Desk, browser: Browser, cast: Cast) -> None:
    console = f"{desk.url}/console"
    with a_window(camera, browser) as stranger:
        camera.take(stranger, "sign-in", partial(stranger.goto, f"{console}/sign-in"))
    with a_window(camera, browser, cast.agents["agent"]) as page:
        take_workspace(camera, page, console, f"{console}/conversations/{cast.conversation}")
    with a_window(camera, browser, cast.agents["leader"]) as page:
        camera.take(page, "leader", partial(page.goto, f"{console}/conversations"))
        camera.take(page, "leader-team", page.get_by_role("tab", name="团队").click)
        for board in BOARDS:
            camera.take(page, f"leader-{board}", partial(page.goto, f"{console}/{board}"))
    with a_window(camera, browser, cast.agents["administrator"]) as page:
        take_every_page(camera, page, console)


def take_workspace(camera: Camera, page: Page, console: str, talk: str) -> None:
    press = page.keyboard.press
    camera.take(page, "list", partial(page.goto, f"{console}/conversations"))
    camera.take(page, "workspace", partial(page.goto, talk))
    camera.take(page, "transfer", partial(press, "t"))
    camera.take(page, "palette", partial(at, page, talk, partial(press, "Control+k")))
    camera.take(page, "shortcuts", partial(at, page, talk, partial(press, "?")))
    camera.take(page, "panel", partial(at, page, talk, partial(show_panel, page, camera)))
    if camera.size == "phone":
        more = page.get_by_role("button", name="更多")
        camera.take(page, "more", partial(at, page, f"{console}/conversations", more.click))


def take_every_page(camera: Camera, page: Page, console: str) -> None:
    """Every route there is, with what the demo holds, and some of the forms."""
    page.goto(f"{console}/conversations")
    for place in places(page):
        camera.take(page, name_of(place), partial(go, page, place))
    for name in FORMS:
        camera.take(page, f"form-{name}", partial(open_a_form, page, f"{console}/settings/{name}"))


def name_of(place: str) -> str:
    """`/returns/0193…` as `returns-one`."""
    return AN_ID.sub("one", place.strip("/")).replace("/", "-")


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
        camera.take(page, "service", partial(page.goto, f"{desk.url}/service/"))
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
