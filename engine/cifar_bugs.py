"""Mistakes of the chapter's CIFAR-10 program beside their mends, run on a small network. Called on a worker.

`train_three` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.events import Progress
from engine.imports import load_module
from engine.settings import CifarSettings
from engine.sources.cifar10 import load_pictures

BATCH = 128
"""Test pictures in one of the chapter's evaluations."""

STEPS = 240
SMALL = CifarSettings(
    steps=STEPS, batch_size=64, width=12, learning_rate=0.1, crop="random", batch_norm=True, eval_every=40
)
SCHEDULES: Mapping[str, CifarSettings] = {
    "as coded: never decays": SMALL,
    # 250 of 20,000 steps are three of 240.
    "counted: decays to nothing": replace(SMALL, schedule="staircase", decay_factor=0.1, decay_steps=3),
    "mended: one cycle": replace(SMALL, schedule="one-cycle"),
}


@dataclass(frozen=True, slots=True)
class Trained:
    """Three small networks, alike but for the schedule; the last one is the mended one.

    losses: training loss at `steps`, by schedule. clean, distorted: whether each test picture is named right by the
    mended network, bool [n], as it is and as the chapter's test pipeline distorts it. data: which pictures they are.
    """

    steps: list[int]
    losses: Mapping[str, list[float]]
    clean: NDArray[np.bool_]
    distorted: NDArray[np.bool_]
    data: str


def train_three(steps: int = STEPS) -> Trained:
    """Train the three, some seconds each, and test the mended one twice."""
    pictures = load_pictures()
    short = load_module("engine.experiments.short_training")
    curves, model = {}, None
    for name, settings in SCHEDULES.items():
        model, events = short.train(replace(settings, steps=steps), pictures)
        curves[name] = [(p.step, p.metrics["train_loss"]) for p in events if isinstance(p, Progress)]
    clean, distorted = short.answers_both_ways(model, pictures, CifarSettings())
    points = [step for step, _ in curves["mended: one cycle"]]
    losses = {name: [loss for _, loss in curve] for name, curve in curves.items()}
    return Trained(points, losses, clean, distorted, pictures.found.describe)


def batch_accuracies(correct: NDArray[np.bool_], times: int, seed: int) -> NDArray[np.float64]:
    """The chapter's evaluation `times` over: each the share of right answers in a batch of 128 drawn at random."""
    rng = np.random.default_rng(seed)
    return correct[rng.integers(0, len(correct), (times, BATCH))].mean(axis=1)
