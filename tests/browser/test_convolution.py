"""The convolution page in a real browser, held against arithmetic done here."""

import io
import random
import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_mnist import SLOW_ANSWERS

STRIDE, PADDING, SIZE, CHANNELS, SIDE, FILTERS, OUTPUT = 2, 1, 5, 3, 3, 2, 3


def open_stepper(page: Page, app: str, query: str = "") -> None:
    page.goto(f"{app}/convolution{query}")
    page.locator(".stepper-board button").first.wait_for(timeout=30_000)
    expect(page.locator(".stepper-check")).to_contain_text("largest difference", timeout=60_000)


def numbers(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Input, kernels, bias and output as they stand on the screen."""
    fields = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.stepper input[data-place]')]"
        ".map((field) => [field.dataset.place, Number(field.value.replace('−', '-'))]))"
    )
    shown = page.evaluate(
        "() => [...document.querySelectorAll('.stepper [data-cell]')]"
        ".map((cell) => Number(cell.textContent.replace('−', '-')))"
    )
    arrays = {
        "x": np.zeros((SIZE, SIZE, CHANNELS)),
        "w": np.zeros((SIDE, SIDE, CHANNELS, FILTERS)),
        "b": np.zeros(FILTERS),
    }
    for place, value in fields.items():
        arrays[place[0]][tuple(int(i) for i in place[1:].split("."))] = value
    return arrays["x"], arrays["w"], arrays["b"], np.array(shown).reshape(FILTERS, OUTPUT, OUTPUT)


def by_hand(x: np.ndarray, w: np.ndarray, b: np.ndarray, f: int, row: int, column: int) -> float:
    total = b[f]
    for i in range(SIDE):
        for j in range(SIDE):
            r, k = row * STRIDE - PADDING + i, column * STRIDE - PADDING + j
            if 0 <= r < SIZE and 0 <= k < SIZE:
                total += sum(x[r, k, c] * w[i, j, c, f] for c in range(CHANNELS))
    return float(total)


def where(page: Page) -> str:
    return page.locator(".stepper-where").inner_text()


def test_the_default_demo_gives_what_plain_arithmetic_gives(page: Page, app: str) -> None:
    open_stepper(page, app)
    x, w, b, y = numbers(page)
    for _ in range(8):
        f, row, column = random.randrange(FILTERS), random.randrange(OUTPUT), random.randrange(OUTPUT)
        assert y[f, row, column] == pytest.approx(by_hand(x, w, b, f, row, column), abs=1e-9)
        page.locator(f".stepper [data-cell='{(f * OUTPUT + row) * OUTPUT + column}']").hover()
        expect(page.locator(".stepper-where")).to_have_text(f"Output {f + 1}, row {row + 1}, column {column + 1}")
        total = page.locator(".stepper-total strong").inner_text().replace("−", "-").removeprefix("= ")
        assert float(total) == y[f, row, column]
        assert page.locator(".stepper-terms span").count() == SIDE * SIDE * CHANNELS
    expect(page.locator(".stepper-check")).to_contain_text("same 18 numbers; largest difference 0.")


@pytest.mark.parametrize("place", [(0, 0, 0), (2, 2, 1), (1, 3, 2), (4, 4, 0)])
def test_editing_an_input_changes_exactly_the_outputs_that_see_it(
    page: Page, app: str, place: tuple[int, int, int]
) -> None:
    # No weight is zero here, so that every output that sees the cell must change.
    weights = [f"w{i}.{j}.{place[2]}.{f}=1" for i in range(SIDE) for j in range(SIDE) for f in range(FILTERS)]
    open_stepper(page, app, f"?edits={','.join(weights)}")
    *_, before = numbers(page)
    page.locator(f".stepper input[data-place='x{place[0]}.{place[1]}.{place[2]}']").fill("-7.5")
    x, w, b, after = numbers(page)
    assert x[place] == -7.5
    for f, row, column in np.ndindex(after.shape):
        assert after[f, row, column] == pytest.approx(by_hand(x, w, b, f, row, column))
        sees = all(p <= place[axis] + PADDING < p + SIDE for axis, p in enumerate((row * STRIDE, column * STRIDE)))
        assert (after[f, row, column] != before[f, row, column]) == sees
    expect(page.locator(".stepper-check")).to_contain_text("largest difference", timeout=10_000)
    expect(page).to_have_url(re.compile(f"x{place[0]}.{place[1]}.{place[2]}%3D-7.5"))
    page.reload()
    field = page.locator(f".stepper input[data-place='x{place[0]}.{place[1]}.{place[2]}']")
    expect(field).to_have_value("−7.5", timeout=30_000)


def test_a_link_with_edits_that_are_none_shows_the_board_with_the_others(page: Page, app: str) -> None:
    open_stepper(page, app, "?edits=z0=1,x4.4.0=5.0,x0.0.0=5000,x9.9.3=1,b0=.5")
    x, _w, b, _y = numbers(page)
    assert (x[4, 4, 0], b[0]) == (5, 0.5)
    assert x[0, 0, 0] <= 2
    expect(page.locator(".stepper-check")).to_contain_text("same 18 numbers")
    expect(page.locator(".stepper-differs")).to_have_count(0)


def test_a_wrong_number_changes_nothing_and_is_marked(page: Page, app: str) -> None:
    open_stepper(page, app)
    *_, before = numbers(page)
    field = page.locator(".stepper input[data-place='x0.0.0']")
    value = field.input_value()
    field.fill("two")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.blur()
    expect(field).to_have_value(value)
    np.testing.assert_array_equal(numbers(page)[3], before)


@pytest.mark.parametrize(
    ("entered", "shown", "seen_while_edited"),
    [
        ("-2.345678", "−2.3", "−2.34568"),
        ("2.96", "2.96", "2.96"),
        ("-12.34", "−12", "−12.34"),
        ("0.0012", "0.0012", "0.0012"),
        ("-1000", "−1000", "−1000"),
    ],
)
def test_a_number_that_is_too_long_for_its_cell_is_rounded_and_not_cut(
    page: Page, app: str, entered: str, shown: str, seen_while_edited: str
) -> None:
    open_stepper(page, app)
    field = page.locator(".stepper input[data-place='x0.0.0']")
    field.fill(entered)
    field.blur()
    expect(field).to_have_value(shown)
    assert field.evaluate("(field) => field.scrollWidth <= field.clientWidth")
    field.focus()
    expect(field).to_have_value(seen_while_edited)


def test_play_pause_step_and_scrub(page: Page, app: str) -> None:
    open_stepper(page, app)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".stepper-where")).to_have_text("Output 1, row 1, column 3", timeout=5_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    stopped = where(page)
    time.sleep(1.5)
    assert where(page) == stopped
    page.get_by_role("button", name="Step forward").click()
    assert where(page) != stopped
    page.get_by_role("button", name="Step back").click()
    assert where(page) == stopped
    page.locator(".stepper-scrub").fill("17")
    expect(page.locator(".stepper-where")).to_have_text("Output 2, row 3, column 3")
    expect(page).to_have_url(re.compile("cell=17"))


def test_the_board_follows_the_cell_that_is_stepped_to(page: Page, app: str) -> None:
    open_stepper(page, app, "?size=10&channels=3&kernel=5&dilation=3&padding=3")
    cell = page.locator(".stepper [data-cell='1']")
    expect(cell).not_to_be_in_viewport()
    page.get_by_role("button", name="Step forward").click()
    expect(cell).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Step forward")).to_be_in_viewport()


def test_space_plays_and_arrows_step(page: Page, app: str) -> None:
    open_stepper(page, app)
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stepper-where")).to_have_text("Output 1, row 1, column 2")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".stepper-where")).to_have_text("Output 1, row 2, column 2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".stepper-where")).to_have_text("Output 1, row 2, column 1")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".stepper-where")).to_have_text("Output 1, row 1, column 1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_touch_lights_the_window(browser: Browser, app: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    phone = context.new_page()
    try:
        open_stepper(phone, app)
        phone.locator(".stepper [data-cell='13']").tap()
        expect(phone.locator(".stepper-where")).to_have_text("Output 2, row 2, column 2")
        lit = ".stepper-input:first-child .stepper-on"
        assert phone.locator(lit).count() == SIDE * SIDE
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_a_setting_is_in_the_address_and_the_numbers_follow(page: Page, app: str) -> None:
    open_stepper(page, app, "?stride=1&padding=same&kernel=2")
    expect(page.locator(".lab-formula")).to_contain_text("= 5")
    expect(page.get_by_text("SAME is lopsided here")).to_be_visible()
    assert page.locator(".stepper [data-cell]").count() == 5 * 5 * FILTERS
    open_stepper(page, app, "?transposed=true")
    expect(page.locator(".stepper-check")).to_contain_text("tf.nn.conv2d_transpose")
    expect(page.locator(".stepper-check")).to_contain_text("largest difference 0.")


def test_a_picture_follows_the_slider_and_the_grid(page: Page, app: str) -> None:
    page.goto(f"{app}/convolution?view=On+a+picture&gallery=Gabor")
    page.locator(".pictures img").nth(1).wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    page.evaluate(
        "() => { window.loads = 0; const image = document.querySelectorAll('.pictures img')[1];"
        " image.addEventListener('load', () => window.loads += 1); }"
    )
    angle = page.locator(".live-slider", has_text="Angle").locator("input")
    for number, value in enumerate(range(40, 50), 1):
        angle.fill(str(value))
        page.wait_for_function(f"window.loads >= {number}")
    expect(page).to_have_url(re.compile("angle=49"))
    cell = page.get_by_label("Kernel row 1, column 1", exact=True)
    count = page.evaluate("window.loads")
    cell.fill("3")
    page.wait_for_function(f"window.loads > {count}")
    expect(page).to_have_url(re.compile("weights=3"))


@pytest.mark.parametrize(
    ("address", "cells", "other"),
    [
        ("view=On+a+picture&gallery=Sharpen", "Kernel", "Per channel"),
        ("view=Activation+and+pooling", "Feature map", "Average"),
    ],
)
def test_no_edit_is_lost_where_answers_are_slow(page: Page, app: str, address: str, cells: str, other: str) -> None:
    page.add_init_script(SLOW_ANSWERS)
    page.goto(f"{app}/convolution?{address}")
    entered = {"row 1, column 1": "3", "row 1, column 2": "4", "row 2, column 1": "5", "row 2, column 3": "6"}
    first = page.get_by_label(f"{cells} row 1, column 1", exact=True)
    first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    for place, value in entered.items():
        page.get_by_label(f"{cells} {place}", exact=True).fill(value)
        # Long enough for one script run each, too short for its answer.
        page.wait_for_timeout(180)
    page.wait_for_timeout(2500)
    entered["row 3, column 1"] = "9"
    page.get_by_label(f"{cells} row 3, column 1", exact=True).fill("9")
    page.wait_for_timeout(200)
    page.get_by_text(other, exact=True).click()
    page.wait_for_timeout(2500)
    for place, value in entered.items():
        expect(page.get_by_label(f"{cells} {place}", exact=True)).to_have_value(value)


def test_who_won_a_pooling_window(page: Page, app: str) -> None:
    page.goto(f"{app}/convolution?view=Activation+and+pooling")
    page.locator(".flow-frame").nth(5).wait_for(timeout=60_000)
    frame = page.locator(".flow-frame").nth(2).bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"] * 0.9, frame["y"] + frame["height"] * 0.9)
    expect(page.locator(".flow-line").first).to_have_text(
        "Pooled row 3, column 3: of rows 5 to 6, columns 5 to 6, row 5, column 5 won."
    )
    page.get_by_label("Feature map row 6, column 6").fill("50")
    expect(page.locator(".flow-line").first).to_contain_text("row 6, column 6 won.", timeout=10_000)


def test_uploads_are_shown_or_refused_in_a_sentence(page: Page, app: str) -> None:
    page.goto(f"{app}/convolution?view=On+a+picture")
    page.get_by_text("Your own picture").click()
    field = page.locator("input[type=file]").first
    field.set_input_files({"name": "letter.png", "mimeType": "image/png", "buffer": b"Dear reader, this is a letter."})
    expect(page.get_by_text("This file is not a picture that can be read")).to_be_visible()
    picture = io.BytesIO()
    Image.new("CMYK", (40, 30), (0, 255, 0, 0)).save(picture, "JPEG")
    field.set_input_files({"name": "print.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    expect(page.get_by_text("Input 40×30")).to_be_visible()
    expect(page.get_by_text("This file is not a picture")).to_be_hidden()


def test_a_stack_of_ones_own_is_shared_by_its_address(page: Page, app: str) -> None:
    page.goto(f"{app}/convolution?view=A+whole+stack&layers=32-3-valid_conv-3-1-2-8_depthwise-3-2-1-_pool-2-2-1-")
    # 32 − 4 = 28; (28 − 3) / 2 + 1 = 13; 13 / 2 = 6. It sees 5, then 5 + 2 = 7, then 7 + 2 = 9 pixels.
    expect(page.get_by_text("One cell of the last map sees 9×9 pixels")).to_be_visible()
    # 3·3·3·8 + 8, 3·3·8 + 8
    expect(page.get_by_text("In all 304 parameters")).to_be_visible()


def test_a_map_of_the_stack_shows_its_kernel_and_what_its_strongest_place_sees(page: Page, app: str) -> None:
    page.goto(f"{app}/convolution?view=A+whole+stack")
    third = page.locator(".stack-tile").nth(2)
    third.wait_for(timeout=90_000)
    number = third.get_attribute("data-map")
    third.click()
    expect(page.locator(".stack-map-name")).to_have_text(f"Map {number}")
    expect(third).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".stack-kernel .stack-cells span")).to_have_count(25)
    expect(page).to_have_url(re.compile(f"stack=Cat-block3_depthwise-{number}$"))
    place = page.locator(".stack-place")
    strongest = re.fullmatch(r"Strongest place: row (\d+), column (\d+), .*", place.inner_text())
    assert strongest
    window, picture = (page.locator(f".stack-{name}").bounding_box() for name in ("window", "picture"))
    assert window
    assert picture
    # The middle of an unclipped window is where the cell lies: both in shares of the picture, whose maps are 28×28.
    row, column = (int(group) for group in strongest.groups())
    field = 224 * window["width"] / picture["width"]
    expect(page.locator(".stack-sees")).to_contain_text(f"It sees {round(field)}×{round(field)} pixels")
    assert abs((window["y"] + window["height"] / 2 - picture["y"]) / picture["height"] - (row + 0.5) / 28) < 0.03
    assert abs((window["x"] + window["width"] / 2 - picture["x"]) / picture["width"] - (column + 0.5) / 28) < 0.03
    page.locator(".stack-map").press("ArrowUp")
    expect(place).to_have_text(f"Row {row - 1}, column {column}")
