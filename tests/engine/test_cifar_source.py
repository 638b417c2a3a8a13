"""CIFAR-10's archives and the stand-in."""

import pickle
import tarfile

import numpy as np
import pytest

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import CIFAR10
from engine.sources.cifar10 import NAMES, load_pictures, pick_test_pictures, read_archive
from engine.sources.locate import locate
from engine.sources.photo10 import CELL, SIDE, split_cells
from tests.engine.cifar_files import (
    BATCHES,
    binary_members,
    pickled,
    python_members,
    record_bytes,
    small_batches,
    write_tar,
)

ARCHIVES = ("cifar-10-binary.tar.gz", "cifar-10-python.tar.gz")
MEMBERS = {"cifar-10-binary.tar.gz": binary_members, "cifar-10-python.tar.gz": python_members}


@pytest.fixture(params=ARCHIVES)
def archive(request):
    return request.param


def test_photo10_has_ten_photographs_in_equal_parts():
    pictures = load_pictures()
    assert not pictures.found.real
    assert pictures.train_images.shape == (4000, 32, 32, 3)
    assert pictures.train_images.dtype == np.uint8
    assert np.bincount(pictures.train_labels).tolist() == [400] * 10
    assert np.bincount(pictures.test_labels).tolist() == [100] * 10
    assert pictures.names[1] == "cat"
    assert pictures.found.origin == "packages skimage and sklearn"


@pytest.mark.parametrize(("height", "width"), [(320, 320), (213, 320), (279, 320)])
def test_no_pixel_is_in_a_training_and_a_test_crop(height, width):
    train, test = split_cells(height, width)
    owner = np.zeros((height, width), int)
    for number, cells in enumerate((train, test), start=1):
        for y, x in cells:
            assert not owner[y : y + CELL, x : x + CELL].any()
            assert owner[y : y + CELL, x : x + CELL].shape == (CELL, CELL)
            owner[y : y + CELL, x : x + CELL] = number
    assert len(test) >= 0.15 * (len(train) + len(test))
    assert CELL > SIDE


@pytest.mark.parametrize("place", ["", "cifar10"])
def test_both_archives_give_the_pixels(tmp_path, archive, place):
    batches = small_batches()
    write_tar(tmp_path / place / archive, MEMBERS[archive](batches))
    pictures = load_pictures(tmp_path)
    rows = np.concatenate([batches[name][0] for name in BATCHES[:5]])
    # Pixel (row 2, column 5): 3,072 bytes are 1,024 of red, then green, then blue, row by row.
    expected = [rows[:, colour * 1024 + 2 * 32 + 5] for colour in range(3)]
    np.testing.assert_array_equal(pictures.train_images[:, 2, 5], np.stack(expected, axis=1))
    np.testing.assert_array_equal(pictures.test_labels, batches["test_batch"][1])
    assert pictures.train_labels.dtype == np.int32
    assert pictures.names == NAMES
    assert pictures.found.real
    assert "only the structure was checked" in pictures.found.remark


def test_test_pictures_are_found_by_their_labels_also_those_of_the_stand_in(tmp_path, monkeypatch):
    batches = small_batches()
    write_tar(tmp_path / ARCHIVES[0], binary_members(batches))
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    picked = pick_test_pictures(batches["test_batch"][1], np.array([3, 0]))
    np.testing.assert_array_equal(picked, load_pictures().test_images[[3, 0]])
    of_photo10 = pick_test_pictures(np.arange(10).repeat(100), np.array([999]))
    monkeypatch.delenv("CNN_LAB_DATA")
    np.testing.assert_array_equal(of_photo10, load_pictures().test_images[-1:])
    with pytest.raises(InvalidInput, match="not here any more"):
        pick_test_pictures(np.zeros(5, int), np.array([0]))


def test_keras_keeps_the_python_archive_under_a_name_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    write_tar(tmp_path / "datasets" / "cifar-10-batches-py-target_archive", python_members(small_batches()))
    assert locate(CIFAR10).origin == "Keras cache"
    assert len(load_pictures().train_labels) == 100


