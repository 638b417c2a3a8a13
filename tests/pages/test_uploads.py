"""The operator's switches: nothing to upload with, no camera, no downloads."""

import io

import pytest
from PIL import Image
from starlette.exceptions import HTTPException
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from engine.images import size_of
from pages.ui import uploads
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


def choice_page():
    import streamlit as st

    from pages.ui.picture_choice import photograph_file, picture_choice

    st.session_state["shown"] = picture_choice("Photograph", "image", ["Cat"], photograph_file)


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("page", "read"),
    [
        (picture_page, lambda state: size(state["own picture"])),
        (choice_page, lambda state: size_of(state["shown"])),
    ],
)
def test_a_refused_file_does_not_leave_the_one_before_it_in_use(page, read):
    app = AppTest.from_function(page).run()
    if page is choice_page:
        app.selectbox(key="image").set_value("Your own…").run()
    assert read(app.session_state) != (30, 40)
    app.get("file_uploader")[0].set_value(("red.png", png(), "image/png")).run()
    assert read(app.session_state) == (30, 40)
    app.get("file_uploader")[0].set_value(("fake.png", b"no picture", "image/png")).run()
    assert read(app.session_state) != (30, 40)
    said = [element.value for element in (*app.error, *app.caption)]
    assert any("is not a picture" in text or "no picture" in text for text in said), said


def size(picture):
    return None if picture is None else picture.shape[:2]


def sources_page():
    from pages.ui.sources_panel import sources_panel

    sources_panel()


def test_without_downloads_there_is_no_button_for_them(monkeypatch):
    monkeypatch.setenv("CNN_LAB_DOWNLOADS", "off")
    app = AppTest.from_function(sources_page, default_timeout=60).run()
    assert not app.exception
    assert list(app.button) == []


def notes_page():
    from engine.sources.catalog import MNIST, VGG19
    from pages.ui.sources_panel import source_note, weights_note

    source_note(MNIST)
    weights_note(VGG19)


@pytest.mark.parametrize("text", ["on", "off"])
def test_home_is_named_only_where_it_can_download(monkeypatch, tmp_path, text):
    for variable in ("CNN_LAB_CACHE", "KERAS_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("CNN_LAB_DATA", raising=False)
    monkeypatch.setenv("CNN_LAB_DOWNLOADS", text)
    app = AppTest.from_function(notes_page, default_timeout=60).run()
    note, warning = app.caption[0].value, app.warning[0].value
    assert "standing in for 60,000 training and 10,000 test digits" in note
    assert ("Home" in note, "Home" in warning) == (text == "on", text == "on")
    assert ("python -m engine download vgg19 fetches them" in warning) == (text == "off")


class Keeper:
    """As Streamlit's keeper of files."""

    def __init__(self):
        self.file_storage = {}

    def add_file(self, session_id, file):
        self.file_storage.setdefault(session_id, {})[file.file_id] = file


def upload(keeper, session, name, size):
    keeper.add_file(session, UploadedFileRec(name, name, "image/png", bytes(size)))


@pytest.fixture
def keeper(monkeypatch):
    monkeypatch.setattr(uploads, "OF_A_SESSION", 100)
    monkeypatch.setattr(uploads, "OF_ALL", 150)
    made = Keeper()
    uploads.watch_over(made)
    return made


def test_a_browser_brings_so_much_and_all_of_them_so_much(keeper):
    upload(keeper, "ann", "a", 60)
    with pytest.raises(HTTPException) as refused:
        upload(keeper, "ann", "b", 50)
    assert refused.value.status_code == 413
    upload(keeper, "bob", "c", 60)
    with pytest.raises(HTTPException):
        upload(keeper, "eve", "d", 40)
    assert {session: list(files) for session, files in keeper.file_storage.items()} == {"ann": ["a"], "bob": ["c"]}


def test_where_uploads_are_off_none_is_kept_whoever_sends_it(keeper, monkeypatch):
    monkeypatch.setenv("CNN_LAB_UPLOADS", "off")
    with pytest.raises(HTTPException) as refused:
        upload(keeper, "ann", "a", 1)
    assert refused.value.status_code == 403
    assert keeper.file_storage == {}
