"""The CIFAR-10 page in a real browser: preview, a quick run, stop, and an upload that is named."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from engine.sources.photographs import load_photograph
from tests.browser.test_keep import saved
from tests.browser.test_mnist import steps_done, wait_for_step


def state(page):
    return page.locator(".lab-state")


def set_number(page, name, value):
    field = page.get_by_role("spinbutton", name=name, exact=True)
    field.fill(str(value))
    field.press("Enter")


def train(page):
    page.get_by_role("button", name="Train", exact=True).click()
    expect(state(page)).to_have_text(re.compile("Running|Queued"))
    page.wait_for_url("**/cifar?*run=*")


def opened(open_page, app, **options):
    page = open_page(f"{app}/cifar", **options)
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
    # TensorFlow is there: until then the page draws itself again.
    expect(page.locator(".lab-verdict")).to_be_visible()
    return page


def test_the_preview_follows_its_controls(app, open_page):
    page = opened(open_page, app)
    tiles = page.locator(".lab-preview-grid img")
    expect(tiles).to_have_count(12)
    first = tiles.first.get_attribute("src")
    page.get_by_role("button", name="Draw again").click()
    expect(tiles.first).not_to_have_attribute("src", first)
    before = tiles.first.get_attribute("src")
    slider = page.get_by_role("slider", name="Brightness")
    slider.focus()
    slider.press("End")
    expect(tiles.first).not_to_have_attribute("src", before)


def test_a_quick_run_completes_and_a_long_one_stops(app, open_page):
    page = opened(open_page, app)
    page.get_by_role("button", name="Quick (2 minutes)", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Steps", exact=True)).to_have_value("1500")
    set_number(page, "Steps", 30)
    train(page)
    expect(state(page)).to_have_text("Completed", timeout=240_000)
    expect(page.get_by_text(re.compile("of all 1,000 test pictures are named right"))).to_be_visible()
    expect(page.locator(".lab-kernels img")).to_have_count(2)
    set_number(page, "Steps", 20_000)
    train(page)
    expect(state(page)).to_have_text("Running")
    page.get_by_role("button", name="Stop").click()
    expect(state(page)).to_have_text("Stopped")


def test_the_matrix_of_the_example_and_of_a_run_shows_the_pictures(app, open_page):
    page = opened(open_page, app)
    page.get_by_role("tab", name="Where it is wrong").click()
    told = page.get_by_text(re.compile(r"\d+ pictures? of \w+ taken for \w+"))
    expect(told).to_have_text("20 pictures of dog taken for cat")
    page.locator('.confusion [data-cell="3,5"]').click()
    expect(told).to_have_text("19 pictures of cat taken for dog")
    shown = page.locator(".st-key-cifar-cell img")
    expect(shown).to_have_count(8)
    assert shown.evaluate_all("all => all.every(i => i.naturalWidth === 32 && i.alt)")


def test_a_run_tells_the_kinds_apart_is_steered_and_taken_away(app, open_page, tmp_path):
    page = opened(open_page, app)
    page.get_by_role("button", name="Quick (2 minutes)", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Steps", exact=True)).to_have_value("1500")
    page.get_by_text("Network", exact=True).click()
    set_number(page, "Width", 8)
    page.get_by_text("Evaluation and seed", exact=True).click()
    set_number(page, "Eval every", 10)
    train(page)
    expect(page.locator(".lab-kinds")).to_contain_text(re.compile("Validation pictures after step [1-9]"))
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(state(page)).to_have_text("Paused")
    held = steps_done(page)
    page.get_by_role("button", name="Step", exact=True).click()
    wait_for_step(page, held + 1)
    assert steps_done(page) == held + 1
    page.get_by_role("button", name="Resume", exact=True).click()
    wait_for_step(page, held + 5)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(state(page)).to_have_text("Stopped")
    page.get_by_role("tab", name="Take away").click()
    for name, start in (("Network (.keras)", b"PK"), ("Program (.py)", b'"""A run'), ("History (.csv)", b"step,")):
        assert saved(page, name, tmp_path).read_bytes().startswith(start)


def test_an_upload_is_named_and_a_file_that_is_none_is_refused(app, open_page):
    page = opened(open_page, app)
    verdict = page.locator(".lab-verdict")
    expect(verdict).to_be_visible()
    page.get_by_text("Your own picture", exact=True).click()
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(load_photograph("Rocket")[:, ::-1])).save(buffer, "PNG")
    before = page.locator(".lab-named img").first.get_attribute("src")
    chooser = page.locator("input[type=file]")
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    expect(page.locator(".lab-named img").first).not_to_have_attribute("src", before)
    expect(verdict).to_contain_text("sure")
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("not a picture that can be read")).to_be_visible()


def test_on_a_phone_nothing_scrolls_sideways(app, open_page):
    page = opened(open_page, app, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(page.locator(".lab-preview-grid img")).to_have_count(12)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
