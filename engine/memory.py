"""How much memory is free here, and what style transfer would take of it."""

import contextlib
import ctypes
import gc
from pathlib import Path

import psutil

from engine.errors import InvalidSettings

CGROUP = Path("/sys/fs/cgroup")

ONCE = 60e6
"""Bytes that do not depend on the size: pictures, workspaces, the network's weights once more."""

A_PIXEL = {"float32": 3_400.0, "bfloat16": 2_600.0}
"""Bytes for each pixel of the picture: feature maps, their gradients, and what the convolutions borrow."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
MALLOC_OPTIONS = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: 16 << 20, M_TRIM_THRESHOLD: 64 << 20}
"""glibc's numbers for its options (malloc.h), and bytes."""


def free_bytes() -> int:
    """Memory that a process may still take: of the computer, or of the container's limit where that is less."""
    free = int(psutil.virtual_memory().available)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            free = min(free, int((CGROUP / limit).read_text()) - int((CGROUP / used).read_text()))
        except (OSError, ValueError):
            continue
    return max(free, 0)


def give_back() -> None:
    """Hand freed memory back to the system: C's allocator keeps the pieces of pictures of many sizes otherwise."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        # Only glibc has it.
        ctypes.CDLL(None).malloc_trim(0)


def keep_allocator_tidy() -> None:
    """Have C's allocator use one arena and give large blocks their own pages, for all threads of this process.

    Otherwise each thread keeps what it freed for itself, which was 300 MB after pictures of 384 pixels.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        # Only glibc has it.
        for option, value in MALLOC_OPTIONS.items():
            ctypes.CDLL(None).mallopt(option, value)


def style_bytes(shape: tuple[int, ...], style_scale: float, precision: str) -> float:
    """About what a run of style transfer takes beside TensorFlow itself, for a result of `shape` [height, width, …].

    Style pictures are square at most and pass the network forwards only, which takes half.
    """
    pixels = max(shape[0] * shape[1], 0.5 * (max(shape[:2]) * style_scale) ** 2)
    return ONCE + A_PIXEL[precision] * pixels


def largest_side(free: float, shape: tuple[int, ...], style_scale: float, precision: str) -> int:
    """The longest side, a multiple of 16, that fits into `free` bytes for pictures of the proportions of `shape`."""
    longest = max(shape[:2])
    a_square = (style_bytes(shape, style_scale, precision) - ONCE) / longest**2
    return int((max(0.0, free - ONCE) / a_square) ** 0.5) // 16 * 16


def check_fits(max_size: int, shape: tuple[int, ...], style_scale: float, precision: str) -> None:
    """Raise `InvalidSettings`, with the size that fits, where a result of `shape` needs more memory than is free."""
    needed, free = style_bytes(shape, style_scale, precision), free_bytes()
    if needed > free:
        fits = largest_side(free, shape, style_scale, precision)
        raise InvalidSettings(
            f"max_size is {max_size}, for which {needed / 1e9:.1f} GB of memory are needed and {free / 1e9:.1f} GB are "
            f"free; {f'at most {fits} fits' if fits >= 64 else 'nothing fits'}."
        )
