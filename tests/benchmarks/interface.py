"""How long a visitor waits, in Chromium: from a key or a click to the answer on the screen, and from page to page.

A time ends two frames after the app has said that its script has finished. The browser is on the same machine.
"""

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.comparison import Latency
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_app

WIRE = (Path(__file__).parent / "wire.js").read_text()
WARM_S = 15
"""The worker loads TensorFlow on the same cores."""

BETWEEN_MS = 250
MOVES = 40
SWITCHES = 20
PAGES = ("Convolution", "MNIST", "CIFAR-10", "Fine-tuning", "Style transfer", "DeepDream", "Runs", "Home")


def compare_reruns(repeats: int, quick: bool = False) -> Latency:
    """Each page's most used control; Home has none."""
    moves = 2 if quick else MOVES
    with opened_app(0 if quick else WARM_S) as (page, address):
        values = {}
        for name, (path, focus, act) in list(CONTROLS.items())[: 2 if quick else None]:
            page.goto(f"{address}/{path}")
            focus(page)
            page.wait_for_timeout(0 if quick else 1500)
            values[name] = times_ms(page, [lambda act=act: act(page)] * moves)
    limits = {name: 120.0 for name in values if name.startswith("Convolution")}
    return Latency("From a control to the page's answer", values, limits)


def compare_switches(repeats: int, quick: bool = False) -> Latency:
    """From each page to the next, around."""
    with opened_app(0 if quick else WARM_S) as (page, address):
        page.goto(address)
        page.get_by_test_id("stTopNavLink").first.wait_for()
        rounds = 1 if quick else SWITCHES
        # The first visit fills the caches of that page.
        for name in () if quick else PAGES:
            times_ms(page, [lambda name=name: to_page(page, name)])
        pages = PAGES[:2] if quick else PAGES
        values = {name: [] for name in pages}
        for _ in range(rounds):
            for name in pages:
                values[name] += times_ms(page, [lambda name=name: to_page(page, name)])
    return Latency("From page to page", values, dict.fromkeys(pages, 500.0))


def to_page(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).first.click()


def times_ms(page: Page, acts: list[Callable[[], None]]) -> list[float]:
    """One after another, each when the one before is on the screen."""
    page.evaluate("wire.settled = []; wire.pressed = null")
    for number, act in enumerate(acts, 1):
        act()
        # By default it looks at every frame, on the processor that is measured.
        page.wait_for_function("count => wire.settled.length >= count", arg=number, timeout=30_000, polling=100)
        page.wait_for_timeout(BETWEEN_MS)
    return page.evaluate("wire.settled")


@contextlib.contextmanager
def opened_app(warm_s: float) -> Iterator[tuple[Page, str]]:
    """A page of a Chromium that nothing is open in, and the address of a warm app."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WIRE)
        page.goto(address)
        page.wait_for_timeout(1000 * warm_s)
        yield page, address
        browser.close()


def slider(label: str):
    """One that is followed while it moves, to and fro."""
    keys = itertools.cycle(["ArrowRight", "ArrowLeft"])

    def focus(page: Page) -> None:
        page.locator(".live-slider").filter(has_text=label).locator("input").focus()

    return focus, lambda page: page.keyboard.press(next(keys))


def stepped(label: str):
    """A number whose plus is pressed."""

    def plus(page: Page):
        return page.get_by_test_id("stNumberInput").filter(has_text=label).get_by_test_id("stNumberInputStepUp").first

    return lambda page: plus(page).wait_for(), lambda page: plus(page).click()


CONTROLS: Mapping[str, tuple[str, Callable[[Page], None], Callable[[Page], None]]] = {
    "Convolution, angle": ("convolution?view=On+a+picture&gallery=Gabor", *slider("Angle")),
    "Convolution, size": ("convolution?view=On+a+picture&gallery=Gabor", *slider("Size")),
    "Convolution, pooling window": ("convolution?view=Activation+and+pooling", *slider("Window")),
    "MNIST, steps": ("mnist", *stepped("Steps")),
    "CIFAR-10, steps": ("cifar", *stepped("Steps")),
    "Fine-tuning, pictures a class": ("fine_tuning", *stepped("Per class")),
    "Style transfer, style weight": ("style_transfer", *stepped("Style weight")),
    "DeepDream, channel": ("deep_dream", *stepped("Channel")),
}
