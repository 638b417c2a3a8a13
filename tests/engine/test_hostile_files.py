"""One file of each way to do harm, and the sentence that it is refused with; `tests.hostile` has thousands."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.dream_settings import DeepDreamSettings
from engine.errors import DamagedSource, InvalidInput
from engine.images import read_image, size_of
from engine.needs import needed_bytes
from engine.preparing.own_classes import write_classes
from engine.sources.cifar_archive import read_archive
from engine.sources.efficientnet_lite0 import read_weights
from engine.sources.hdf5 import check_weights
from engine.sources.npz import read_npz
from engine.sources.plain_zip import opened_zip
from engine.sources.tried import try_apart
from engine.sources.zip_folders import list_classes, read_member
from pages.ui.picture_choice import kept_picture
from tests.hostile import containers, pictures

PICTURES = {
    ("png", "PostScript"): "not a picture",
    ("png", "huge size declared"): "too many pixels",
    ("png", "18 MB of noise"): "picture",
    ("png", "21 MB"): "21 MB",
    ("jpeg", "4,000 scans of 40 million pixels"): "4,0.. scans, too many for its size",
    ("webp", "16 million by 255"): "million can be used",
    ("webp", "an animation of 40 million"): "20 million can be used",
    ("tiff", "four million strips"): "too many pieces",
    ("tiff", "4 billion strips"): "too many pieces",
}


@pytest.mark.parametrize(("which", "sentence"), PICTURES.items(), ids=" ".join)
def test_a_picture_made_to_do_harm_is_refused_before_it_is_decoded(which, sentence):
    kind, name = which
    with pytest.raises(InvalidInput, match=sentence):
        read_image(pictures.hostile(kind)[name]())


@pytest.mark.parametrize(
    ("kind", "name"), [("png", "PostScript"), ("png", "huge size declared"), ("webp", "16 million by 255")]
)
def test_what_a_run_needs_is_told_without_giving_a_harmful_picture_to_its_decoder(kind, name, monkeypatch):
    data, tried = pictures.hostile(kind)[name](), []
    monkeypatch.setattr("PIL.WebPImagePlugin.WebPImageFile._open", lambda _picture: tried.append("WebP"))
    monkeypatch.setattr("PIL.EpsImagePlugin.EpsImageFile._open", lambda _picture: tried.append("PostScript"))
    needed = needed_bytes(DeepDreamSettings(image=data))
    assert not tried
    assert needed == needed_bytes(DeepDreamSettings())
    with pytest.raises(InvalidInput):
        size_of(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_the_size_of_a_picture_is_told_of_every_kind(kind):
    assert size_of(pictures.encoded(Image.new("RGB", (7, 3)), kind)) == (3, 7)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_was_held(orientation):
    data = pictures.encoded(pictures.base(), "JPEG", exif=pictures.exif(orientation), quality=95)
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(read_image(data), np.asarray(wanted))


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "tiff"])
def test_nothing_but_pixels_is_kept_of_a_picture(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    marks = (b"A maker of cameras", b"where I live", b"Exif\0\0", b"eXIf", b"iCCP", b"ICC_PROFILE", b"GPS")
    told = next(data for data in pictures.seeds(kind) if any(mark in data for mark in marks) or kind == "gif")
    folder = write_classes({"a": [told], "b": [told]}, ["a", "b"])
    written = [path.read_bytes() for path in folder.rglob("*.png")]
    assert len(written) == 2
    for result in [kept_picture(told), *written]:
        assert not [mark for mark in marks if mark in result]
        assert {"exif", "icc_profile", "comment", "gps"}.isdisjoint(Image.open(io.BytesIO(result)).info)


ZIPS = {
    "a bomb": "would unpack to",
    "a bomb by bzip2": "packed in a rare way",
    "a name of dots": "",
    "a way out": "leads out of its folder",
    "a way out for Windows": "leads out of its folder",
    "encrypted": "encrypted",
    "no name": "a file without a name",
    "an unknown version": "not a ZIP file that can be read",
    "overlapping members": "would unpack to",
    "25,000 members": "at most 20,000",
}


@pytest.mark.parametrize(("name", "sentence"), ZIPS.items())
def test_a_zip_made_to_do_harm_is_refused(tmp_path, name, sentence):
    path = tmp_path / "own.zip"
    path.write_bytes(containers.HOSTILE["zip"][name]())
    if not sentence:
        assert set(list_classes(path)) == {"cats", "dogs"}
        return
    with pytest.raises(InvalidInput, match=sentence):
        list_classes(path)


def test_the_list_of_contents_of_a_zip_is_not_read_when_it_is_endless(tmp_path):
    path = tmp_path / "own.zip"
    path.write_bytes(containers.long_list(200_000))
    with pytest.raises(InvalidInput, match="its list of contents has 9,400,000 bytes"):
        list_classes(path)


def test_a_member_that_unpacks_to_more_than_it_says_is_no_picture(tmp_path):
    path = tmp_path / "own.zip"
    path.write_bytes(containers.HOSTILE["zip"]["a bomb that says it is small"]())
    with opened_zip(path) as archive:
        assert read_member(archive, "cats/0.png") is None


HARMLESS = {"30 million dictionaries", "a long of 30 MB", "a shape below zero"}
"""The first two take seconds; the last is read as NumPy reads it: as many rows as there are."""

TARS = {
    "another member of 6 GB": "6,000,000,000 bytes",
    "a batch of 2 GB": "2,000,000,000 bytes",
    "a size below zero": "-512 bytes",
    "a name of 2 GB": "2,000,000,000 bytes",
    "a pax header of 20 MB of digits": "20,000,000 bytes",
    "a sparse member": "fits no part of CIFAR-10",
    "half a million members": "more than 1,000 members",
    "a symbolic link as a batch": "holds no data_batch_1",
}


@pytest.mark.parametrize(("name", "sentence"), TARS.items())
def test_an_archive_made_to_do_harm_is_refused(tmp_path, name, sentence):
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(containers.HOSTILE["tar"][name]())
    with pytest.raises(DamagedSource, match=sentence):
        read_archive(path)


@pytest.mark.parametrize("name", sorted(set(containers.HOSTILE_PICKLES) - HARMLESS))
def test_a_pickle_made_to_do_harm_is_refused_by_both_that_read_pickles(tmp_path, name):
    content = containers.HOSTILE_PICKLES[name]()
    path = tmp_path / "cifar-10-python.tar.gz"
    members = containers.python_members(containers.small_batches(2))
    path.write_bytes(containers.tar_of({**members, "cifar-10-batches-py/data_batch_1": content}))
    with pytest.raises(DamagedSource, match="data_batch_1"):
        read_archive(path)
    with pytest.raises(DamagedSource, match="The weights"):
        read_weights(content)


def test_a_tensor_does_not_make_many_numbers_of_few():
    with pytest.raises(DamagedSource, match="beyond its numbers|damaged"):
        read_weights(containers.HOSTILE["torch"]["a tensor of 2**120 by strides of zero"]())


@pytest.mark.parametrize(
    "name",
    [
        "a shape of 2**40",
        "a shape of 8 GB",
        "a shape below zero",
        "objects",
        "a head of brackets",
    ],
)
def test_an_array_that_says_it_is_larger_than_it_is_is_not_read(tmp_path, name):
    path = tmp_path / "arrays.npz"
    path.write_bytes(containers.HOSTILE["npz"][name]())
    with pytest.raises(InvalidInput, match="'x_train.npy' is no array"):
        read_npz(path, 200_000_000)


def test_arrays_have_a_limit_together(tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.zeros(1_000), b=np.zeros(1_000))
    assert set(read_npz(tmp_path / "arrays.npz", 20_000)) == {"a", "b"}
    with pytest.raises(InvalidInput, match="16,256 bytes, but may have 16,000"):
        read_npz(tmp_path / "arrays.npz", 16_000)


H5 = {
    "a kernel of 2**50 numbers": "too many for weights",
    "another file by a link": "has a link",
    "another file as storage": "lies in this file",
    "another file as a view": "lies in this file",
    "links in circles": "has a link",
}


@pytest.mark.parametrize(("name", "sentence"), H5.items())
def test_weights_that_lead_to_other_files_are_not_read(tmp_path, name, sentence):
    path = tmp_path / "weights.h5"
    path.write_bytes(containers.HOSTILE["h5"][name]())
    with pytest.raises(DamagedSource, match=sentence):
        check_weights(path)


def test_a_file_that_crashes_its_reader_crashes_another_process(tmp_path):
    path = tmp_path / "crash"
    path.touch()
    with pytest.raises(DamagedSource, match="the process that read it crashed"):
        try_apart("tests.hostile.crash", "crash", path)
    with pytest.raises(DamagedSource, match="takes more memory than any such file"):
        try_apart("tests.hostile.crash", "fill", path)
    with pytest.raises(DamagedSource, match="no MATLAB file"):
        try_apart("tests.hostile.crash", "refuse", path)
