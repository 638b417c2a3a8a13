"""The ZIP of a prepared folder: one for all who ask for the same, with a limit, from the app's own machine."""

import os
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import zip_download


def page():
    import os

    from pages.ui.zip_download import zip_download

    zip_download("a run", os.environ["TEST_FOLDER"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "cache" / "prepared-here"
    (made / "train_dir" / "cat").mkdir(parents=True)
    (made / "train_dir" / "cat" / "1.png").write_bytes(bytes(2_000_000))
    (made / "manifest.tsv").write_text("ZIP, chapter split\ntrain_dir/cat/1.png\t2000000\t1\n")
    monkeypatch.setenv("TEST_FOLDER", str(made))
    monkeypatch.setattr(zip_download, "STATIC", tmp_path / "static")
    monkeypatch.setattr(zip_download, "ZIPS", tmp_path / "static" / "zips")
    return made


def packed():
    app = AppTest.from_function(page, default_timeout=60).run()
    app.button[0].click().run()
    assert not app.exception
    return app


def zips():
    return sorted(zip_download.ZIPS.rglob("*.zip"))


def test_all_who_ask_for_the_same_get_one_zip(folder):
    pages = [element.proto.body for app in (packed(), packed()) for element in app.get("html")]
    assert len(zips()) == 1
    assert all(f"zips/{zips()[0].parent.name}/prepared-here.zip" in page for page in pages)
    assert "Download ZIP (2.0 MB)" in pages[0]
    with zipfile.ZipFile(zips()[0]) as archive:
        assert archive.namelist() == ["manifest.tsv", "train_dir/cat/1.png"]


def test_other_pictures_are_another_zip_and_the_oldest_goes(folder, monkeypatch):
    monkeypatch.setenv("CNN_LAB_UPLOADS_MB", "3")
    packed()
    (first,) = zips()
    os.utime(first.parent, (1, 1))
    with (folder / "manifest.tsv").open("a") as manifest:
        manifest.write("train_dir/cat/2.png\t1\t1\n")
    packed()
    assert len(zips()) == 1
    assert zips() != [first]


def test_what_is_too_large_is_refused_before_it_is_written_and_without_the_path(folder, monkeypatch):
    monkeypatch.setattr(zip_download, "LARGEST", 1_000_000)
    (error,) = packed().error
    assert error.value == "The ZIP would have 2 MB; at most 1 MB can be sent."
    assert not zip_download.ZIPS.exists()


def test_a_folder_that_is_not_on_this_machine_is_said(folder):
    (folder / "manifest.tsv").unlink()
    (error,) = packed().error
    assert error.value.startswith("The prepared pictures are not here any more; prepare them again.")
