"""Steering, comparing and taking away runs, in a real browser."""

import csv
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.test_mnist import set_number, state, steps_done, wait_for_step


def train(page, steps, rate=0.005):
    """A run of the tiny network, not waited for."""
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
    # TensorFlow is there: until then the page draws itself again.
    expect(page.get_by_text("over 99% sure")).to_be_visible()
    page.get_by_role("button", name="Tiny network", exact=True).click()
    expect(page.get_by_text("266,585 parameters")).to_have_count(0)
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("500")
    set_number(page, "Steps", steps)
    set_rate(page, rate)
    page.get_by_role("button", name="Train").click()
    expect(state(page)).to_have_text(re.compile("Running|Queued"))
    page.wait_for_url("**/mnist?*run=*")


def set_rate(page, rate):
    field = page.get_by_role("spinbutton", name="Learning rate").first
    field.fill(str(rate))
    field.press("Enter")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def two_runs(app, browser):
    """The address of the second of two completed runs, and what the browser of their owner keeps."""
    page = browser.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{app}/mnist")
    for rate in (0.005, 0.05):
        train(page, 60, rate)
        expect(state(page)).to_have_text("Completed")
    address, owner = page.url, page.context.storage_state()
    page.close()
    return address, owner


def test_pause_single_step_new_rate_resume_and_rewind(app, open_page):
    page = open_page(f"{app}/mnist")
    train(page, 3000)
    wait_for_step(page, 20)
    press(page, "Pause")
    expect(state(page)).to_have_text("Paused")
    held = steps_done(page)
    page.wait_for_timeout(2000)
    assert steps_done(page) == held
    press(page, "Step")
    wait_for_step(page, held + 1)
    assert steps_done(page) == held + 1
    press(page, "Rate")
    field = page.get_by_role("dialog").or_(page.get_by_test_id("stPopoverBody")).get_by_role("spinbutton").first
    field.fill("0.0125")
    page.wait_for_timeout(2000)
    expect(field).to_have_value("0.0125")
    field.press("Enter")
    page.keyboard.press("Escape")
    press(page, "Resume")
    expect(state(page)).to_have_text("Running")
    wait_for_step(page, held + 5)
    page.wait_for_function("document.querySelector('.live-chart-plot').layout.shapes?.length === 1")
    assert page.evaluate("document.querySelector('.live-chart-plot').layout.shapes[0].x0") == held + 1
    expect(page.locator(".live-chart-plot").first.get_by_text("learning rate 0.0125")).to_be_visible()
    before = page.url
    press(page, "Rewind")
    page.wait_for_function("address => location.href !== address", arg=before)
    expect(state(page)).to_have_text("Running")
    expect(page.locator(".live-chart-plot").first.get_by_text("learning rate 0.0125")).to_have_count(0)
    press(page, "Stop")
    expect(state(page)).to_have_text("Stopped")


def test_two_runs_are_pinned_overlaid_renamed_and_the_comparison_is_a_link(two_runs, open_page):
    address, owner = two_runs
    page = open_page(address, storage_state=owner)
    page.get_by_role("tab", name="Compare").click()
    rows = page.locator("[class*='st-key-run-row']")
    expect(rows.nth(1)).to_be_visible()
    for number in (0, 1):
        rows.nth(number).get_by_test_id("stCheckbox").locator("label").first.click()
        expect(page.locator(".lab-compare tbody tr")).to_have_count(number + 1)
    chart = page.locator(".live-chart-plot").last
    expect(chart.locator(".scatterlayer .trace")).to_have_count(2)
    expect(page.locator(".lab-compare thead")).to_contain_text("Learning rate")
    rows.first.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Name").fill("Long steps")
    press(page, "Rename")
    expect(page.locator(".lab-compare")).to_contain_text("Long steps")
    expect(chart.get_by_text("Long steps")).to_be_visible()
    second = open_page(page.url)
    expect(second.locator(".lab-compare tbody tr")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def saved(page, name, folder):
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_everything_can_be_taken_away(two_runs, open_page, browser, tmp_path):
    address, owner = two_runs
    page = open_page(address, storage_state=owner)
    page.get_by_role("tab", name="Take away").click()
    with zipfile.ZipFile(saved(page, "Network (.keras)", tmp_path)) as network:
        assert {"config.json", "model.weights.h5"} <= set(network.namelist())
    with saved(page, "History (.csv)", tmp_path).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(0, 61, 5))
    program = saved(page, "Program (.py)", tmp_path).read_text()
    compile(program, "run.py", "exec")
    assert "LEARNING_RATES = {0: 0.05}" in program
    assert saved(page, re.compile("loss as PNG"), tmp_path).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    drawing = ET.parse(saved(page, re.compile("accuracy as SVG"), tmp_path)).getroot()
    assert drawing.tag.endswith("svg")
    assert "Accuracy" in "".join(drawing.itertext())
    assert_draws_itself(browser, saved(page, re.compile("loss as HTML"), tmp_path))
    expect(page.get_by_role("tabpanel").get_by_text(address.partition("?")[0] + "?run=")).to_be_visible()


def assert_draws_itself(browser, path):
    """The web page shows its chart though nothing can be fetched."""
    context = browser.new_context(offline=True)
    alone = context.new_page()
    asked = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    expect(alone.locator(".main-svg").first).to_be_visible()
    assert [url for url in asked if url.startswith("http")] == []
    context.close()
