"""Small MNIST files as the official ones are built."""

import gzip
import struct

import numpy as np

IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def small_arrays(train=60, test=20):
    rng = np.random.default_rng(0)
    return (
        rng.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        (np.arange(train) % 10).astype(np.uint8),
        rng.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        (np.arange(test) % 10).astype(np.uint8),
    )


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_idx(folder, arrays, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(IDX_FILES, arrays, strict=True):
        raw = idx_bytes(array)
        (folder / (name if packed else name.removesuffix(".gz"))).write_bytes(gzip.compress(raw) if packed else raw)


def write_npz(folder, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "mnist.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
