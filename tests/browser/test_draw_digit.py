"""Drawing a digit in a real browser, with the network that comes with the app."""

import re

import pytest
from playwright.sync_api import expect

from tests.drawn_digits import places

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL = {1: (0.4, 0.55, 0.05), 3: (0.45, 0.02, 0.5), 5: (0.35, 0.6, 0.6), 8: (0.5, 0.45, 0.0)}
"""Size and place of the digits that are drawn small and off the centre."""

# Every change of the drawing has been answered, and the answer is shown.
ANSWERED = (
    "() => { const pad = document.querySelector('.digit-lab').pad; return !pad.sentAt && pad.sent === pad.version }"
)

# Milliseconds from a stroke's last point to the bars that belong to it, twenty times.
LATENCIES = """async (answered) => {
  const isAnswered = eval(answered), canvas = document.querySelector('.digit-paper canvas');
  const box = canvas.getBoundingClientRect(), times = [];
  const point = (type, i) => canvas.dispatchEvent(new PointerEvent(type, { isPrimary: true, pointerId: 1, button: 0,
    clientX: box.left + 60 + 7 * i, clientY: box.top + 60 + 5 * (i % 3) }));
  canvas.setPointerCapture = () => {};
  point('pointerdown', 0);
  for (let i = 1; i <= 20; i++) {
    while (!isAnswered()) await new Promise(requestAnimationFrame);
    const from = performance.now();
    point('pointermove', i);
    while (!isAnswered()) await new Promise(requestAnimationFrame);
    times.push(performance.now() - from);
  }
  point('pointerup', 20);
  delete canvas.setPointerCapture;
  return times;
}"""


def open_pad(open_page, app, **options):
    page = open_page(f"{app}/mnist", **options)
    # TensorFlow may still be starting; the page goes on by itself.
    expect(says(page)).to_have_text(re.compile("An example: 3"), timeout=90_000)
    page.locator(".digit-paper").scroll_into_view_if_needed()
    return page


def says(page):
    return page.locator(".digit-says")


def button(page, name):
    return page.get_by_role("button", name=name)


def on_screen(page, digit, place):
    box = page.locator(".digit-paper canvas").bounding_box()
    for stroke in places(digit, *place):
        yield [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]


def draw(page, digit, place=(1, 0, 0)):
    for stroke in on_screen(page, digit, place):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    page.wait_for_function(ANSWERED)


def touch(page, digit):
    """Draw with a finger, through the browser's own touch events."""
    devtools = page.context.new_cdp_session(page)
    for stroke in on_screen(page, digit, (1, 0, 0)):
        for number, (x, y) in enumerate(stroke):
            kind = "touchMove" if number else "touchStart"
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(ANSWERED)


def answer(page):
    return re.search(r"\d", says(page).inner_text())[0]


def test_digits_drawn_with_the_mouse_are_read(app, open_page):
    page = open_pad(open_page, app)
    read = []
    for digit in range(10):
        draw(page, digit, SMALL.get(digit, (1, 0, 0)))
        read.append(answer(page))
        assert page.locator(".digit-top b").inner_text() == read[-1]
        button(page, "Clear the pad").click()
        expect(says(page)).to_have_text(re.compile("An example"))
    assert sum(text == str(digit) for digit, text in enumerate(read)) >= 8, read


def test_digits_drawn_with_a_finger_are_read_and_do_not_scroll_the_page(app, open_page):
    page = open_pad(open_page, app, **PHONE)
    before = page.locator(".digit-paper").bounding_box()
    read = []
    for digit in (2, 4, 7):
        touch(page, digit)
        read.append(answer(page))
        button(page, "Clear the pad").tap()
        expect(says(page)).to_have_text(re.compile("An example"))
    assert read == ["2", "4", "7"]
    assert page.locator(".digit-paper").bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_drawn_is_a_hint_with_an_example_and_no_error(app, open_page):
    page = open_pad(open_page, app)
    expect(page.get_by_text("Draw a digit here")).to_be_visible()
    expect(page.locator(".digit-note")).to_have_text(re.compile("Nothing is drawn yet"))
    expect(button(page, "Undo the last stroke")).to_be_disabled()
    expect(button(page, "Clear the pad")).to_be_disabled()
    assert page.locator(".digit-seen img").evaluate_all(
        "images => images.length === 8 && images.every(i => i.naturalWidth > 0 && i.alt)"
    )


def test_undo_takes_strokes_back_one_by_one_with_the_keyboard_too(app, open_page):
    page = open_pad(open_page, app)
    draw(page, 1)
    assert answer(page) == "1"
    draw(page, 0)
    undo = button(page, "Undo the last stroke")
    undo.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(ANSWERED)
    expect(says(page)).to_have_text(re.compile("^(perhaps )?1,"))
    page.keyboard.press("Enter")
    expect(says(page)).to_have_text(re.compile("An example"))
    expect(undo).to_be_disabled()


def test_a_thicker_brush_draws_thicker(app, open_page):
    page = open_pad(open_page, app)
    brush = page.get_by_role("slider", name="Brush size")
    brush.fill("10")
    draw(page, 1)
    thin = page.locator(".digit-steps img").first.evaluate("image => image.naturalWidth")
    button(page, "Clear the pad").click()
    brush.fill("40")
    draw(page, 1)
    thick = page.locator(".digit-steps img").first.evaluate("image => image.naturalWidth")
    assert thick - thin == pytest.approx(30, abs=2)


def test_a_pad_full_of_ink_is_told(app, open_page):
    page = open_pad(open_page, app)
    page.get_by_role("slider", name="Brush size").fill("40")
    box = page.locator(".digit-paper canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()
    for row in range(12):
        y = box["y"] + 1 + row * (box["height"] - 2) / 11
        for x in (1, box["width"] - 1)[:: 1 if row % 2 else -1]:
            page.mouse.move(box["x"] + x, y)
    page.mouse.up()
    expect(page.locator(".digit-note")).to_have_text(re.compile("whole pad is ink"))
    button(page, "Clear the pad").click()
    expect(says(page)).to_have_text(re.compile("An example"))


def test_the_drawing_outlives_reruns_of_the_page_and_a_change_of_page(app, open_page):
    page = open_pad(open_page, app)
    page.evaluate("document.querySelector('.digit-paper canvas').mark = true")
    draw(page, 4)
    page.get_by_role("button", name="Tiny network", exact=True).click()
    expect(page.get_by_text("266,585 parameters", exact=True)).to_have_count(0)
    assert answer(page) == "4"
    assert page.evaluate("document.querySelector('.digit-paper canvas').mark")
    page.get_by_role("link", name="Convolution").click()
    expect(page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    page.get_by_role("link", name="MNIST", exact=False).first.click()
    expect(says(page)).to_have_text(re.compile("^4,"))
    button(page, "Undo the last stroke").click()
    page.wait_for_function(ANSWERED)
    expect(says(page)).not_to_have_text(re.compile("^4, over 99%"))


def test_the_bars_follow_the_pen(app, open_page):
    page = open_pad(open_page, app)
    draw(page, 7)
    top = page.locator(".digit-lab").bounding_box()["height"]
    times = page.evaluate(LATENCIES, ANSWERED)
    print("milliseconds from a point to its bars:", sorted(round(time) for time in times))
    assert len(times) > 0
    assert page.locator(".digit-lab").bounding_box()["height"] == top
