"""Prepare: what lies where, whole or absent, continued, and what it refuses."""

import io
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput
from engine.events import Beat, Completed, Progress, Snapshot
from engine.experiments import start
from engine.images import read_image
from engine.settings import PrepareSettings
from engine.sources.cifar10 import NAMES
from engine.sources.zip_folders import list_classes
from tests.engine.cifar_files import binary_members, pickled, small_batches, write_tar

ROOT = Path(__file__).parents[2]
IMAGES = 20
"""In each of the six batches."""


def file_name(batch, place):
    return f"{batch[:4]}_{batch[-1]}_s_{place:06}.png"


def write_archive(folder, images=IMAGES):
    batches = small_batches(images)
    members = {
        f"cifar-10-batches-py/{name}": pickled(rows, labels, [file_name(name, n) for n in range(images)])
        for name, (rows, labels) in batches.items()
    }
    write_tar(folder / "cifar-10-python.tar.gz", members)
    return batches


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cifar")
    return folder, write_archive(folder)


def prepared(folder, data, **settings):
    *events, completed = start(PrepareSettings(folder=str(folder), **settings), data)
    assert isinstance(completed, Completed)
    return events, completed.result


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_layout_is_the_chapters_and_the_pixels_are_the_archives(tmp_path, archive):
    data, batches = archive
    events, result = prepared(tmp_path / "out", data)
    files = {name: content for name, content in tree(tmp_path / "out").items() if name.endswith(".png")}
    expected = {}
    for name, (rows, labels) in batches.items():
        split = "validation_dir" if name == "test_batch" else "train_dir"
        for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
            # Written out by hand: red, green and blue planes of 32 rows of 32.
            pixels = np.stack([row[1024 * c : 1024 * (c + 1)].reshape(32, 32) for c in range(3)], axis=2)
            expected[f"{split}/{NAMES[label]}/{file_name(name, place)}"] = pixels
    assert files.keys() == expected.keys()
    assert all(np.array_equal(np.asarray(Image.open(io.BytesIO(files[n]))), expected[n]) for n in files)
    assert (tmp_path / "out" / "cifar10_labels.txt").read_text().splitlines() == list(NAMES)
    assert sorted(os.listdir(tmp_path / "out")) == ["cifar10_labels.txt", "manifest.tsv", "train_dir", "validation_dir"]
    assert result["splits"] == {"train_dir": 100, "validation_dir": 20}
    assert result["files"] == result["written"] == 120
    assert [event.name for event in events if isinstance(event, Snapshot)] == list(NAMES)
    assert [e for e in events if isinstance(e, Progress)][-1].step == 120


def test_the_binary_archive_keeps_no_names_so_they_are_numbers(tmp_path):
    write_tar(tmp_path / "cifar-10-binary.tar.gz", binary_members(small_batches(10)))
    _, result = prepared(tmp_path / "out", tmp_path)
    assert (tmp_path / "out/train_dir/airplane/airplane_train_00000.png").exists()
    assert "so they are numbered" in result["remark"]


def test_an_honest_split_leaves_the_test_set_alone(tmp_path, archive):
    data, _ = archive
    _, result = prepared(tmp_path / "out", data, split="honest")
    assert result["splits"] == {"train_dir": 90, "validation_dir": 10, "test_dir": 20}
    test = {path.name for path in (tmp_path / "out/test_dir").rglob("*.png")}
    assert test == {file_name("test_batch", n) for n in range(IMAGES)}
    train, validation = (
        {p.name for p in (tmp_path / "out" / s).rglob("*.png")} for s in ("train_dir", "validation_dir")
    )
    assert not train & validation
    assert sorted(p.name for p in (tmp_path / "out/validation_dir").iterdir()) == sorted(NAMES)


