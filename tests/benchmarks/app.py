"""The same run on the command line and in the app with a browser watching it; needs Chromium."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.benchmarks.comparison import Comparison, in_turn
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_app

ROOT = Path(__file__).parents[2]
STEPS = 500


def compare(repeats: int, quick: bool = False) -> Comparison:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        # The worker may still be loading TensorFlow, and its first run is slower.
        in_the_app(page, address)
        sides = {"command line": command_line, "in the app, watched": lambda: in_the_app(page, address)}
        comparison = in_turn(f"{STEPS} steps with {STEPS // 5} evaluations", "images/s", sides, repeats)
        browser.close()
    return comparison


def command_line() -> float:
    """Images a second between the first and the last event, without the import of TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-m", "engine", "run", "mnist", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return STEPS * 100 / (records[-1]["elapsed_s"] - records[0]["elapsed_s"])


def in_the_app(page, address) -> float:
    page.goto(f"{address}/mnist")
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Train").click()
    page.wait_for_function("() => document.querySelector('.live-chart-plot')?.data?.[1]?.x?.length >= 1")
    page.evaluate("window.began = performance.now()")
    expect(page.locator(".lab-completed")).to_be_visible(timeout=120_000)
    return STEPS * 100 / (page.evaluate("performance.now() - window.began") / 1000)
