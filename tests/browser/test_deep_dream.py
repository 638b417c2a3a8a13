"""The DeepDream page in a real browser: from the sample to Completed, stop, and from a channel to a dream."""

import io
import re

from PIL import Image
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
A_PICTURE = re.compile("^data:image/")


def state(page):
    return page.locator(".lab-state")


def open_fold(page, name):
    page.get_by_text(name, exact=True).click()


def set_number(page, name, value):
    field = page.get_by_role("spinbutton", name=name, exact=True)
    field.fill(str(value))
    field.press("Enter")
    expect(field).to_have_value(str(value))


def a_png():
    buffer = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((96, 80)).save(buffer, "PNG")
    return buffer.getvalue()


def dream(page):
    page.get_by_role("button", name="Dream", exact=True).click()
    expect(state(page)).to_have_text(re.compile("Running|Queued|Completed"))
    page.wait_for_url("**/deep_dream?*run=*")


def test_sample_to_completed_and_a_channel_to_a_dream(app, open_page):
    page = open_page(f"{app}/deep_dream")
    expect(page.get_by_text("A finished example")).to_be_visible()
    picture = page.locator(".wipe-after").first
    expect(picture).to_have_attribute("src", A_PICTURE)
    example = picture.get_attribute("src")
    page.get_by_role("button", name="Quick", exact=True).click()
    open_fold(page, "Octaves and steps")
    set_number(page, "Iterations", 4)
    dream(page)
    expect(state(page)).to_have_text("Completed")
    expect(picture).to_have_attribute("src", A_PICTURE)
    expect(picture).not_to_have_attribute("src", example)
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
    page.get_by_text("The making", exact=True).click()
    expect(page.locator(".history output")).to_have_text("step 12")
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "dream.png"

    tile = page.locator('.channel-grid button[data-channel="2"]')
    expect(tile.locator("img")).to_be_visible()
    tile.click()
    expect(page.locator(".lab-patches figure")).to_have_count(7)
    before = page.url
    page.get_by_role("button", name="Dream with it").click()
    page.wait_for_url(lambda url: "run=" in url and url != before)
    expect(page.get_by_role("spinbutton", name="Channel", exact=True)).to_have_value("2")
    expect(state(page)).to_have_text(re.compile("Running|Queued|Completed"))


def test_stop_on_a_phone_that_does_not_scroll_sideways(app, open_page):
    page = open_page(f"{app}/deep_dream", **PHONE)
    page.get_by_text("What to notice", exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_fold(page, "Octaves and steps")
    set_number(page, "Iterations", 300)
    dream(page)
    expect(state(page)).to_have_text("Running")
    expect(page.locator(".lab-bar-line")).to_contain_text(re.compile(r"step \d+ of"))
    page.get_by_role("button", name="Stop").click()
    expect(state(page)).to_have_text("Stopped")
    expect(page.locator(".wipe-after").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_zoom_that_goes_on_from_a_picture_of_ones_own(app, open_page):
    page = open_page(f"{app}/deep_dream?dream_picture=Your+own…")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": a_png()}
    )
    page.get_by_role("button", name="Quick", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Channel", exact=True)).to_have_count(0)
    open_fold(page, "Octaves and steps")
    set_number(page, "Octaves", 1)
    set_number(page, "Iterations", 2)
    open_fold(page, "Zoom movie")
    set_number(page, "Zoom frames", 2)
    dream(page)
    expect(state(page)).to_have_text("Completed")
    before = page.url
    page.get_by_role("button", name="Zoom on, 2 frames more").click()
    page.wait_for_url(lambda url: "run=" in url and url != before)
    expect(page.get_by_role("button", name="Zoom on, 2 frames more")).to_be_visible()
    expect(state(page)).to_have_text("Completed")


def test_the_dreams_of_the_small_networks_and_the_chapters_lost_rows(app, open_page):
    page = open_page(f"{app}/deep_dream")
    page.get_by_role("tab", name="Your own network").click()
    expect(page.get_by_text("What it answers with, as it would like to see it")).to_be_visible()
    expect(page.locator(".lab-small-patches").first.locator("img")).to_have_count(10)
    page.get_by_role("tab", name="Spot the bug").click()
    expect(page.get_by_text(re.compile("of the picture stays"))).to_be_visible()
