"""The operator's switches: nothing to upload with, no camera, no downloads."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.uploads import OFF, allowed


@pytest.mark.parametrize(("text", "wanted"), [("", True), ("on", True), ("off", False), (" OFF ", False), ("0", False)])
def test_a_switch_is_on_unless_it_says_off(monkeypatch, text, wanted):
    monkeypatch.setenv("CNN_LAB_UPLOADS", text)
    assert allowed("CNN_LAB_UPLOADS") is wanted


def picture_page():
    from pages.ui.picture_source import picture_input

    picture_input()


@pytest.mark.parametrize(("text", "fields"), [("on", 1), ("off", 0)])
def test_without_uploads_there_is_no_field_for_them(monkeypatch, text, fields):
    monkeypatch.setenv("CNN_LAB_UPLOADS", text)
    app = AppTest.from_function(picture_page).run()
    assert not app.exception
    assert len(app.file_uploader) == len(app.toggle) == fields
    assert (OFF in [caption.value for caption in app.caption]) is not bool(fields)


def sources_page():
    from pages.ui.sources_panel import sources_panel

    sources_panel()


def test_without_downloads_there_is_no_button_for_them(monkeypatch):
    monkeypatch.setenv("CNN_LAB_DOWNLOADS", "off")
    app = AppTest.from_function(sources_page, default_timeout=60).run()
    assert not app.exception
    assert list(app.button) == []
