"""The most memory that a run takes beside TensorFlow, and what the lab expects: `python -m tests.benchmarks.memory`.

Each run is made in a process of its own, set up as a worker is: `--only WORD` for those whose name has the word,
`--data DIR` for real data.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import dask
import distributed  # noqa: F401  It knows what a nanny sets.

ROOT = Path(__file__).parents[2]

SCRIPT = """
import io, json, re, sys, tempfile, threading, psutil
from pathlib import Path
import numpy as np
from PIL import Image
from engine.imports import load_module
from engine.experiments import start
from engine.needs import fit
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
for field in ("image", "style", "style_2", "style_3", "mask", "guide"):
    if field in values:
        values[field] = picture(*values[field])
if "folder" in values and name == "fine_tuning":
    count, side = values["folder"]
    made = tempfile.TemporaryDirectory()
    values["folder"] = made.name
    for part, some in (("train_dir", count), ("test_dir", count // 5)):
        for each in "ab":
            folder = Path(values["folder"], part, each)
            folder.mkdir(parents=True)
            for number in range(some):
                (folder / f"{number:05}.png").write_bytes(picture(side, side))
if name == "channels":
    values["channels"] = tuple(values["channels"])
settings = {**EXPERIMENTS, "channels": ChannelSettings}[name](**values)
load_module("tensorflow"), load_module("keras"), load_module("engine.experiments.mnist")
before = status("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
for event in start(settings):
    pass
print(json.dumps({"peak": status("VmHWM") - before, "told": fit(settings, 1e15).needed}))
"""

WIDE = (1536, 1024)
QUICK = {"iterations": 1, "octaves": 1, "jitter": 32}
STYLED = {"image": WIDE, "style": WIDE, "steps": 3}
THREE = {**STYLED, "style_2": WIDE, "style_3": (1024, 1024)}
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
    "fine-tuning, 2 × 1,000 pictures of 224 pixels": (
        "fine_tuning",
        {**TUNED, "folder": (1_000, 224), "per_class": 1_000, "size": 224, "blocks": 2},
    ),
    "fine-tuning, the head, 2 × 1,000 pictures of 224 pixels": (
        "fine_tuning",
        {**TUNED, "folder": (1_000, 224), "per_class": 1_000, "size": 224, "method": "head", "flip": False},
    ),
    "fine-tuning, from scratch, 2 × 1,000 pictures of 224 pixels": (
        "fine_tuning",
        {**TUNED, "folder": (1_000, 224), "per_class": 1_000, "size": 224, "method": "scratch"},
    ),
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
    "style transfer, 384 pixels": ("style_transfer", STYLED),
    "style transfer, 640 pixels, float32": ("style_transfer", {**STYLED, "max_size": 640, "precision": "float32"}),
    "style transfer, 640 pixels": ("style_transfer", {**STYLED, "max_size": 640}),
    "style transfer, three styles": ("style_transfer", THREE),
    "style transfer, three styles twice as large": ("style_transfer", {**THREE, "style_scale": 2.0}),
    "style transfer, three styles twice as large, float32": (
        "style_transfer",
        {**THREE, "style_scale": 2.0, "precision": "float32"},
    ),
    "style transfer, a mask": ("style_transfer", {**STYLED, "mask": WIDE}),
    "style transfer, three styles and a mask": ("style_transfer", {**THREE, "mask": WIDE}),
    "style transfer, three styles and a mask, 640 pixels": ("style_transfer", {**THREE, "mask": WIDE, "max_size": 640}),
    "style transfer, three styles and a mask, float32": (
        "style_transfer",
        {**THREE, "mask": WIDE, "max_size": 512, "precision": "float32"},
    ),
    "style transfer, L-BFGS": ("style_transfer", {**STYLED, "steps": 24, "sizes": 1, "optimizer": "lbfgs"}),
    "style transfer, L-BFGS, 640 pixels": (
        "style_transfer",
        {**STYLED, "steps": 24, "sizes": 1, "optimizer": "lbfgs", "max_size": 640},
    ),
    "prepare, Photo-10": ("prepare", {"folder": "/tmp/faults/prepared"}),
}


def measured(name: str, values: dict[str, object]) -> tuple[float, float]:
    """Bytes at the most, and those that the lab tells beforehand."""
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
        return math.nan, math.nan
    last = json.loads(done.stdout.splitlines()[-1])
    return last["peak"], last["told"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for title, (name, values) in CASES.items():
        if options.only in title:
            peak, told = measured(name, values)
            print(f"{title:<60}{peak / 1e6:>8,.0f} MB, told {told / 1e6:>8,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
