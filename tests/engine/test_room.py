"""Folders that visitors fill."""

import os
import shutil

import pytest

from engine.errors import InvalidSettings
from engine.sources.room import make_room, room_bytes


def fill(folder, name, size, age):
    (folder / name).mkdir(parents=True)
    (folder / name / "file").write_bytes(bytes(size))
    os.utime(folder / name, (1_000 - age, 1_000 - age))
    return folder / name


def test_the_oldest_go_until_the_rest_fits(tmp_path):
    for age, name in enumerate("cab"):
        fill(tmp_path, name, 100, age)
    make_room(tmp_path, 200)
    assert {path.name for path in tmp_path.iterdir()} == {"c", "a"}


def test_what_was_just_written_stays(tmp_path):
    kept = fill(tmp_path, "a", 500, age=9)
    fill(tmp_path, "b", 100, age=1)
    make_room(tmp_path, 300, keep=kept)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_files_count_as_folders_do_and_no_folder_is_no_trouble(tmp_path):
    (tmp_path / "a.zip").write_bytes(bytes(50))
    make_room(tmp_path, 10)
    make_room(tmp_path / "none", 10)
    assert list(tmp_path.iterdir()) == []


def test_what_goes_while_it_is_counted_is_no_trouble(tmp_path, monkeypatch):
    for name in ("a/1", "a/2", "b"):
        fill(tmp_path, name, 100, 0)

    def stat(path):
        if path.name == "file" and path.is_relative_to(tmp_path / "a"):
            shutil.rmtree(tmp_path / "a")
        return os.stat_result([0] * 10)

    monkeypatch.setattr("engine.sources.room._stat", stat)
    make_room(tmp_path, 1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_limit_is_the_operators(monkeypatch):
    monkeypatch.setenv("CNN_LAB_UPLOADS_MB", "3")
    assert room_bytes() == 3_000_000
    monkeypatch.setenv("CNN_LAB_UPLOADS_MB", "much")
    with pytest.raises(InvalidSettings, match="CNN_LAB_UPLOADS_MB is 'much'"):
        room_bytes()
    assert room_bytes("CNN_LAB_RUNS_MB") == 500_000_000
