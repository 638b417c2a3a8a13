"""The style transfer page in a real browser."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_mnist import PHONE, set_number, state


def upload(tmp_path, name, size, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)
    path = tmp_path / name
    Image.fromarray(pixels).resize((size[1] * 20, size[0] * 20), Image.Resampling.BICUBIC).save(path)
    return path


def opened(page, app):
    page.goto(f"{app}/style_transfer")
    expect(page.get_by_role("button", name="Stylize")).to_be_enabled()
    expect(page.get_by_text("A finished example")).to_be_visible()
    expect(page.get_by_text(re.compile("pixels take about .* MB"))).to_be_visible()


def download(page, name):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value


def test_samples_to_completed_with_wipe_history_and_downloads(app, page):
    opened(page, app)
    set_number(page, "Max size", 96)
    set_number(page, "Steps", 40)
    page.get_by_role("button", name="Stylize").click()
    expect(state(page)).to_have_text(re.compile("Running|Queued"))
    page.wait_for_function("document.querySelector('.wipe-after')?.src.startsWith('data:image/jpeg')")
    expect(state(page)).to_have_text("Completed")
    expect(page.get_by_text(re.compile(r"96 × 64 pixels in"))).to_be_visible()
    line = page.get_by_role("slider", name=re.compile("Photograph left of the line"))
    line.focus()
    page.keyboard.press("Home")
    assert page.evaluate("document.querySelector('.wipe').style.getPropertyValue('--at')") == "0%"
    page.get_by_text("The making").click()
    steps = page.get_by_role("slider", name="Step of the making")
    expect(page.locator(".history output")).to_have_text("step 40")
    steps.focus()
    page.keyboard.press("Home")
    assert page.locator(".history output").inner_text() != "step 40"
    with Image.open(download(page, "PNG").path()) as picture:
        assert (picture.format, picture.size) == ("PNG", (96, 64))
    with Image.open(download(page, "GIF").path()) as film:
        assert film.n_frames > 1
    assert download(page, "MP4").path().read_bytes()[4:8] == b"ftyp"


def test_stop_early_and_download_and_a_second_browser_sees_it(app, page, open_page):
    opened(page, app)
    set_number(page, "Steps", 5000)
    page.get_by_role("button", name="Stylize").click()
    page.wait_for_url("**/style_transfer?*run=*")
    page.wait_for_function("/step \\d/.test(document.querySelector('.lab-bar-line')?.innerText ?? '')")
    page.wait_for_function("document.querySelectorAll('.wipe-after').length > 0")
    page.get_by_role("button", name="Stop").click()
    expect(state(page)).to_have_text("Stopped")
    with Image.open(io.BytesIO(download(page, "PNG").path().read_bytes())) as picture:
        assert picture.width >= 96
    second = open_page(page.url)
    expect(state(second)).to_have_text("Stopped")
    expect(second.get_by_role("spinbutton", name="Steps")).to_have_value("5000")


def test_two_files_of_ones_own(app, page, tmp_path):
    opened(page, app)
    fields = page.get_by_test_id("stFileUploaderDropzoneInput")
    for number, (name, size) in enumerate((("Photograph", (5, 4)), ("Style", (3, 6)))):
        box = page.get_by_role("combobox", name=name, exact=True)
        box.click()
        page.get_by_role("option", name="Your own…").click()
        expect(fields).to_have_count(number + 1)
        fields.nth(number).set_input_files(upload(tmp_path, f"{name}.png", size, seed=number))
        expect(page.get_by_text(f"{name}.png")).to_be_visible()
    expect(page.get_by_text("80 × 100 pixels take about")).to_be_visible()
    set_number(page, "Steps", 6)
    page.get_by_role("button", name="Stylize").click()
    expect(state(page)).to_have_text("Completed")
    with Image.open(download(page, "PNG").path()) as picture:
        assert picture.size == (80, 100)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_stage_first_and_never_scrolls_sideways(app, open_page, scheme):
    page = open_page(f"{app}/style_transfer", color_scheme=scheme, **PHONE)
    stage, button = page.locator(".wipe-frame"), page.get_by_role("button", name="Stylize")
    expect(stage).to_be_visible()
    expect(button).to_be_visible()
    assert stage.bounding_box()["y"] < button.bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