def test_a_second_run_rewrites_nothing(tmp_path, archive):
    data, _ = archive
    prepared(tmp_path / "out", data)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    _, result = prepared(tmp_path / "out", data)
    assert (result["written"], result["kept"]) == (0, 120)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_only_what_is_damaged_or_gone_is_written_again(tmp_path, archive):
    data, _ = archive
    prepared(tmp_path / "out", data)
    whole = tree(tmp_path / "out")
    damaged, gone, *_ = sorted((tmp_path / "out").rglob("*.png"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    gone.unlink()
    _, result = prepared(tmp_path / "out", data)
    assert (result["written"], result["kept"]) == (2, 118)
    assert tree(tmp_path / "out") == whole


def test_stopped_in_the_middle_it_goes_on(tmp_path, archive):
    data, _ = archive
    prepared(tmp_path / "whole", data)
    events = start(PrepareSettings(folder=str(tmp_path / "out")), data)
    next(event for event in events if isinstance(event, Progress))
    events.close()
    assert not list((tmp_path / "out").rglob("*.part"))
    prepared(tmp_path / "out", data)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_two_at_once_write_one_after_the_other(tmp_path, archive):
    data, _ = archive
    first = start(PrepareSettings(folder=str(tmp_path / "out")), data)
    next(event for event in first if isinstance(event, Progress))
    second = start(PrepareSettings(folder=str(tmp_path / "out")), data)
    assert [next(second) for _ in range(4)] == [Beat()] * 4
    assert [*first][-1].result["files"] == 120
    result = [*second][-1].result
    assert (result["written"], result["kept"]) == (0, 120)
    assert not list((tmp_path / "out").rglob("*.part"))


def test_a_folder_that_another_run_keeps_is_told(tmp_path, archive, monkeypatch):
    data, _ = archive
    first = start(PrepareSettings(folder=str(tmp_path / "out")), data)
    next(event for event in first if isinstance(event, Progress))
    monkeypatch.setattr("engine.experiments.prepare.WAIT_S", 0.2)
    with pytest.raises(InvalidInput, match="Another run is writing to .*out; try again when it has ended"):
        prepared(tmp_path / "out", data)
    first.close()
    prepared(tmp_path / "out", data)


def test_killed_in_the_middle_every_file_is_whole_and_it_ends_identical(tmp_path):
    write_archive(tmp_path, images=400)
    command = [
        sys.executable,
        "-m",
        "engine",
        "run",
        "prepare",
        "--data",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while not any((tmp_path / "out").glob("train_dir/*/*.png")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = list((tmp_path / "out").rglob("*.png"))
    assert 0 < len(there) < 2_400
    assert all(read_image(path.read_bytes()).shape == (32, 32, 3) for path in there)
    prepared(tmp_path / "out", tmp_path)
    prepared(tmp_path / "whole", tmp_path)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_disk_that_takes_no_more_is_one_line_and_leaves_no_half_file(tmp_path, archive):
    data, _ = archive
    done = subprocess.run(
        [sys.executable, "-m", "engine", "run", "prepare", "--data", str(data), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        # No file may grow beyond this, like a disk that is full: a picture has more.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)),
    )
    assert done.returncode == 2
    ours = [line for line in done.stderr.splitlines() if line.startswith("python -m engine")]
    assert len(ours) == 1
    assert "could not be written: File too large" in ours[0]
    assert "Traceback" not in done.stderr
    assert not [*(tmp_path / "out").rglob("*.png"), *(tmp_path / "out").rglob("*.part")]


@pytest.mark.parametrize("folder", ["/proc/prepared", "/dev/null/prepared", "/dev/null"])
def test_a_folder_that_cannot_be_written_is_told(folder, archive):
    with pytest.raises(InvalidInput, match=folder):
        prepared(folder, archive[0])


def test_what_others_put_into_a_folder_is_not_touched(tmp_path, archive):
    data, _ = archive
    (tmp_path / "train_dir" / "cat").mkdir(parents=True)
    (tmp_path / "train_dir" / "cat" / "mine.png").write_text("mine")
    with pytest.raises(InvalidInput, match="holds pictures already, and not from here"):
        prepared(tmp_path, data)
    assert tree(tmp_path) == {"train_dir/cat/mine.png": b"mine"}


def test_another_split_needs_another_folder(tmp_path, archive):
    data, _ = archive
    prepared(tmp_path, data)
    before = tree(tmp_path)
    with pytest.raises(InvalidInput, match="holds other pictures"):
        prepared(tmp_path, data, split="honest")
    assert tree(tmp_path) == before


def png(seed, size=(5, 7)):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def two_classes(count=10):
    return {f"photos/{name}/{n}.png": png(k + n) for k, name in ((0, "cup"), (100, "plant")) for n in range(count)}


@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("chapter", {"train_dir": 16, "validation_dir": 4}),
        ("honest", {"train_dir": 12, "validation_dir": 4, "test_dir": 4}),
    ],
)
def test_a_zip_of_folders_is_split_too(tmp_path, split, counts):
    path = zipped(tmp_path / "mine.zip", two_classes())
    _, result = prepared(tmp_path / "out", None, archive=str(path), split=split)
    assert (result["splits"], result["classes"]) == (counts, ["cup", "plant"])
    first = read_image((tmp_path / "out/train_dir/cup/00000.png").read_bytes())
    assert np.array_equal(first, read_image(png(0)))
    assert (tmp_path / "out/labels.txt").read_text() == "cup\nplant\n"


def test_the_contents_of_a_zip_are_not_listed_anew_for_each_picture(tmp_path, monkeypatch):
    path, listed = zipped(tmp_path / "mine.zip", two_classes(20)), []
    real = zipfile.ZipFile._RealGetContents
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda self: listed.append(1) or real(self))
    _, result = prepared(tmp_path / "out", None, archive=str(path))
    assert result["files"] == 40
    assert len(listed) <= 2


def test_corrupt_pictures_are_listed_and_left_out(tmp_path):
    members = two_classes(5) | {"photos/cup/0.png": b"no picture", "photos/plant/1.png": png(1)[:40]}
    _, result = prepared(tmp_path / "out", None, archive=str(zipped(tmp_path / "mine.zip", members)))
    assert result["unreadable"] == ["train_dir/cup/00000.png", "train_dir/plant/00001.png"]
    assert (result["files"], result["unreadable_files"]) == (8, 2)


BAD = {
    "leads out of its folder": {"../evil.png": b"", "a/1.png": b"", "b/1.png": b""},
    "leads out of its folder; it was not read": {"/etc/evil.png": b""},
    "only one class, 'cup'": {"cup/1.png": png(1)},
    "no folders of pictures": {"1.png": png(1), "notes/readme.txt": b"words"},
    "The class 'plant' has no pictures": {"cup/1.png": png(1), "plant/": b""},
    "two classes called 'cup'": {"red/cup/1.png": png(1), "blue/Cup/1.png": png(2)},
}


@pytest.mark.parametrize(("words", "members"), BAD.items(), ids=BAD)
def test_a_zip_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path, words, members):
    (tmp_path / "in").mkdir()
    path = zipped(tmp_path / "in" / "mine.zip", members)
    with pytest.raises(InvalidInput, match=words.replace("(", r"\(")):
        prepared(tmp_path / "out", None, archive=str(path))
    assert sorted(tree(tmp_path)) == ["in/mine.zip"]


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself(tmp_path):
    bomb = zipped(tmp_path / "bomb.zip", {"a/1.png": bytes(15_000_000)}, compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 20_000
    with pytest.raises(InvalidInput, match="would unpack to 15 MB"):
        list_classes(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_left_out(tmp_path):
    members = two_classes(2) | {"photos/cup/9.png": bytes(3_000_000)}
    path = zipped(tmp_path / "mine.zip", members, compression=zipfile.ZIP_DEFLATED)
    content = path.read_bytes()
    path.write_bytes(content.replace((3_000_000).to_bytes(4, "little"), (300).to_bytes(4, "little")))
    _, result = prepared(tmp_path / "out", None, archive=str(path))
    assert result["unreadable"] == ["train_dir/cup/00002.png"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"text"])
def test_what_is_no_zip_is_told(tmp_path, content):
    (tmp_path / "mine.zip").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"mine.zip is not a ZIP file"):
        prepared(tmp_path / "out", None, archive=str(tmp_path / "mine.zip"))


def test_a_zip_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InvalidInput, match=r"archive is .*none.zip', but must be an existing ZIP file"):
        prepared(tmp_path / "out", None, archive=str(tmp_path / "none.zip"))
