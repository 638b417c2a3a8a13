"""Style transfer: seconds a step beside PyTorch, and the time to the loss that the chapter's way of optimising reaches.

PyTorch is optional: `pip install -r requirements-benchmarks.txt`. Its network has the same weights, layers and losses,
runs eagerly in float32 as neural-style does, and takes as many threads as TensorFlow.
"""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from engine.device import has_bfloat16
from engine.events import Mark, Progress, Snapshot
from engine.experiments.style_transfer import Painting, build_targets, load, run
from engine.images import shrink
from engine.sources.photographs import load_photograph
from engine.sources.vgg import Vgg, load_vgg
from engine.style_pictures import prepare
from engine.style_settings import StyleSettings
from engine.vgg_layers import layers, weighted_layers
from tests.benchmarks.comparison import Comparison, in_turn

SIDE = 256
STEPS = 10
ADAM = (1.0, 10.0, 0.0, 255.0)


def compare(repeats: int, quick: bool = False) -> Comparison:
    """Seconds a step at 256×256 pixels; PyTorch is the base where it is installed."""
    sides: dict[str, Callable[[], float]] = {}
    if importlib.util.find_spec("torch"):
        sides["PyTorch, eager, float32"] = torch_step()
    sides["this, float32"] = step("float32")
    if has_bfloat16():
        sides["this, bfloat16"] = step("bfloat16")
    for measure in sides.values():
        measure()
    return in_turn(f"style transfer at {SIDE} px", "ms a step", sides, repeats)


def settings(**changes: object) -> StyleSettings:
    return StyleSettings(**{"max_size": SIDE, "sizes": 1, "pooling": "max", **changes})


def photo() -> np.ndarray:
    return shrink(load_photograph("Astronaut"), SIDE)[:SIDE, :SIDE]


def prepared(precision: str) -> tuple[Painting, object, tf.Tensor]:
    pictures = prepare(settings())
    object.__setattr__(pictures, "content", photo())
    painting = Painting(settings(), pictures, load_vgg("vgg16"), precision)
    targets = build_targets(painting.painter, painting, (SIDE, SIDE))
    return painting, targets, tf.constant(photo().astype(np.float32))


def step(precision: str) -> Callable[[], float]:
    painting, targets, start = prepared(precision)
    numbers = [tf.constant(number, tf.float32) for number in ADAM]

    def measure() -> float:
        image, mean, square = start, tf.zeros_like(start), tf.zeros_like(start)
        began = time.perf_counter()
        for _ in range(STEPS):
            image, mean, square, *losses = painting.painter.adam(image, mean, square, *numbers, *targets.tensors)
            [float(loss) for loss in losses]
        return 1000 * (time.perf_counter() - began) / STEPS

    return measure


def torch_step() -> Callable[[], float]:
    import torch

    vgg = load_vgg("vgg16")
    network = TorchVgg(vgg, torch)
    content, style = (
        weighted_layers(text, "vgg16", "") for text in (settings().content_layers, settings().style_layers)
    )
    wanted = {*content, *style}
    photo_maps = network(torch.tensor(photo().astype(np.float32)), wanted)
    style_maps = network(torch.tensor(prepare(settings()).styles[0].astype(np.float32)[:SIDE, :SIDE]), wanted)
    grams = {name: network.gram(style_maps[name]) for name in style}
    image = torch.tensor(photo().astype(np.float32), requires_grad=True)
    optimizer = torch.optim.Adam([image], ADAM[1])

    def apart(found, target):
        return ((found - target) ** 2).sum() / (target**2).sum()

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(STEPS):
            optimizer.zero_grad()
            maps = network(image, wanted)
            loss = sum(
                w * ((maps[n] - photo_maps[n]) ** 2).sum() / (photo_maps[n] ** 2).sum() for n, w in content.items()
            )
            for name, weight in style.items():
                apart = ((network.gram(maps[name]) - grams[name]) ** 2).sum() / (grams[name] ** 2).sum()
                loss = loss + weight * apart
            loss = loss + 1e-3 * (((image[1:] - image[:-1]) ** 2).mean() + ((image[:, 1:] - image[:, :-1]) ** 2).mean())
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                image.clamp_(0, 255)
            loss.item()
        return 1000 * (time.perf_counter() - began) / STEPS

    return measure


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

    Both minimise the same normalised loss at the same size. Writes both pictures beside each other to build/.
    """
    chapter = StyleSettings(
        max_size=SIDE, steps=100, sizes=1, init="noise", decay=False, learning_rate=10.0, precision="float32"
    )
    ours = StyleSettings(max_size=SIDE, steps=90)
    reached: dict[str, float] = {}
    pictures: dict[str, bytes] = {}

    def by_chapter() -> float:
        began = time.perf_counter()
        for event in run(chapter, load()):
            if isinstance(event, Progress):
                reached["loss"] = event.metrics["total_loss"]
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
            if last and event.metrics["total_loss"] <= reached["loss"]:
                took = took or time.perf_counter() - began
            elif isinstance(event, Snapshot):
                pictures["ours"] = event.picture
        return took or float("nan")

    result = in_turn("to the chapter's loss after 100 steps", "s", {"chapter": by_chapter, "this": by_ours}, repeats)
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"style_{name}.png").write_bytes(picture)
    return result
