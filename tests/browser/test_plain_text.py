"""What somebody else has written is shown letter by letter: no link, no picture, nothing of Streamlit's."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running_app

NAMES = [
    "![a](//example.org/p.png)",
    "[a](https://example.org)",
    "<b>https://example.org</b>",
    "see www.example.org/a",
    "write a.b@example.org",
    "*a* _b_ `c` # d $e$ :red[f] :smile: :material/home:",
    "Zoë's 2nd – 学习, 50%",
]


@pytest.fixture(scope="module")
def named_app(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("named"), Path(__file__).parent / "plain_text_app.py") as address:
        yield address


def letters(text):
    return text.replace("\u2060", "").strip()


def test_text_of_others_is_never_a_link_or_a_picture(named_app, open_page):
    page = open_page(f"{named_app}/?{urlencode([('name', name) for name in NAMES])}")
    # Streamlit brings the parts of a page one by one.
    texts, toasts = page.get_by_test_id("stMarkdownContainer"), page.get_by_test_id("stToast")
    expect(texts).to_have_count(4 * len(NAMES))
    expect(toasts).to_have_count(len(NAMES))
    assert sorted(letters(text) for text in texts.all_inner_texts()) == sorted(NAMES * 4)
    assert {letters(text) for text in toasts.all_inner_texts()} == set(NAMES)
    for shown in (texts, toasts):
        assert shown.locator("a, img").count() == 0
