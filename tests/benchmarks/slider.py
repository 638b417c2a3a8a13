"""From a key on a slider of "On a picture" to the new picture on the screen, in Chromium: p50, p95 and the worst.

python -m tests.benchmarks.slider
"""

import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from tests.benchmarks.machine import machine
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_app

MOVES = 60
BETWEEN_MS = 350

LISTEN = """() => {
  window.moves = [];
  document.addEventListener("keydown", () => (window.pressed = performance.now()), true);
  const picture = [...document.querySelectorAll(".pictures img")].at(-1);
  picture.onload = () => requestAnimationFrame(() => window.moves.push(performance.now() - window.pressed));
}"""


def moves_ms(page) -> list[float]:
    page.locator(".live-slider").filter(has_text="Angle").locator("input").focus()
    for _ in range(MOVES):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(BETWEEN_MS)
    return page.evaluate("window.moves")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/convolution?view=On+a+picture&gallery=Gabor")
        page.wait_for_selector(".pictures img", timeout=60_000)
        # The worker loads TensorFlow on the same cores.
        page.wait_for_timeout(15_000)
        page.evaluate(LISTEN)
        times = moves_ms(page)
        browser.close()
    p50, p95, worst = np.percentile(times, [50, 95, 100])
    print(machine()["processor"])
    print(f"slider to picture, 512 px, {len(times)} moves: p50 {p50:.0f} ms   p95 {p95:.0f} ms   worst {worst:.0f} ms")


if __name__ == "__main__":
    main()
