"""What is to be written where: the pictures of a source as paths in the folders of the chapter, or in three."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.images import Pixels
from engine.sources.cifar10 import Pictures

TRAIN, VALIDATION, TEST = "train_dir", "validation_dir", "test_dir"
LABELS = "cifar10_labels.txt"


@dataclass(frozen=True, slots=True)
class Plan:
    """Pictures on their way to files.

    classes: in the order of the labels; paths: one a picture, as `train_dir/cat/cat_s_000001.png`; read: the picture at
    a place in `paths`, or None where its bytes are no picture; source: which pictures these are, in one line;
    labels_file: name of the file with the classes, one a line; describe: what the pictures are, in a few words; real:
    whether they are what was asked for, and not what stands in for it; remark: a sentence, or empty.
    """

    classes: tuple[str, ...]
    paths: tuple[str, ...]
    read: Callable[[int], Pixels | None]
    source: str
    labels_file: str
    describe: str
    real: bool
    remark: str = ""


def plan_pictures(pictures: Pictures, split: str) -> Plan:
    """CIFAR-10 or Photo-10: "chapter" makes the test pictures the validation folder, "honest" three folders."""
    parts = [TRAIN] * len(pictures.train_labels)
    for place in last_tenth(pictures.train_labels) if split == "honest" else ():
        parts[place] = VALIDATION
    parts += [TEST if split == "honest" else VALIDATION] * len(pictures.test_labels)
    labels = np.concatenate([pictures.train_labels, pictures.test_labels])
    names = pictures.files or _numbered(pictures)
    paths = tuple(
        f"{part}/{pictures.names[label]}/{name}" for part, label, name in zip(parts, labels, names, strict=True)
    )
    count = len(pictures.train_labels)

    def read(place: int) -> Pixels:
        return pictures.train_images[place] if place < count else pictures.test_images[place - count]

    digest = hashlib.sha256(pictures.train_images[::97].tobytes() + pictures.test_images[::97].tobytes()).hexdigest()
    source = f"{pictures.found.source.title if pictures.found.real else 'Photo-10'}, {split} split, {digest[:16]}"
    remark = (
        ""
        if pictures.files or not pictures.found.real
        else ("The binary archive keeps no names of files, so they are numbered.")
    )
    describe = pictures.found.describe
    return Plan(pictures.names, paths, read, source, LABELS, describe, pictures.found.real, remark)


def last_tenth(labels: NDArray[np.int32]) -> list[int]:
    """Places of the last tenth of each class, at least one of each."""
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return [int(place) for of_class in places for place in of_class[-max(1, len(of_class) // 10) :]]


def class_folder(name: str) -> str:
    """A name as that of a folder, on any system."""
    return re.sub(r"[^\w\- ]", "_", name).strip()[:60] or "_"


def _numbered(pictures: Pictures) -> Sequence[str]:
    splits = (("train", pictures.train_labels), ("test", pictures.test_labels))
    return [
        f"{pictures.names[label]}_{part}_{place:05}.png"
        for part, labels in splits
        for place, label in enumerate(labels)
    ]
