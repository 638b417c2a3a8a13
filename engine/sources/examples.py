"""Pictures to fine-tune with: a few of each class to learn from, others to look at on the way, and others for the end.

They come from CIFAR-10 or Photo-10, or from a folder that `prepare` made, which may hold pictures of any size.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.images import read_image, size_of, squared
from engine.paths import user_path
from engine.sources.catalog import CIFAR10
from engine.sources.cifar10 import load_pictures
from engine.sources.locate import locate

VALIDATION = 50
"""Pictures of each class to look at on the way, at most."""

Files = dict[str, list[Path]]
"""Those of each class, by its name."""

SMALL = 32
"""Pixels of each side of CIFAR-10's pictures."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Images are uint8 [n, side, side, 3]; labels are int32 [n], places in `names`."""

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int32]
    validation_images: NDArray[np.uint8]
    validation_labels: NDArray[np.int32]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int32]
    names: tuple[str, ...]
    describe: str
    real: bool
    remark: str = ""


def load_chosen(folder: str, size: int, per_class: int, test_images: int, seed: int, data: Path | None) -> Examples:
    """Of the prepared `folder`, or where it is empty of CIFAR-10 or Photo-10. Raises what the two below raise."""
    if folder:
        return load_folder(user_path("folder", folder), size, per_class, test_images, seed)
    return load_examples(data, per_class, test_images, seed)


def class_sizes(folder: str, data: Path | None) -> tuple[int, ...]:
    """About how many training pictures there are of each class, without reading them; none where there is no folder."""
    if not folder:
        return (5_000 if locate(CIFAR10, data).real else 500,) * 10
    return tuple(sum(1 for _ in path.glob("*.png")) for path in _class_folders(user_path("folder", folder)))


def are_small(folder: str) -> bool:
    """Whether pictures have 32×32 pixels: CIFAR-10's have, and those of a folder if the first of each class has."""
    return not folder or _all_small(
        islice(path.glob("*.png"), 1) for path in _class_folders(user_path("folder", folder))
    )


