"""What the lab computes on."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.imports import load_module


@dataclass(frozen=True, slots=True)
class Device:
    """kind: "GPU" or "CPU"; name: as its maker calls it; cores: CPU cores this process may use."""

    kind: str
    name: str
    cores: int


def describe_device() -> Device:
    """The device TensorFlow will use, which is imported now if it was not before."""
    tf = load_module("tensorflow")
    cores = cores_here()
    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return Device("GPU", str(details.get("device_name", gpu.name)), cores)
    return Device("CPU", _cpu_name(), cores)


def cores_here() -> int:
    """CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_gpus() -> None:
    """Let TensorFlow take GPU memory as it needs it, so that other processes can use the card too."""
    tf = load_module("tensorflow")
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def has_bfloat16() -> bool:
    """Whether the device TensorFlow will use multiplies bfloat16 numbers, and not only converts them."""
    tf = load_module("tensorflow")
    for gpu in tf.config.list_physical_devices("GPU"):
        return tuple(tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))) >= (8, 0)
    return cpu_has_bfloat16()


@cache
def cpu_has_bfloat16() -> bool:
    """The same of the processor, without TensorFlow."""
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


def precision_of(wanted: str, is_fast: Callable[[], bool] = has_bfloat16) -> str:
    """float32 or bfloat16 for one of `rules.PRECISIONS`: for "auto" bfloat16 where the device `is_fast` with it."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if is_fast() else "float32"


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
