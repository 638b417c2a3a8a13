"""How much memory is free here, how it is given back, and what style transfer would take of it."""

import contextlib
import ctypes
import gc
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import psutil

from engine.style_pictures import fitted, padded_shape
from engine.style_settings import StyleSettings

CGROUP = Path("/sys/fs/cgroup")
SELF = Path("/proc/self/cgroup")
V2 = ("memory.max", "memory.current", "active_file", "inactive_file", "file_mapped")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_active_file", "total_inactive_file", "total_mapped_file")
"""A group's limit and what it uses; and of that, in `memory.stat`, files that were read, and such as programs map."""

TENSORFLOW_BYTES = 400_000_000
"""What it takes to load it, with Keras."""

ONCE = {"float32": 270e6, "bfloat16": 165e6}
"""Bytes that do not depend on the size: pictures, workspaces, the network's weights once more; in float32 four times,
as Winograd's convolutions take them."""

A_PIXEL = {"float32": 2_910.0, "bfloat16": 2_260.0}
"""Bytes for each pixel of the picture: feature maps, their gradients, and what the convolutions borrow."""

MASK_A_PIXEL = 1_000.0
"""Bytes more for each pixel where a mask says what goes where: Gram matrices in float32, one region after the other."""

LBFGS_A_PIXEL = 1_900.0
"""Bytes more for each pixel where L-BFGS remembers its last steps and gradients, in float64."""

LONGEST = 4_096
"""Nobody is told of a side longer than this."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
COMPUTING = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: 16 << 20, M_TRIM_THRESHOLD: 64 << 20}
SERVING = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: 128 << 10, M_TRIM_THRESHOLD: 128 << 10}
"""glibc's numbers for its options (malloc.h), and bytes: for what computes on large blocks again and again, and for
what has many threads, each with a picture now and then. Left to itself the allocator keeps blocks as large as any that
was freed before, for each thread those that it freed: 300 MB after pictures of 384 pixels."""


def free_bytes() -> int:
    """Memory that a process may still take: of the computer, or of a limit of its container's where that is less."""
    free = int(psutil.virtual_memory().available)
    for folder, (limit, used, active, inactive, mapped) in _groups():
        try:
            kept = dict(re.findall(r"^(\w+) (\d+)$", (folder / "memory.stat").read_text(), re.MULTILINE))
            # Files that were read or written count as used, but make room when it is needed.
            files = int(kept.get(active, 0)) + int(kept.get(inactive, 0)) - int(kept.get(mapped, 0))
            free = min(free, int((folder / limit).read_text()) - int((folder / used).read_text()) + max(0, files))
        except (OSError, ValueError):
            continue
    return max(free, 0)


def _groups() -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The control groups that hold this process, from its own to the root, each with the names of its files.

    Within a container the root is the container's own; version 2 of control groups, and version 1.
    """
    try:
        lines = SELF.read_text().splitlines()
    except OSError:
        lines = []
    own = {kind: PurePosixPath(path) for _, kind, path in (line.split(":", 2) for line in lines if line.count(":") > 1)}
    for root, path, names in (
        (CGROUP, own.get("", PurePosixPath("/")), V2),
        (CGROUP / "memory", own.get("memory", PurePosixPath("/")), V1),
    ):
        for part in (path, *path.parents):
            yield root / str(part).lstrip("/"), names


def give_back() -> None:
    """Hand freed memory back to the system: C's allocator keeps the pieces of pictures of many sizes otherwise."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        # Only glibc has it.
        ctypes.CDLL(None).malloc_trim(0)


def collect_garbage_each(seconds: float) -> None:
    """Have a thread of this process let go of what nothing refers to but itself, that often."""

    def collect() -> None:
        while True:
            time.sleep(seconds)
            gc.collect()

    threading.Thread(target=collect, name="garbage", daemon=True).start()


def keep_allocator_tidy(options: Mapping[int, int]) -> None:
    """Have C's allocator use one arena for all threads to come, and give blocks of some size pages of their own.

    Those go back to the system when they are freed. options: `COMPUTING` or `SERVING`.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        # Only glibc has it.
        for option, value in options.items():
            ctypes.CDLL(None).mallopt(option, value)


def style_bytes(settings: StyleSettings, shape: tuple[int, ...], precision: str) -> float:
    """About what a run of style transfer takes beside TensorFlow itself, for a result of `shape` [height, width, …].

    Style pictures are square at most and pass the network forwards only, one after the other, which takes half.
    """
    height, width = padded_shape(shape)
    a_pixel = A_PIXEL[precision]
    if settings.mask:
        a_pixel += MASK_A_PIXEL
    if settings.optimizer == "lbfgs":
        a_pixel += LBFGS_A_PIXEL
    style = 0.5 * A_PIXEL[precision] * (max(shape[:2]) * settings.style_scale) ** 2
    return ONCE[precision] + max(a_pixel * height * width, style)


def largest_side(free: float, settings: StyleSettings, shape: tuple[int, ...], precision: str) -> int:
    """The longest side, a multiple of 16, that fits into `free` bytes for pictures of the proportions of `shape`."""
    sides = range(16, LONGEST + 1, 16)
    return max((side for side in sides if style_bytes(settings, fitted(shape, side), precision) <= free), default=0)