def load_examples(data: Path | None, per_class: int, test_images: int, seed: int) -> Examples:
    """Of CIFAR-10 or Photo-10: training pictures drawn with `seed`, the same ones first whatever their number."""
    pictures = load_pictures(data)
    train, validation = [], []
    rng = np.random.default_rng(seed)
    for label in range(len(pictures.names)):
        places = np.flatnonzero(pictures.train_labels == label)
        apart = max(1, len(places) // 10)
        validation.append(places[-apart:][:VALIDATION])
        train.append(rng.permutation(places[:-apart])[:per_class])
    chosen, seen = np.concatenate(train), np.concatenate(validation)
    tested, tested_labels = load_test(data, test_images)
    return Examples(
        pictures.train_images[chosen],
        pictures.train_labels[chosen],
        pictures.train_images[seen],
        pictures.train_labels[seen],
        tested,
        tested_labels,
        pictures.names,
        pictures.found.describe,
        pictures.found.real,
        pictures.found.remark,
    )


def load_test(data: Path | None, test_images: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The test pictures of `load_examples` alone, uint8 [n, 32, 32, 3], and their labels int32 [n]."""
    pictures = load_pictures(data)
    places = np.sort(np.random.default_rng(0).permutation(len(pictures.test_labels))[:test_images])
    return pictures.test_images[places], pictures.test_labels[places]


def load_folder(folder: Path, size: int, per_class: int, test_images: int, seed: int) -> Examples:
    """Of a prepared folder: small pictures as they are, larger ones as squares of `size` pixels.

    Looked at on the way are those of `validation_dir`, which without a `test_dir` beside it is the test instead; of a
    class without, the last tenth of its training pictures, from which nothing is learnt then. Files that are no
    pictures are left out. Raises `InvalidInput` where there are no two classes with pictures, or none that can be read
    to look at or to test with.
    """
    names = _classes(folder)
    train, validation, test = _splits(folder, names)
    rng = np.random.default_rng(seed)
    learnt, seen = dict[str, list[Path]](), dict[str, list[Path]]()
    for name, files in train.items():
        # A class of one picture has none to spare.
        rest = files if validation[name] else files[: -_apart(files)] or files
        learnt[name] = [rest[k] for k in rng.permutation(len(rest))][:per_class]
        seen[name] = _seen(files, validation[name])
    tested = _tested(train, validation, test, test_images)
    read = read_pictures((learnt, seen, tested), size)
    (images, labels, _), (seen_images, seen_labels, _), (final, final_labels, _) = read
    if len(np.unique(labels)) < len(names):
        raise InvalidInput(f"{folder} has a class without a picture that can be read.")
    for chosen, known in ((seen, seen_labels), (tested, final_labels)):
        if not len(known):
            where = next(path for paths in chosen.values() for path in paths).parents[1]
            raise InvalidInput(f"{where} has no picture that can be read; replace those in it or remove it.")
    bad = set[Path]().union(*(unread for _, _, unread in read))
    remarks = [f"{len(bad)} files are no pictures and were left out."] if bad else []
    if any(not test[name] for name in names):
        remarks.append("Some classes have no pictures for the test, so those looked at on the way stand in.")
    if any(set(learnt[name]) & set(seen[name]) for name in names):
        remarks.append("Some classes have a single picture, so what is learnt from is looked at on the way as well.")
    describe = f"{len(names)} classes from {folder.name}"
    remark = " ".join(remarks)
    return Examples(
        images, labels, seen_images, seen_labels, final, final_labels, names, describe, real=True, remark=remark
    )


def tested_files(folder: Path, test_images: int) -> Files:
    """The files by class that `load_folder` tests with. Raises `InvalidInput` where it is no prepared folder."""
    return _tested(*_splits(folder, _classes(folder)), test_images)


def read_pictures(sets: Sequence[Files], size: int) -> list[tuple[NDArray[np.uint8], NDArray[np.int32], list[Path]]]:
    """Of each set images uint8 [n, side, side, 3], labels int32 [n], and the files that are no pictures.

    All are brought to `size` pixels unless they all have 32×32.
    """
    side = SMALL if _all_small(chain.from_iterable(files.values()) for files in sets) else size
    return [_read(files, side) for files in sets]


def _splits(folder: Path, names: Sequence[str]) -> tuple[Files, Files, Files]:
    """Files to learn from, to look at on the way and to test with; a validation without a test is the test."""
    train, validation, test = (
        dict(_files(folder / part, names)) for part in ("train_dir", "validation_dir", "test_dir")
    )
    return (train, validation, test) if any(test.values()) else (train, test, validation)


def _apart(files: Sequence[Path]) -> int:
    """How many of a class's training pictures, its last ones, are looked at on the way where nothing else is."""
    return max(1, len(files) // 10)


def _seen(files: list[Path], validation: list[Path]) -> list[Path]:
    return (validation or files[-_apart(files) :])[:VALIDATION]


def _tested(train: Files, validation: Files, test: Files, test_images: int) -> Files:
    share = max(1, test_images // len(train))
    return {name: test[name][:share] or _seen(files, validation[name]) for name, files in train.items()}


def _classes(folder: Path) -> tuple[str, ...]:
    names = tuple(path.name for path in _class_folders(folder))
    if len(names) < 2:
        raise InvalidInput(f"folder is {str(folder)!r}, but must hold train_dir with two folders of pictures or more.")
    train = folder / "train_dir"
    if empty := [name for name, files in _files(train, names) if not files]:
        raise InvalidInput(f"The class {empty[0]!r} in {train} has no pictures.")
    return names


def _class_folders(folder: Path) -> list[Path]:
    """Where the training pictures of each class lie, none where there is no such folder."""
    train = folder / "train_dir"
    return sorted(path for path in train.iterdir() if path.is_dir()) if train.is_dir() else []


def _files(folder: Path, names: Sequence[str]) -> list[tuple[str, list[Path]]]:
    return [(name, sorted(p for p in (folder / name).glob("*") if p.suffix == ".png")) for name in names]


def _all_small(sets: Iterable[Iterable[Path]]) -> bool:
    """Whether every picture has 32×32 pixels; files that are none do not count."""
    for path in chain.from_iterable(sets):
        with contextlib.suppress(OSError, InvalidInput):
            if size_of(path.read_bytes()) != (SMALL, SMALL):
                return False
    return True


def _read(files: Files, side: int) -> tuple[NDArray[np.uint8], NDArray[np.int32], list[Path]]:
    """Images uint8 [n, side, side, 3], labels, and the files that are no pictures."""
    paths = [(label, path) for label, found in enumerate(files.values()) for path in found]
    # Each at once into its place: a list of them beside the array would be all of them twice.
    images, labels, bad = np.empty((len(paths), side, side, 3), np.uint8), list[int](), list[Path]()
    for label, path in paths:
        try:
            image = read_image(path.read_bytes())
        except (OSError, InvalidInput):
            bad.append(path)
            continue
        images[len(labels)] = image if image.shape[:2] == (side, side) else squared(image, side)
        labels.append(label)
    return images[: len(labels)], np.array(labels, np.int32), bad
