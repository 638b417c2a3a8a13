"""Style transfer: seconds a step beside PyTorch, and the time to the loss that the chapter's way of optimising reaches.

PyTorch is optional: `pip install -r requirements-benchmarks.txt`. Its network has the same weights, layers and losses,
runs eagerly in float32 as neural-style does, and takes as many threads as TensorFlow.
"""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import tensorflow as tf

from engine.device import has_bfloat16
from engine.events import Mark, Progress, Snapshot
from engine.experiments.style_targets import build_targets, style_at
from engine.experiments.style_transfer import Painting, load, run
from engine.images import shrink
from engine.models import vgg
from engine.sources.photographs import load_photograph
from engine.sources.vgg import Vgg, load_vgg
from engine.style_pictures import prepare
from engine.style_settings import StyleSettings
from engine.vgg_layers import block_of, convolutions, layers, weighted_layers
from tests.benchmarks.comparison import CEILING, Comparison, Quality, Target, Work, in_turn

SIDE = 256
STEPS = 10
ADAM_RATE, ADAM_BETAS = 10.0, (0.9, 0.999)
"""The chapter's, and PyTorch's unless it is told others."""

TORCH = "PyTorch, eager, float32"
PLAIN, WINOGRAD, THIS = "the chapter's way", "the same, Winograd's convolutions", "this"
Side = Callable[[int], float]
"""Takes so many steps from the photograph, and returns the total loss of the picture before the last."""


def compare(repeats: int, quick: bool = False) -> Comparison:
    """Seconds a step at 256×256 pixels; PyTorch is the base where it is installed. All must reach the same loss."""
    sides: dict[str, Side] = {}
    if importlib.util.find_spec("torch"):
        sides[TORCH] = torch_side()
    sides["this, float32"] = our_side("float32")
    if has_bfloat16():
        sides["this, bfloat16"] = our_side("bfloat16")
    losses: dict[str, float] = {}

    def timed(name: str) -> Callable[[], float]:
        def measure() -> float:
            began = time.perf_counter()
            losses[name] = sides[name](1 if quick else STEPS)
            return 1000 * (time.perf_counter() - began) / (1 if quick else STEPS)

        return measure

    measures = {name: timed(name) for name in sides}
    for measure in measures.values():
        measure()
    result = in_turn(f"style transfer at {SIDE} px", "ms a step", measures, repeats)
    return replace(
        result,
        quality=Quality(f"total loss of step {STEPS}", losses, 0.02 * next(iter(losses.values()))),
        note="Operations are counted as in the plain way; in float32 Winograd's convolutions need fewer, so that "
        "a share above 1 is possible.",
        work=Work(gflop(), {f"this, {name}": name for name in ("float32", "bfloat16")}),
        targets=(
            Target("this, float32", TORCH, at_most=0.8),
            Target("this, bfloat16", TORCH, at_most=0.4),
            Target("this, float32", CEILING, at_least=0.65),
            Target("this, bfloat16", CEILING, at_least=0.65),
        ),
    )


def gflop() -> float:
    """What a step computes in the plain way: each convolution and each Gram matrix, and as much for its gradient."""
    total, outputs, used = 0.0, 3, {**layer_weights("content"), **layer_weights("style")}
    names = layers("vgg16")
    for name in names[: 1 + max(map(names.index, used))]:
        pixels = (SIDE >> (block_of(name) - 1)) ** 2
        if name.startswith("conv"):
            inputs, outputs = convolutions("vgg16")[name]
            total += 2 * 9 * inputs * outputs * pixels
        elif name in layer_weights("style"):
            total += 2 * outputs**2 * pixels
    return 2 * total / 1e9


def settings(**changes: object) -> StyleSettings:
    return StyleSettings(
        **{"max_size": SIDE, "sizes": 1, "pooling": "max", "padding": "zeros", "decay": False, **changes}
    )


def layer_weights(kind: str) -> dict[str, float]:
    """Each layer's share of the "content" or "style" loss, times the weight of that loss."""
    chosen = settings()
    weights = weighted_layers(getattr(chosen, f"{kind}_layers"), "vgg16", "")
    weight = getattr(chosen, f"{kind}_weight")
    return {name: weight * share / sum(weights.values()) for name, share in weights.items()}


def photo() -> np.ndarray:
    return shrink(load_photograph("Astronaut"), SIDE)[:SIDE, :SIDE]


def our_side(precision: str) -> Side:
    pictures = replace(prepare(settings()), content=photo())
    painting = Painting(settings(), pictures, load_vgg("vgg16"), precision)
    targets = build_targets(painting, (SIDE, SIDE))
    start = tf.constant(photo().astype(np.float32))
    numbers = [tf.constant(number, tf.float32) for number in (ADAM_RATE, ADAM_BETAS, (0.0, 255.0))]

    def optimise(steps: int) -> float:
        image, mean, square = start, tf.zeros_like(start), tf.zeros_like(start)
        for count in range(1, steps + 1):
            constants = [tf.constant(float(count)), *numbers]
            image, mean, square, *losses = painting.painter.adam(image, mean, square, *constants, *targets.tensors)
            loss = sum(float(part) for part in losses)
        return loss

    return optimise


