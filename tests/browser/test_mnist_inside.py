"""Looking into a network, and drawing on one's own, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_draw_digit import ANSWERED, PHONE, draw, says, touch
from tests.browser.test_mnist import set_number, state

# What a canvas shows, as a text that differs where a pixel does.
PIXELS = "canvas => canvas.toDataURL()"


@pytest.fixture(scope="module")
def own_run(app, browser):
    """The address of a run of 60 steps; whoever opens it sees it."""
    page = browser.new_context().new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{app}/mnist")
    expect(page.locator("svg[aria-label*='parameters']")).to_be_visible()
    set_number(page, "Steps", 60)
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("60")
    page.get_by_role("button", name="Train").click()
    expect(state(page)).to_have_text("Completed")
    address = page.url
    page.context.close()
    return address


def open_tab(open_page, address, name, **options):
    page = open_page(address, **options)
    tab = page.get_by_role("tab", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    return page


def cell(page, row, column):
    return page.locator(f'.confusion [data-cell="{row},{column}"]')


def cell_words(page):
    return page.get_by_text(re.compile(r"digits? of \d (taken for \d|read as \d, rightly)"))


def test_the_matrix_answers_mouse_and_keyboard(app, open_page):
    page = open_tab(open_page, f"{app}/mnist", "Where it is wrong")
    expect(cell_words(page)).to_have_text("3 digits of 4 taken for 9")
    expect(page.locator(".st-key-mnist-cell figure")).to_have_count(3)
    counts = page.locator(".confusion button").evaluate_all("all => all.map(b => +b.textContent || 0)")
    assert (len(counts), sum(counts)) == (100, 1000)

    cell(page, 7, 9).click()
    expect(cell_words(page)).to_have_text("2 digits of 7 taken for 9")
    expect(page.locator(".st-key-mnist-cell figure")).to_have_count(2)
    cell(page, 4, 9).click()
    expect(cell_words(page)).to_have_text("3 digits of 4 taken for 9")
    expect(page.locator(".st-key-mnist-cell figure")).to_have_count(3)
    assert page.locator(".st-key-mnist-cell img").evaluate_all("all => all.every(i => i.naturalWidth === 28 && i.alt)")

    page.keyboard.press("ArrowDown")
    expect(cell(page, 5, 9)).to_be_focused()
    expect(page.get_by_text("None. Choose another cell of the matrix.")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(cell_words(page)).to_have_text("95 digits of 5 read as 5, rightly")
    expect(page.locator(".st-key-mnist-cell figure")).to_have_count(8)
    first = page.locator(".st-key-mnist-cell img").first.get_attribute("src")
    page.get_by_role("button", name=re.compile("^(Page )?2$|Go to page 2")).first.click()
    expect(page.locator(".st-key-mnist-cell img").first).not_to_have_attribute("src", first)
    expect(cell(page, 5, 5)).to_have_attribute("aria-pressed", "true")
    assert "mnist_tab=Where+it+is+wrong" in page.url


def test_the_matrix_answers_a_finger_and_a_phone_never_scrolls_sideways(app, open_page):
    page = open_tab(open_page, f"{app}/mnist", "Where it is wrong", **PHONE)
    cell(page, 7, 9).tap()
    expect(cell_words(page)).to_have_text("2 digits of 7 taken for 9")
    box = cell(page, 7, 9).bounding_box()
    assert min(box["width"], box["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_slider_moves_kernels_and_digits_and_tells_the_feature_maps(own_run, open_page):
    page = open_tab(open_page, own_run, "What it learned")
    kernels, plane = page.locator(".learned-small canvas"), page.locator(".learned-map canvas")
    slider = page.get_by_role("slider", name="Checkpoint")
    expect(slider).to_have_attribute("aria-valuetext", "step 60")
    expect(page.get_by_text("After step 60, unit 2", exact=False)).to_be_visible()
    assert kernels.nth(0).evaluate(PIXELS) != kernels.nth(1).evaluate(PIXELS)
    trained = plane.evaluate(PIXELS)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "step 0")
    assert kernels.nth(0).evaluate(PIXELS) == kernels.nth(1).evaluate(PIXELS)
    expect(page.get_by_text("After step 0, unit 2", exact=False)).to_be_visible()
    assert plane.evaluate(PIXELS) != trained
    before = page.locator(".test-digit img").get_attribute("src")
    set_number(page, "Test digit", 500)
    expect(page.locator(".test-digit img")).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Play").click()
    expect(slider).to_have_attribute("aria-valuetext", "step 60")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def choose_own_network(page):
    # TensorFlow may still be starting.
    expect(says(page)).to_have_text(re.compile("An example"))
    page.get_by_role("radio", name="The shown run").click()
    expect(page.get_by_text("The shown run, after step 60.")).to_be_visible()
    expect(page.locator(".digit-units figcaption").first).to_have_text(
        "Unit 1 after pooling: 25 feature maps of 14 × 14"
    )
    page.locator(".digit-paper").scroll_into_view_if_needed()


def test_ones_own_network_reads_what_the_mouse_draws(own_run, open_page):
    page = open_page(own_run)
    choose_own_network(page)
    draw(page, 0)
    expect(says(page)).to_have_text(re.compile(r"\b0,"))
    own = page.locator(".digit-bars").inner_text()
    page.get_by_role("radio", name="The network that came with the app").click()
    expect(page.locator(".digit-units figcaption").first).to_have_text(re.compile("16 feature maps"))
    expect(says(page)).to_have_text(re.compile("^0,"))
    assert page.locator(".digit-bars").inner_text() != own


def test_ones_own_network_reads_what_a_finger_draws(own_run, open_page):
    page = open_page(own_run, **PHONE)
    choose_own_network(page)
    touch(page, 0)
    page.wait_for_function(ANSWERED)
    expect(says(page)).to_have_text(re.compile(r"\b0,"))
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_bugs_are_run_and_challenges_look_at_the_run(own_run, open_page):
    page = open_tab(open_page, own_run, "Spot the bug")
    expect(page.get_by_text("Matrix size-incompatible: In[0]: [1,800], In[1]: [450,100]")).to_be_visible()
    told = page.get_by_text(re.compile("The same network, ten times: from"))
    before = told.inner_text()
    page.get_by_role("button", name="Evaluate ten times").click()
    expect(told).not_to_have_text(before)
    page.get_by_role("button", name="Train both").click()
    expect(page.get_by_text(re.compile("4 pairs of small networks, .* After 120 steps"))).to_be_visible()
    page.get_by_role("tab", name="Your turn").click()
    expect(page.get_by_text("0 of 5 solved.", exact=False)).to_be_visible()
    expect(page.get_by_text(re.compile(r"Best so far \d\d\.\d%, .* points short"))).to_be_visible()
