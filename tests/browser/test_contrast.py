"""Texts that Streamlit, or the colour of a line, would make too pale: 4.5 to 1 is what small text needs."""

import pytest
from playwright.sync_api import expect

ENOUGH = 4.5

# The colour of an element's text as it is seen: through its own and its parents' opacity, over what lies behind it.
CONTRAST = """(element) => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (under, colour, alpha = 1) => {
    paint.globalAlpha = 1;
    paint.fillStyle = `rgb(${under})`;
    paint.fillRect(0, 0, 1, 1);
    paint.globalAlpha = alpha;
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const parents = [];
  for (let part = element; part; part = part.parentElement) parents.unshift(getComputedStyle(part));
  const behind = parents.reduce((under, style) => over(under, style.backgroundColor), [255, 255, 255]);
  const opacity = parents.reduce((all, style) => all * Number(style.opacity), 1);
  const own = parents.at(-1);
  const text = over(behind, element.namespaceURI.endsWith("svg") ? own.fill : own.color, opacity);
  const light = (colour) => colour.map((c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, channel) => sum + c * [0.2126, 0.7152, 0.0722][channel], 0);
  const [low, high] = [light(text), light(behind)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("mnist", ("[data-testid='stCaptionContainer'] p", "[role='tab'][aria-selected='true'] p", ".annotation-text")),
        ("convolution", ("[data-testid='stButtonGroup'] [aria-checked='true'] p", ".lab-note")),
    ],
)
def test_small_text_can_be_read(open_page, app: str, scheme: str, path: str, places: tuple[str, ...]) -> None:
    page = open_page(f"{app}/{path}", color_scheme=scheme)
    for place in places:
        expect(page.locator(place).first).to_be_visible()
        # Streamlit fades in what it draws.
        page.wait_for_function(f"place => ({CONTRAST})(document.querySelector(place)) >= {ENOUGH}", arg=place)


def test_the_page_that_the_keyboard_has_reached_has_a_frame(open_page, app: str) -> None:
    page = open_page(app)
    link = page.get_by_role("navigation").get_by_role("link", name="MNIST")
    expect(link).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if link.evaluate("(link) => link === document.activeElement"):
            break
    assert link.evaluate("(link) => getComputedStyle(link).outlineStyle") == "solid"
