"""The most memory that a run takes beside TensorFlow, and what the lab expects: `python -m tests.benchmarks.memory`.

Each run is made in a process of its own, set up as a worker is: `--only WORD` for those whose name has the word,
`--data DIR` for real data.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import dask
import distributed  # noqa: F401  It knows what a nanny sets.

ROOT = Path(__file__).parents[2]

SCRIPT = """
import io, json, re, sys, threading, psutil
import numpy as np
from PIL import Image
from engine.imports import load_module
from engine.experiments import start
from engine.settings import EXPERIMENTS
from engine.dream_settings import ChannelSettings

def status(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024

def picture(width, height):
    buffer = io.BytesIO()
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    Image.fromarray(small).resize((width, height)).save(buffer, "PNG")
    return buffer.getvalue()

name, values = sys.argv[1], json.loads(sys.argv[2])
for field in ("image", "style", "guide"):
    if field in values:
        values[field] = picture(*values[field])
if name == "channels":
    values["channels"] = tuple(values["channels"])
settings = {**EXPERIMENTS, "channels": ChannelSettings}[name](**values)
load_module("tensorflow"), load_module("keras"), load_module("engine.experiments.mnist")
before = status("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
for event in start(settings):
    pass
print(json.dumps({"before": before, "peak": status("VmHWM") - before}))
"""

WIDE = (1536, 1024)
QUICK = {"iterations": 1, "octaves": 1, "jitter": 32}
TUNED = {"head_steps": 4, "tune_steps": 4, "test_images": 500}
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "MNIST, the chapter": ("mnist", {"steps": 20, "eval_every": 10}),
    "MNIST, batches of 1,000": ("mnist", {"steps": 6, "batch_size": 1_000, "eval_every": 3}),
    "MNIST, the widest": ("mnist", {"steps": 6, "conv1_features": 128, "conv2_features": 256, "dense_size": 1_024}),
    "MNIST, the widest, batches of 1,000": (
        "mnist",
        {"steps": 4, "batch_size": 1_000, "conv1_features": 128, "conv2_features": 256, "dense_size": 1_024},
    ),
    "MNIST, the widest, no pooling": (
        "mnist",
        {"steps": 3, "conv1_features": 128, "conv2_features": 256, "dense_size": 256, "pool1": 1, "pool2": 1},
    ),
    "CIFAR-10, the chapter": ("cifar", {"steps": 12, "eval_every": 6}),
    "CIFAR-10, float32": ("cifar", {"steps": 12, "eval_every": 6, "precision": "float32"}),
    "CIFAR-10, batch norm, batches of 1,000": (
        "cifar",
        {"steps": 4, "eval_every": 2, "batch_size": 1_000, "batch_norm": True, "optimizer": "momentum"},
    ),
    "CIFAR-10, batches of 1,000, float32": (
        "cifar",
        {"steps": 4, "eval_every": 2, "batch_size": 1_000, "precision": "float32"},
    ),
    "CIFAR-10, the widest, batches of 500": ("cifar", {"steps": 4, "eval_every": 2, "batch_size": 500, "width": 128}),
    "CIFAR-10, the widest, adam": ("cifar", {"steps": 4, "eval_every": 2, "width": 128, "optimizer": "adam"}),
    "fine-tuning, quick": ("fine_tuning", {**TUNED, "per_class": 100, "size": 96}),
    "fine-tuning, the defaults": ("fine_tuning", {**TUNED, "per_class": 100}),
    "fine-tuning, 400 a class": ("fine_tuning", {**TUNED, "per_class": 400}),
    "fine-tuning, 1,000 a class of 96 pixels": ("fine_tuning", {**TUNED, "per_class": 1_000, "size": 96}),
    "fine-tuning, 12 blocks": ("fine_tuning", {**TUNED, "per_class": 50, "blocks": 12}),
    "fine-tuning, 15 blocks": ("fine_tuning", {**TUNED, "per_class": 20, "blocks": 15, "batch_size": 16}),
    "fine-tuning, batches of 256": ("fine_tuning", {**TUNED, "per_class": 50, "batch_size": 256}),
    "fine-tuning, the head": ("fine_tuning", {**TUNED, "per_class": 100, "method": "head"}),
    "fine-tuning, from scratch": ("fine_tuning", {**TUNED, "per_class": 400, "method": "scratch"}),
    "DeepDream, 512 pixels": ("deep_dream", {**QUICK, "image": WIDE}),
    "DeepDream, 512 pixels, float32": ("deep_dream", {**QUICK, "image": WIDE, "precision": "float32"}),
    "DeepDream, 512 pixels, early layer": ("deep_dream", {**QUICK, "image": WIDE, "layer": "block1_expand"}),
    "DeepDream, 512 pixels, last layer": (
        "deep_dream",
        {**QUICK, "image": WIDE, "objective": "layer", "layer": "block15", "precision": "float32"},
    ),
    "DeepDream, 1,536 pixels": ("deep_dream", {**QUICK, "image": WIDE, "max_size": 1_536}),
    "DeepDream, 1,536 pixels, tiles of 768": (
        "deep_dream",
        {**QUICK, "image": WIDE, "max_size": 1_536, "tile_size": 768, "precision": "float32"},
    ),
    "DeepDream, 30 frames of zoom": (
        "deep_dream",
        {**QUICK, "image": WIDE, "max_size": 1_024, "zoom_frames": 30, "zoom_iterations": 1},
    ),
    "channel pictures": (
        "channels",
        {"network": "efficientnet_lite0", "layer": "block9_expand", "channels": [*range(24)]},
    ),
    "style transfer, 384 pixels": ("style_transfer", {"image": WIDE, "style": WIDE, "steps": 3}),
    "style transfer, 640 pixels, float32": (
        "style_transfer",
        {"image": WIDE, "style": WIDE, "steps": 3, "max_size": 640, "precision": "float32"},
    ),
    "prepare, Photo-10": ("prepare", {"folder": "/tmp/faults/prepared"}),
}


def measured(name: str, values: dict[str, object]) -> int:
    """Bytes."""
    as_in_a_worker = {str(k): str(v) for k, v in dask.config.get("distributed.nanny.pre-spawn-environ").items()}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, json.dumps(values)],
        cwd=ROOT,
        env={**os.environ, **as_in_a_worker, "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(done.stderr[-800:])
        return -1
    return json.loads(done.stdout.splitlines()[-1])["peak"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for title, (name, values) in CASES.items():
        if options.only in title:
            print(f"{title:<44}{measured(name, values) / 1e6:>8,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