def test_a_pickle_that_would_run_code_is_refused_and_not_run(tmp_path):
    target = str(tmp_path / "executed").encode()
    call = b"cposix\nmkdir\n(T" + len(target).to_bytes(4, "little") + target + b"tR"
    assert not pickle.loads(b"\x80\x02" + call.replace(b"executed", b"control_") + b".")
    assert (tmp_path / "control_").exists()
    members = python_members(small_batches())
    members["cifar-10-batches-py/data_batch_2"] = b"\x80\x02" + call + b"."
    write_tar(tmp_path / ARCHIVES[1], members)
    with pytest.raises(DamagedSource, match=r"data_batch_2.*asks for posix.mkdir, which no file of data needs"):
        load_pictures(tmp_path)
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("name", ["../data_batch_1.bin", "/etc/data_batch_1.bin", "a/../../data_batch_1.bin"])
def test_a_member_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    write_tar(tmp_path / ARCHIVES[0], {name: b"x", **binary_members(small_batches())})
    with pytest.raises(DamagedSource, match="leads out of its folder"):
        load_pictures(tmp_path)


def test_a_link_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(record_bytes(*small_batches()["test_batch"]))
    members = binary_members(small_batches())
    del members["cifar-10-batches-bin/test_batch.bin"]
    path = tmp_path / "in" / ARCHIVES[0]
    write_tar(path, members)
    with tarfile.open(tmp_path / "linked.tar.gz", "w:gz") as linked, tarfile.open(path) as archive:
        for member in archive:
            linked.addfile(member, archive.extractfile(member))
        link = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        linked.addfile(link)
    with pytest.raises(DamagedSource, match="holds no test_batch"):
        read_archive(tmp_path / "linked.tar.gz")


def test_a_truncated_archive_is_one_sentence(tmp_path, archive):
    path = tmp_path / archive
    write_tar(path, MEMBERS[archive](small_batches()))
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(DamagedSource, match=r"is not a whole archive|is cut off") as caught:
        load_pictures(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x1f\x8b and then nothing"])
def test_what_is_no_archive_is_refused(tmp_path, archive, content):
    (tmp_path / archive).write_bytes(content)
    with pytest.raises(DamagedSource, match="is not a whole archive"):
        load_pictures(tmp_path)


def test_a_missing_batch_is_named(tmp_path, archive):
    members = MEMBERS[archive](small_batches())
    del members[next(name for name in members if "data_batch_3" in name)]
    write_tar(tmp_path / archive, members)
    with pytest.raises(DamagedSource, match="holds no data_batch_3"):
        load_pictures(tmp_path)


def damaged_batch(kind, rows, labels):
    return {
        "half a record": record_bytes(rows, labels)[:-1],
        "label 10": record_bytes(rows, labels + 1),
        "empty": b"",
        "fewer labels": pickled(rows, labels[:-1]),
        "label 10 in a pickle": pickled(rows, labels + 1),
        "rows too short": pickled(rows[:, :3071], labels),
        "cut off pickle": pickled(rows, labels)[:-4000],
        "not a dictionary": pickle.dumps([1, 2], protocol=2),
        "pixels missing": b"\x80\x02}U\x06labels]K\x01as.",
    }[kind]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("half a record", "not a number of 3073-byte records"),
        ("label 10", "whole numbers from 0 to 9"),
        ("empty", "whole numbers from 0 to 9"),
        ("fewer labels", "20 pictures and 19 labels"),
        ("label 10 in a pickle", "whole numbers from 0 to 9"),
        ("rows too short", "is damaged"),
        ("cut off pickle", "is damaged"),
        ("not a dictionary", "is damaged"),
        ("pixels missing", "is damaged"),
    ],
)
def test_a_damaged_batch_is_one_sentence(tmp_path, kind, words):
    batches = small_batches()
    members = binary_members(batches)
    members["cifar-10-batches-bin/data_batch_4.bin"] = damaged_batch(kind, *batches["data_batch_4"])
    write_tar(tmp_path / ARCHIVES[0], members)
    with pytest.raises(DamagedSource, match=words) as caught:
        load_pictures(tmp_path)
    assert "data_batch_4" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_training_batches_of_different_sizes_are_refused(tmp_path):
    batches = small_batches()
    batches["data_batch_5"] = tuple(part[:10] for part in batches["data_batch_5"])
    write_tar(tmp_path / ARCHIVES[0], binary_members(batches))
    with pytest.raises(DamagedSource, match="different sizes"):
        load_pictures(tmp_path)
