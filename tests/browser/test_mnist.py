"""The MNIST page and Home in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running_app

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def state(page):
    return page.locator(".lab-state")


def set_number(page, name, value):
    field = page.get_by_role("spinbutton", name=name)
    field.fill(str(value))
    field.press("Enter")


def train(page, steps):
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
    set_number(page, "Steps", steps)
    expect(page.locator("svg[aria-label*='parameters']")).to_be_visible()
    page.get_by_role("button", name="Train").click()
    expect(state(page)).to_have_text(re.compile("Running|Queued"))
    page.wait_for_url("**/mnist?run=*")


def steps_done(page):
    found = re.search(r"step ([\d,]+) of", page.locator(".lab-bar-line").inner_text())
    return int(found[1].replace(",", "")) if found else 0


def wait_for_step(page, step):
    page.wait_for_function(
        "step => { const m = /step ([\\d,]+) of/.exec(document.querySelector('.lab-bar-line')?.innerText ?? '');"
        " return m && +m[1].replace(',', '') >= step }",
        arg=step,
    )


def zoom_in(page):
    """Drag over the left half of the first chart, as a user does."""
    box = page.locator(".live-chart-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()


def x_range(page):
    return page.evaluate("document.querySelector('.live-chart-plot').layout.xaxis.range")


def test_whoever_opens_a_page_first_after_a_start_gets_the_whole_app(open_page, tmp_path):
    with running_app(tmp_path) as address:
        page = open_page(f"{address}/mnist")
        expect(page.get_by_role("button", name="Train")).to_be_visible()
        expect(page.get_by_role("link", name="DeepDream")).to_be_visible()
        expect(page.get_by_role("heading", name="MNIST")).to_be_visible()
        # Before the app goes, which the page would complain of.
        page.close()


def test_home_leads_to_every_page_and_names_the_device(app, open_page):
    page = open_page(app)
    expect(page.get_by_role("heading", name="CNN Lab")).to_be_visible()
    expect(page.get_by_text(re.compile(r"(CPU|GPU): .*, \d+ CPU cores"))).to_be_visible()
    pictures = page.locator("img.lab-card-picture")
    expect(pictures).to_have_count(6)
    assert pictures.evaluate_all("images => images.every(i => i.complete && i.naturalWidth > 0 && i.alt)")
    page.locator(".st-key-card-mnist").click(position={"x": 120, "y": 60})
    expect(page.get_by_role("heading", name="MNIST")).to_be_visible()
    page.wait_for_url("**/mnist")


def test_train_to_completed_with_charts_that_are_never_mounted_anew(app, open_page):
    page = open_page(f"{app}/mnist")
    train(page, 300)
    wait_for_step(page, 20)
    page.evaluate("window.charts = [...document.querySelectorAll('.live-chart-plot .main-svg')]")
    zoom_in(page)
    zoomed = x_range(page)
    assert zoomed != [0, 300]
    before = steps_done(page)
    wait_for_step(page, before + 30)
    assert page.evaluate("window.charts.length > 0 && window.charts.every(chart => chart.isConnected)")
    assert x_range(page) == zoomed
    points = page.evaluate("document.querySelector('.live-chart-plot').data.map(line => line.x.length)")
    assert min(points) >= 4
    expect(state(page)).to_have_text("Completed")
    expect(page.get_by_text(re.compile(r"of all 1,000 test digits are read right"))).to_be_visible()
    expect(page.locator(".lab-gallery figure")).to_have_count(6)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    last = page.evaluate("document.querySelectorAll('.live-chart-plot')[1].data[1].x.at(-1)")
    assert last == 300


def test_whoever_comes_back_to_a_page_finds_its_charts_drawn(app, open_page):
    page = open_page(f"{app}/mnist")
    charts = page.locator(".live-chart-plot .main-svg")
    expect(charts.first).to_be_visible()
    page.evaluate("window.charts = [...document.querySelectorAll('.live-chart-plot')]")
    page.get_by_test_id("stTopNavLink").filter(has_text="Home").click()
    expect(charts).to_have_count(0)
    page.get_by_test_id("stTopNavLink").filter(has_text="MNIST").click()
    expect(charts.first).to_be_visible()
    page.wait_for_function("[...document.querySelectorAll('.live-chart-plot')].every((node, n) => node === charts[n])")


def test_leave_come_back_reload_watch_from_a_second_browser_and_stop(app, open_page):
    page = open_page(f"{app}/mnist")
    train(page, 20_000)
    wait_for_step(page, 5)
    address = page.url
    page.get_by_role("link", name="Convolution").click()
    expect(page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    page.get_by_role("link", name="MNIST", exact=False).first.click()
    expect(state(page)).to_have_text("Running")
    assert page.url == address
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("20000")
    page.reload()
    expect(state(page)).to_have_text("Running")
    seen = steps_done(page)
    second = open_page(address)
    expect(state(second)).to_have_text("Running")
    expect(second.get_by_role("spinbutton", name="Steps")).to_have_value("20000")
    wait_for_step(second, seen + 10)
    # Whose run it is stops it; the other watches.
    expect(second.get_by_role("button", name="Stop")).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(state(page)).to_have_text("Stopped")
    expect(state(second)).to_have_text("Stopped")
    expect(page.get_by_role("button", name="Train")).to_be_enabled()


def test_a_second_run_waits_with_its_place(app, open_page):
    first, second = open_page(f"{app}/mnist"), open_page(f"{app}/mnist")
    train(first, 20_000)
    wait_for_step(first, 1)
    train(second, 20)
    expect(state(second)).to_have_text("Queued")
    expect(second.get_by_text("place 1 in the queue")).to_be_visible()
    first.get_by_role("button", name="Stop").click()
    expect(state(second)).to_have_text("Completed")


SLOW_ANSWERS = """
WebSocket.prototype.addEventListener = function (type, listener, options) {
  const late = type === "message" ? (event) => setTimeout(() => listener.call(this, event), 400) : listener;
  EventTarget.prototype.addEventListener.call(this, type, late, options);
};
"""


def test_what_is_entered_before_the_app_has_answered_is_kept(app, page):
    page.add_init_script(SLOW_ANSWERS)
    page.goto(f"{app}/mnist")
    expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
    # TensorFlow is there: until then the page draws itself again.
    expect(page.get_by_text("over 99% sure")).to_be_visible()
    page.wait_for_timeout(1000)
    entered = {"Steps": 60, "Batch size": 33, "Momentum": 0.5}
    for name, value in entered.items():
        set_number(page, name, value)
        # Long enough for one script run each, too short for its answer.
        page.wait_for_timeout(150)
    page.wait_for_timeout(2000)
    for name, value in entered.items():
        expect(page.get_by_role("spinbutton", name=name)).to_have_value(str(value))


def test_the_drawing_follows_the_settings(app, open_page):
    page = open_page(f"{app}/mnist")
    expect(page.get_by_text("266,585 parameters", exact=True)).to_be_visible()
    page.get_by_role("button", name="Tiny network", exact=True).click()
    page.get_by_text("Network", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Conv 1 features")).to_have_value("4")
    set_number(page, "Pool 1", 3)
    # ceil(ceil(28 / 3) / 2) = 5: 4·16+4, 4·8·16+8, 5·5·8·16+16, 16·10+10
    expect(page.get_by_text("3,974 parameters", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "mnist"])
def test_a_phone_shows_the_stage_first_and_never_scrolls_sideways(app, open_page, scheme, path):
    page = open_page(f"{app}/{path}", color_scheme=scheme, **PHONE)
    expect(page.locator("h1")).to_be_visible()
    if path == "mnist":
        chart, button = page.locator(".live-chart-plot").first, page.get_by_role("button", name="Train")
        expect(page.locator(".live-chart-plot .main-svg").first).to_be_visible()
        assert chart.bounding_box()["y"] < button.bounding_box()["y"]
        button.tap()
        expect(state(page)).to_have_text(re.compile("Running|Queued"))
        page.get_by_role("button", name="Stop").tap()
        expect(state(page)).to_have_text("Stopped")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_a_run_that_starts_comes_into_view(app, open_page):
    page = open_page(f"{app}/mnist", **PHONE)
    train(page, 60)
    expect(state(page)).to_be_in_viewport()
    expect(state(page)).to_have_text("Completed")
    page.get_by_text("What to notice", exact=True).scroll_into_view_if_needed()
    expect(state(page)).not_to_be_in_viewport()
    page.get_by_text("The code", exact=True).tap()
    expect(page.locator("pre").first).to_be_in_viewport()
    expect(state(page)).not_to_be_in_viewport()
