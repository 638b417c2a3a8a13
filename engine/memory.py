"""How much memory is free here, and what style transfer would take of it."""

from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")

ONCE = 60e6
"""Bytes that do not depend on the size: pictures, workspaces, the network's weights once more."""

A_PIXEL = {"float32": 3_400.0, "bfloat16": 2_600.0}
"""Bytes for each pixel of the picture: feature maps, their gradients, and what the convolutions borrow."""


def free_bytes() -> int:
    """Memory that a process may still take: of the computer, or of the container's limit where that is less."""
    free = int(psutil.virtual_memory().available)
    for limit, used in (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")):
        try:
            free = min(free, int((CGROUP / limit).read_text()) - int((CGROUP / used).read_text()))
        except (OSError, ValueError):
            continue
    return max(free, 0)


def style_bytes(pixels: float, precision: str) -> float:
    """About what a run of style transfer takes beside TensorFlow itself, for pictures of so many pixels."""
    return ONCE + A_PIXEL[precision] * pixels


def largest_side(free: float, ratio: float, precision: str) -> int:
    """The longest side that fits into `free` bytes, for pictures whose short side is `ratio` of the long one."""
    pixels = max(0.0, free - ONCE) / A_PIXEL[precision]
    return int((pixels / ratio) ** 0.5) // 16 * 16
