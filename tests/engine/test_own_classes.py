"""A user's own classes: written, kept apart for the test, and refused in words."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput
from engine.images import read_image
from engine.preparing.own_classes import write_classes
from engine.settings import FineTuningSettings
from engine.sources.examples import load_folder, load_test
from engine.tuned_test import pick_test_pictures


def picture(seed, size=(30, 40)):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def bring(classes):
    return write_classes(classes, list(classes))


def test_every_fifth_is_kept_for_the_test():
    folder = bring({"Mug": [picture(n) for n in range(6)], "Plant": [picture(n) for n in range(10, 15)]})
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    assert names == [
        *("test_dir/Mug/00005.png", "test_dir/Plant/00005.png"),
        *(f"train_dir/Mug/{n:05}.png" for n in (1, 2, 3, 4, 6)),
        *(f"train_dir/Plant/{n:05}.png" for n in (1, 2, 3, 4)),
    ]
    examples = load_folder(folder, 24, 100, 100, 0)
    assert examples.names == ("Mug", "Plant")
    assert examples.train_images.shape == (7, 24, 24, 3)
    assert examples.test_labels.tolist() == [0, 1]


def unreadable(_content):
    raise InvalidInput("It was read again.")


def test_what_is_there_already_stays_for_the_run_that_reads_it(monkeypatch):
    classes = {"Cup": [picture(n) for n in range(3)], "Pan": [picture(n) for n in range(3, 6)]}
    folder = bring(classes)
    with monkeypatch.context() as patch:
        patch.setattr("engine.preparing.own_classes.read_image", unreadable)
        assert bring(classes) == folder
    assert len(list(folder.rglob("*.png"))) == 6
    # What was cut off while it was deleted is written anew.
    shutil.rmtree(folder / "train_dir" / "Cup")
    assert bring(classes) == folder
    assert len(list(folder.rglob("*.png"))) == 6


def test_two_who_bring_the_same_at_once_have_one_folder():
    classes = {"Fork": [picture(n) for n in range(20)], "Knife": [picture(n) for n in range(20, 40)]}
    with ThreadPoolExecutor(4) as pool:
        (folder,) = set(pool.map(bring, [classes] * 4))
    assert len(list(folder.rglob("*.png"))) == 40
    assert not list(folder.parent.glob("*.part"))


def test_what_cannot_be_used_leaves_nothing_behind():
    folder = bring({"Mug": [picture(1)], "Plant": [picture(2)]}).parent
    before = set(folder.iterdir())
    with pytest.raises(InvalidInput, match="Picture 1 of the class 'Plant'"):
        bring({"Mug": [picture(1)], "Plant": [b"text"]})
    assert set(folder.iterdir()) == before


def test_a_name_cannot_lead_out_of_the_folder():
    folder = bring({"../../up": [picture(1)], "b": [picture(2)]})
    assert {path.parent.name for path in folder.rglob("*.png")} == {"______up", "b"}
    assert all(path.resolve().is_relative_to(folder.resolve()) for path in folder.rglob("*.png"))


BAD = [
    ({"Mug": [picture(1)]}, ["Mug"], "There are 1 classes with a name; 2 to 20 are needed"),
    ({"Mug": [picture(1)]}, ["Mug", "Mug"], "Two classes are called 'Mug'"),
    ({"Mug": [picture(1)], "mug": [picture(1)]}, ["Mug", "mug"], "Two classes are called 'Mug'"),
    ({"Mug": [picture(1)], "Plant": []}, ["Mug", "Plant"], "The class 'Plant' has no picture"),
    ({"Mug": [picture(1)], "Plant": [picture(2), b"text"]}, ["Mug", "Plant"], "Picture 2 of the class 'Plant': "),
]


@pytest.mark.parametrize(("classes", "names", "words"), BAD, ids=[words for _, _, words in BAD])
def test_classes_that_cannot_be_used_are_refused(classes, names, words):
    with pytest.raises(InvalidInput, match=words):
        write_classes(classes, names)


def test_a_folder_of_one_class_or_an_empty_one_cannot_be_learned(tmp_path):
    (tmp_path / "train_dir" / "a").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="two folders of pictures or more"):
        load_folder(tmp_path, 24, 10, 10, 0)
    (tmp_path / "train_dir" / "b").mkdir()
    with pytest.raises(InvalidInput, match="The class 'a' in .* has no pictures"):
        load_folder(tmp_path, 24, 10, 10, 0)


def write(folder, part, names, count, first=0):
    """`count` pictures of each class, no two alike."""
    for number, name in enumerate(names):
        (folder / part / name).mkdir(parents=True)
        for place in range(count):
            (folder / part / name / f"{place:03}.png").write_bytes(picture(first + 1000 * number + place, (32, 32)))


def different(images):
    return {image.tobytes() for image in images}


def test_nothing_is_learnt_from_what_is_looked_at_on_the_way(tmp_path):
    write(tmp_path, "train_dir", "ab", 20)
    for per_class in (5, 18, 100):
        examples = load_folder(tmp_path, 24, per_class, 10, 0)
        assert len(different(examples.train_images)) == 2 * min(per_class, 18)
        assert examples.validation_labels.tolist() == [0, 0, 1, 1]
        assert not different(examples.train_images) & different(examples.validation_images)
        assert different(examples.test_images) == different(examples.validation_images)
        assert examples.remark == (
            "Some classes have no pictures for the test, so those looked at on the way stand in."
        )
    fewer = load_folder(tmp_path, 24, 5, 10, 0)
    assert different(fewer.train_images) < different(examples.train_images)


def test_three_folders_are_used_as_they_are_called(tmp_path):
    for first, (part, count) in enumerate((("train_dir", 6), ("validation_dir", 3), ("test_dir", 2))):
        write(tmp_path, part, "ab", count, 100 * first)
    examples = load_folder(tmp_path, 24, 100, 100, 0)
    sets = [different(images) for images in (examples.train_images, examples.validation_images, examples.test_images)]
    assert [len(images) for images in sets] == [12, 6, 4]
    assert len(set.union(*sets)) == 22
    assert examples.remark == ""


def test_a_validation_folder_alone_is_the_test(tmp_path):
    write(tmp_path, "train_dir", "ab", 10)
    write(tmp_path, "validation_dir", "ab", 3, 100)
    examples = load_folder(tmp_path, 24, 100, 100, 0)
    assert [len(examples.train_labels), len(examples.validation_labels), len(examples.test_labels)] == [18, 2, 6]


def test_a_class_of_one_picture_says_that_it_is_seen_twice(tmp_path):
    write(tmp_path, "train_dir", "ab", 1)
    write(tmp_path, "test_dir", "ab", 1, 100)
    examples = load_folder(tmp_path, 24, 100, 100, 0)
    assert different(examples.train_images) == different(examples.validation_images)
    assert examples.remark.startswith("Some classes have a single picture")


@pytest.mark.parametrize("part", ["validation_dir", "test_dir"])
def test_a_folder_whose_pictures_cannot_be_read_is_named(tmp_path, part):
    for first, each in enumerate(("train_dir", "validation_dir", "test_dir")):
        write(tmp_path, each, "ab", 2, 100 * first)
    for path in (tmp_path / part).rglob("*.png"):
        path.write_bytes(b"text")
    with pytest.raises(InvalidInput, match=f"{part} has no picture that can be read"):
        load_folder(tmp_path, 24, 10, 10, 0)


def test_every_file_that_is_no_picture_is_counted_once(tmp_path):
    write(tmp_path, "train_dir", "ab", 20)
    write(tmp_path, "test_dir", "ab", 2, 100)
    for path in ("train_dir/a/000.png", "train_dir/b/019.png", "test_dir/a/000.png"):
        (tmp_path / path).write_bytes(b"text")
    assert load_folder(tmp_path, 24, 100, 100, 0).remark == "3 files are no pictures and were left out."
    shutil.rmtree(tmp_path / "test_dir")
    assert load_folder(tmp_path, 24, 100, 100, 0).remark.startswith("2 files are no pictures")


def test_the_test_pictures_of_a_run_are_read_again_when_they_have_changed(tmp_path):
    write(tmp_path, "train_dir", "ab", 10)
    write(tmp_path, "test_dir", "ab", 3, 100)
    settings = FineTuningSettings(folder=str(tmp_path), size=64, test_images=10)
    for _ in range(2):
        examples = load_folder(tmp_path, 64, 100, 10, 0)
        labels = examples.test_labels
        shown = pick_test_pictures(settings, labels, np.arange(len(labels)))
        assert np.array_equal(shown, examples.test_images)
        # One more of a class, and one that is another.
        (tmp_path / "test_dir" / "b" / "009.png").write_bytes(picture(700, (32, 32)))
        (tmp_path / "test_dir" / "a" / "001.png").write_bytes(picture(701, (32, 32)))
    with pytest.raises(InvalidInput, match="the run had other data than there are now"):
        pick_test_pictures(settings, labels[:-1], np.arange(3))


def test_the_test_pictures_of_cifar10_are_those_that_are_here_now(monkeypatch):
    settings, labels = FineTuningSettings(test_images=20), np.arange(30, dtype=np.int32)
    for there in (labels, labels[::-1]):
        pictures = SimpleNamespace(test_images=np.zeros((30, 32, 32, 3), np.uint8), test_labels=there)
        monkeypatch.setattr("engine.sources.examples.load_pictures", lambda _data, found=pictures: found)
        _, chosen = load_test(None, 20)
        assert pick_test_pictures(settings, chosen, np.arange(20)).shape == (20, 32, 32, 3)


def test_pictures_are_read_once_and_straight_into_their_places(tmp_path, monkeypatch):
    write(tmp_path, "train_dir", "ab", 10)
    (tmp_path / "train_dir" / "b" / "009.png").write_bytes(picture(1, (50, 60)))
    read = []
    monkeypatch.setattr("engine.sources.examples.read_image", lambda data: read.append(data) or read_image(data))
    examples = load_folder(tmp_path, 48, 100, 10, 0)
    assert examples.train_images.shape == (18, 48, 48, 3)
    # What is looked at on the way is the test as well.
    assert len(read) == 18 + 2 + 2
