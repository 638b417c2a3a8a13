"""What the frozen part of a network makes of pictures, computed once: it never changes, so it is kept on disk."""

import contextlib
import hashlib
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.events import Beat
from engine.experiments.training import Pace, Steering
from engine.models.fine_tuned import enlarged
from engine.sources.locate import cache_folder
from engine.whole_files import whole_file

LIMIT_BYTES = 500_000_000
"""Of all that is kept; what was made first goes first."""


def cached_maps(lower: keras.Model, name: str, images: NDArray[np.uint8], size: int) -> Steering[NDArray[np.float16]]:
    """`lower` of each image, brought to `size` pixels: float16 [n, height, width, maps].

    They are kept by the pictures, what `lower` has learnt, and `name`, the layer that it ends in. What is returned lies
    in the file, whose memory the system takes back when it needs it. Where the disk cannot be written nothing is kept,
    and nothing is lost.
    """
    path = _folder() / f"{_key(lower, name, images, size)}.npy"
    if (kept := _kept(path)) is not None:
        return kept
    maps = yield from _computed(lower, images, size)
    _keep(path, maps)
    return maps if (kept := _kept(path)) is None else kept


def _kept(path: Path) -> NDArray[np.float16] | None:
    """Those in the file, where TensorFlow can use them without a copy; None where there are none that are whole."""
    try:
        # Writable, as TensorFlow asks, but for this process only.
        maps: NDArray[np.float16] = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return maps


def _computed(lower: keras.Model, images: NDArray[np.uint8], size: int) -> Steering[NDArray[np.float16]]:
    signature = [tf.TensorSpec([None, *images.shape[1:]], tf.uint8)]

    @tf.function(input_signature=signature)
    def maps_of(batch: tf.Tensor) -> tf.Tensor:
        return tf.cast(lower(enlarged(batch, size), training=False), tf.float16)

    concrete = maps_of.get_concrete_function()
    maps = np.empty((len(images), *concrete.structured_outputs.shape[1:]), np.float16)
    pace, done = Pace(first=8, most=64), 0
    while done < len(images):
        started = time.perf_counter()
        batch = images[done : done + pace.count]
        maps[done : done + len(batch)] = concrete(tf.constant(batch)).numpy()
        pace.timed(len(batch), started)
        done += len(batch)
        yield Beat()
    return maps


def _folder() -> Path:
    return cache_folder() / "features"


def _key(lower: keras.Model, name: str, images: NDArray[np.uint8], size: int) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(images).data)
    # Other weights may be put in the place of those that were here.
    for weights in lower.get_weights():
        digest.update(np.ascontiguousarray(weights).data)
    digest.update(f"{name} {size} {images.shape}".encode())
    return digest.hexdigest()[:32]


def _keep(path: Path, maps: NDArray[np.float16]) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.save(file, maps, allow_pickle=False)
        _make_room(path.parent)


def _make_room(folder: Path) -> None:
    # With what a worker that was killed was writing.
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in files)
    for path in files:
        if total <= LIMIT_BYTES:
            return
        total -= path.stat().st_size
        path.unlink(missing_ok=True)
