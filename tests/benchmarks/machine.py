"""What the comparisons ran on, and the most that it computes: a large matrix product and a large convolution."""

import importlib.metadata
import importlib.util
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from engine.device import describe_device
from tests.benchmarks.comparison import Comparison, in_turn

FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16")
PACKAGES = ("tensorflow", "keras", "numpy", "streamlit", "distributed", "torch")
TITLE = "The machine's ceiling"
SIDE = 2048
"""Of the square matrices."""
PICTURES, PIXELS, CHANNELS = 8, 56, 256
"""A 3×3 convolution of many pictures, from as many channels to as many: one of VGG's larger ones."""


def machine() -> dict[str, str]:
    """What it is, in the words of its table."""
    device = describe_device()
    flags = set(_told("/proc/cpuinfo", "flags").split())
    memory_kb = _told("/proc/meminfo", "MemTotal").split()
    return {
        "processor": _told("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "flags": " ".join(flag for flag in FLAGS if flag in flags),
        "cores": str(device.cores),
        "memory": f"{int(memory_kb[0]) / 1024**2:.0f} GiB" if memory_kb else "",
        "GPU": device.name if device.kind == "GPU" else "none",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES if _here(name)),
        "left out": "" if _here("torch") else "PyTorch's sides: it is not installed",
    }


def ceilings(repeats: int, quick: bool = False) -> Comparison:
    """GFLOP/s of each kind and precision, in turn. The first of each, which compiles its kernel, is not counted."""
    kinds = {"matrix product": _products, "convolution": _convolutions}
    sides = {
        f"{kind}, {precision}": build(precision, 1 if quick else 10)
        for precision in ("float32", "bfloat16")
        for kind, build in kinds.items()
    }
    for measure in sides.values():
        measure()
    note = f"{SIDE}×{SIDE} matrices; 3×3 on {PICTURES}×{PIXELS}×{PIXELS}×{CHANNELS}"
    return in_turn(TITLE, "GFLOP/s", sides, repeats, note=note)


def _products(precision: str, times: int) -> Callable[[], float]:
    import tensorflow as tf

    a = tf.cast(tf.random.stateless_normal([SIDE, SIDE], (1, 2)), precision)
    return _timed(lambda x: tf.matmul(x, a), a, 2 * SIDE**3, times)


def _convolutions(precision: str, times: int) -> Callable[[], float]:
    import tensorflow as tf

    shape = [PICTURES, PIXELS, PIXELS, CHANNELS]
    x = tf.cast(tf.random.stateless_normal(shape, (1, 2)), precision)
    kernel = tf.cast(tf.random.stateless_normal([3, 3, CHANNELS, CHANNELS], (3, 4)), precision)
    operations = 2 * 9 * CHANNELS**2 * PICTURES * PIXELS**2
    return _timed(lambda x: tf.nn.conv2d(x, kernel, 1, "SAME"), x, operations, times)


def _timed(operation, x, operations: int, times: int) -> Callable[[], float]:
    """GFLOP/s of `times` calls of `operation` on `x`, which takes so many operations."""
    import tensorflow as tf

    function = tf.function(operation).get_concrete_function(tf.TensorSpec(x.shape, x.dtype))

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(times):
            result = function(x)
        # The last number is there only when all is done, also on a GPU.
        float(tf.cast(tf.reshape(result, [-1])[0], tf.float32))
        return times * operations / 1e9 / (time.perf_counter() - began)

    return measure


def _here(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _told(file: str, name: str) -> str:
    """What a file of Linux's says of `name`, or nothing."""
    lines = Path(file).read_text().splitlines() if os.path.exists(file) else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