def torch_side() -> Side:
    import torch

    network, content, style = TorchVgg(load_vgg("vgg16"), torch), layer_weights("content"), layer_weights("style")
    wanted, start = {*content, *style}, photo().astype(np.float32)
    photo_maps = network(torch.tensor(start), wanted)
    style_maps = network(torch.tensor(style_at(prepare(settings()).styles[0], (SIDE, SIDE), settings())), wanted)
    grams = {name: network.gram(style_maps[name]) for name in style}

    def apart(found, target):
        return ((found - target) ** 2).sum() / (target**2).sum()

    def optimise(steps: int) -> float:
        image = torch.tensor(start, requires_grad=True)
        optimizer = torch.optim.Adam([image], ADAM_RATE)
        for _ in range(steps):
            optimizer.zero_grad()
            maps = network(image, wanted)
            loss = sum(weight * apart(maps[name], photo_maps[name]) for name, weight in content.items())
            loss = loss + sum(weight * apart(network.gram(maps[name]), grams[name]) for name, weight in style.items())
            rows, columns = image[1:] - image[:-1], image[:, 1:] - image[:, :-1]
            loss = loss + settings().total_variation_weight * ((rows**2).mean() + (columns**2).mean())
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                image.clamp_(0, 255)
            last = loss.item()
        return last

    return optimise


class TorchVgg:
    """The same convolutions in PyTorch's functions."""

    def __init__(self, vgg: Vgg, torch) -> None:
        self.torch = torch
        self.mean = torch.tensor(vgg.mean)
        self.weights = {
            name: (torch.tensor(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))), torch.tensor(bias))
            for name, (kernel, bias) in vgg.convolutions.items()
        }

    def __call__(self, image, wanted):
        functional, maps, found = self.torch.nn.functional, (image - self.mean).permute(2, 0, 1)[None], {}
        last = max(layers("vgg16").index(name) for name in wanted)
        for name in layers("vgg16")[: last + 1]:
            if name.startswith("conv"):
                maps = functional.conv2d(maps, *self.weights[name], padding=1)
            else:
                maps = functional.relu(maps) if name.startswith("relu") else functional.max_pool2d(maps, 2)
            if name in wanted:
                found[name] = maps[0] if image.requires_grad else maps[0].detach()
        return found

    @staticmethod
    def gram(maps):
        flat = maps.reshape(len(maps), -1)
        return flat @ flat.T / flat.shape[1]


def compare_recipes(repeats: int, quick: bool = False) -> Comparison:
    """Seconds to the loss that the chapter's way has after 100 steps: from noise, at one size, in float32, Adam at 10.

    All minimise the same normalised loss at the same size. The chapter's way is measured with plain convolutions, as it
    has them, and with this project's. Writes its picture and ours to build/.
    """
    by_hand = {"init": "noise", "beta_1": ADAM_BETAS[0], "beta_2": ADAM_BETAS[1], "decay": False}
    shared = {"max_size": SIDE, "padding": "zeros"}
    chapter = StyleSettings(**shared, **by_hand, steps=3 if quick else 100, sizes=1, precision="float32")
    ours = StyleSettings(**shared)
    reached: dict[str, float] = {}
    pictures: dict[str, bytes] = {}

    def by_chapter(name: str, weights: Vgg) -> float:
        began = time.perf_counter()
        for event in run(chapter, lambda _network: weights):
            if isinstance(event, Progress):
                reached[name] = event.metrics["total_loss"]
                took = time.perf_counter() - began
            elif isinstance(event, Snapshot):
                pictures["chapter"] = event.picture
        return took

    def by_ours() -> float:
        """From the start to the first step of the last size whose loss is as low; then on, for the picture."""
        began, took, sizes = time.perf_counter(), 0.0, 0
        for event in run(ours, load()):
            sizes += isinstance(event, Mark)
            last = isinstance(event, Progress) and sizes == ours.sizes
            if last and not took and event.metrics["total_loss"] <= reached[PLAIN]:
                took, reached[THIS] = time.perf_counter() - began, event.metrics["total_loss"]
                if quick:
                    break
            elif isinstance(event, Snapshot):
                pictures["this"] = event.picture
        return took or float("nan")

    weights = {PLAIN: replace(load_vgg("vgg16")), WINOGRAD: load_vgg("vgg16")}
    # Each is traced before it is measured: another object of the same weights keeps its own, plain graph.
    with mock.patch.object(vgg, "FEWER_PRODUCTS", 6):
        list(run(replace(chapter, steps=1), lambda _network: weights[PLAIN]))
    for short in (replace(chapter, steps=1), replace(ours, steps=3)):
        list(run(short, load()))
    sides = {name: partial(by_chapter, name, weights[name]) for name in weights}
    result = in_turn("to the chapter's loss after 100 steps", "s", {**sides, THIS: by_ours}, repeats)
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"style_{name}.png").write_bytes(picture)
    return replace(
        result,
        quality=Quality("total loss by then", reached, 0.02 * reached[PLAIN]),
        targets=(Target(THIS, PLAIN, at_most=0.2),),
        note="The same normalised loss, weights and size. Pictures: build/style_chapter.png, build/style_this.png.",
    )
