"""Files a second of preparing CIFAR-10, against the chapter's plain loop with imageio, and against the file system.

Photo-10 stands in where the archive is not here (`CNN_LAB_DATA`). The third side writes ready-made bytes, one after
another, of the same sizes.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import imageio.v2 as imageio
import numpy as np

from engine.events import Completed
from engine.experiments import start
from engine.preparing.png import png_bytes
from engine.settings import PrepareSettings
from engine.sources.cifar10 import Pictures, load_named_pictures
from tests.benchmarks.comparison import Comparison, Target, in_turn


def compare(repeats: int, quick: bool = False) -> Comparison:
    pictures = load_named_pictures()
    images = np.concatenate([pictures.train_images, pictures.test_images])
    targets = paths(pictures)
    ready = [png_bytes(image) for image in images]
    sides = {
        "imageio.imwrite": lambda: in_new_folder(partial(chapter_loop, images, targets)),
        "CNN Lab": lambda: in_new_folder(cnn_lab),
        "ready-made bytes": lambda: in_new_folder(partial(bytes_loop, ready, targets)),
    }
    targets_of_speed = (
        Target("CNN Lab", "imageio.imwrite", at_least=2.0),
        Target("CNN Lab", "ready-made bytes", at_least=0.7),
    )
    return in_turn(f"Preparing {len(images):,} PNG files", "files/s", sides, repeats, targets=targets_of_speed)


def paths(pictures: Pictures) -> list[str]:
    """As the chapter lays them out."""
    labels = np.concatenate([pictures.train_labels, pictures.test_labels])
    splits = ["train_dir"] * len(pictures.train_labels) + ["validation_dir"] * len(pictures.test_labels)
    names = pictures.files or [f"{number:05}.png" for number in range(len(labels))]
    return [f"{split}/{pictures.names[label]}/{name}" for split, label, name in zip(splits, labels, names, strict=True)]


def in_new_folder(write: Callable[[Path], int]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        count = write(Path(folder))
        return count / (time.perf_counter() - began)


def cnn_lab(folder: Path) -> int:
    """The whole experiment, from the archive in memory to the manifest and the contact sheets."""
    *_, completed = start(PrepareSettings(folder=str(folder)))
    assert isinstance(completed, Completed)
    return int(completed.result["files"])


def chapter_loop(images: np.ndarray, targets: list[str], folder: Path) -> int:
    make_folders(folder, targets)
    for image, target in zip(images, targets, strict=True):
        imageio.imwrite(folder / target, image)
    return len(images)


def bytes_loop(contents: list[bytes], targets: list[str], folder: Path) -> int:
    make_folders(folder, targets)
    for content, target in zip(contents, targets, strict=True):
        (folder / target).write_bytes(content)
    return len(contents)


def make_folders(folder: Path, targets: list[str]) -> None:
    for part in {target.rpartition("/")[0] for target in targets}:
        (folder / part).mkdir(parents=True)
