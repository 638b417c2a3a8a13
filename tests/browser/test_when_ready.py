"""A click counts also while TensorFlow is being loaded, and when the page draws itself again because it is there."""

import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running_app


@pytest.fixture(scope="module")
def waiting_app(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("waiting"), Path(__file__).parent / "when_ready_app.py") as address:
        yield address


@pytest.mark.parametrize("seed", range(3))
def test_no_click_is_lost_while_the_page_waits_and_when_it_stops_waiting(waiting_app, open_page, seed):
    rng = random.Random(seed)
    page = open_page(f"{waiting_app}/?wait={rng.uniform(2, 3)}")
    button = page.get_by_role("button", name="Train")
    expect(page.get_by_text("The end")).to_be_visible()
    expect(page.get_by_text("is being loaded").first).to_be_visible()
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    clicks, ready = 0, page.get_by_text("part ready")
    while ready.count() < 2 or clicks < 8:
        # As long as a finger stays down; the page may be drawn anew between down and up.
        page.mouse.down()
        time.sleep(rng.uniform(0.03, 0.12))
        page.mouse.up()
        clicks += 1
        page.wait_for_timeout(rng.uniform(50, 300))
    expect(page.get_by_text(f"Pressed {clicks} times.")).to_be_visible()
