"""Small CIFAR-10 archives as the official ones are built."""

import io
import tarfile

import numpy as np

BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


def small_batches(images=20):
    """Six batches of pixels uint8 [n, 3072], red, green, blue, and labels."""
    rng = np.random.default_rng(0)
    return {
        name: (rng.integers(0, 256, (images, 3072), dtype=np.uint8), (np.arange(images) % 10).astype(np.uint8))
        for name in BATCHES
    }


def pickled(rows, labels, files=()):
    """A batch of the python archive, byte for byte as protocol 2 has it; `files` are names of at most 255 letters."""
    raw = rows.tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n"
        b"(cnumpy\nndarray\n(K\x00tU\x01btR"
        b"(K\x01(" + _int(rows.shape[0]) + _int(rows.shape[1]) + b"t"
        b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89T" + len(raw).to_bytes(4, "little") + raw + b"tb"
    )
    numbers = b"".join(_int(int(label)) for label in labels)
    names = b"".join(b"U" + bytes([len(name)]) + name.encode() for name in files)
    named = b"U\x09filenames](" + names + b"e" if files else b""
    return b"\x80\x02}(U\x04data" + array + b"U\x06labels](" + numbers + b"e" + named + b"u."


def _int(value):
    return b"J" + value.to_bytes(4, "little", signed=True)


def record_bytes(rows, labels):
    """A batch of the binary archive."""
    return np.concatenate([labels[:, np.newaxis], rows], axis=1).tobytes()


def write_tar(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def python_members(batches):
    return {f"cifar-10-batches-py/{name}": pickled(*batch) for name, batch in batches.items()}


def binary_members(batches):
    return {f"cifar-10-batches-bin/{name}.bin": record_bytes(*batch) for name, batch in batches.items()}
