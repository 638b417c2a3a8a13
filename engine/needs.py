"""What a run needs of the memory beside TensorFlow itself, and whether that is there: told before it starts.

Each number was fitted to the peaks that `python -m tests.benchmarks.memory` measures, rather above them than below.
Nothing here imports TensorFlow, so a page can tell as well as a worker.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.device import cpu_has_bfloat16, precision_of
from engine.dream_settings import ChannelSettings, DeepDreamSettings, terms_of
from engine.errors import InvalidSettings, LabError
from engine.images import shape_within
from engine.memory import style_bytes
from engine.models.efficientnet_parts import parts
from engine.models.layers import Layer, cifar_layers, mnist_layers
from engine.rules import Bounds, Settings, rules_of
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings, PrepareSettings
from engine.sources.examples import SMALL, VALIDATION, are_small, class_sizes
from engine.style_settings import StyleSettings

MB = 1e6
FLOAT = 4

TESTED_TOGETHER = 250
"""Images that a training looks at in one call between two points of its curves."""

SMALLER: Mapping[type[Settings], tuple[str, ...]] = {
    MnistSettings: ("batch_size", "conv2_features", "conv1_features"),
    CifarSettings: ("batch_size", "width"),
    FineTuningSettings: ("per_class", "batch_size", "size"),
    StyleSettings: ("max_size",),
    DeepDreamSettings: ("tile_size", "max_size"),
}
"""The settings that one makes smaller for less memory; the first that helps is proposed."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a run needs and what is free, in bytes.

    fits: where that is not enough, name and largest value of a setting that would do; None where none would.
    """

    needed: float
    free: float
    fits: tuple[str, float] | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the run may start."""
        return self.needed <= self.free


def fit(settings: Settings, free: float, data: Path | None = None) -> Fit:
    """How the run of `settings` fits into `free` bytes, its pictures looked for in `data` first."""
    sizes, small = _pictures(settings, data)
    needed = needed_bytes(settings, sizes, small)
    if needed <= free:
        return Fit(needed, free)
    found = (
        (name, _largest(settings, name, lambda s: needed_bytes(s, sizes, small) <= free))
        for name in SMALLER.get(type(settings), ())
    )
    return Fit(needed, free, next(((name, value) for name, value in found if value is not None), None))


def check_fits(settings: Settings, free: float, data: Path | None = None) -> None:
    """Raise `InvalidSettings`, with the figures and what would fit, where a run needs more than `free` bytes."""
    if not (found := fit(settings, free, data)).is_enough:
        raise InvalidSettings(refusal(settings, found))


def refusal(settings: Settings, found: Fit) -> str:
    """Why a run cannot start, as a sentence."""
    figures = f"{found.needed / 1e9:,.1f} GB of memory are needed and {found.free / 1e9:,.1f} GB are free"
    if not found.fits:
        return f"For this run {figures}; nothing smaller would fit."
    name, value = found.fits
    return f"{name} is {getattr(settings, name):,}, for which {figures}; at most {value:,} fits."


def needed_bytes(settings: Settings, sizes: Sequence[int] = (), small: bool = True) -> float:
    """About the most that the run takes beside TensorFlow.

    sizes: training pictures of each class that are there; small: they have 32×32 pixels, as CIFAR-10's.
    """
    match settings:
        case MnistSettings():
            return _mnist(settings)
        case CifarSettings():
            return _cifar(settings)
        case FineTuningSettings():
            return _fine_tuning(settings, sizes, small)
        case StyleSettings():
            shape = shape_within(settings.image, settings.max_size)
            return style_bytes(settings, shape, _precision(settings.precision))
        case DeepDreamSettings():
            return _dream(settings)
        case ChannelSettings():
            return 370 * MB if settings.channels else 60 * MB
        case PrepareSettings():
            return 250 * MB
        case _:
            # A download goes to disk piece by piece.
            return 0.0


def _mnist(settings: MnistSettings) -> float:
    layers = mnist_layers(settings)
    images = max(2.2 * settings.batch_size, 0.9 * min(settings.eval_size, TESTED_TOGETHER))
    return 180 * MB + FLOAT * (images * _outputs(layers) + 5.5 * _parameters(layers))


def _cifar(settings: CifarSettings) -> float:
    layers = cifar_layers(settings)
    # Each block's maps are there before and after its normalisation.
    number = 2 if _precision(settings.precision) == "bfloat16" else FLOAT
    maps = 3.4 * number * settings.batch_size * _outputs(layers)
    # All 60,000 pictures among the rest, once.
    return 245 * MB + maps + 5 * FLOAT * _parameters(layers)


def _fine_tuning(settings: FineTuningSettings, sizes: Sequence[int], small: bool) -> float:
    read = sum(min(size, settings.per_class) for size in sizes)
    learnt = read * (1 + settings.flip)
    looked_at = sum(min(size, VALIDATION) for size in sizes) + settings.test_images
    if settings.method == "scratch":
        return 350 * MB + (learnt + looked_at) * 30e3
    # Beside the mirrored ones those that were read stay in memory.
    held = learnt + looked_at + settings.flip * read
    pixels = 3 * held * (SMALL if small else settings.size) ** 2
    below, above = _maps_of(settings)
    # What the frozen part writes is kept of every picture, in a file, and what the top writes of those of one batch.
    kept = (learnt + looked_at) * (1.2 * FLOAT / 2 * below + 23e3)
    return 380 * MB + pixels + kept + 1.25 * FLOAT * above * settings.batch_size


def _maps_of(settings: FineTuningSettings) -> tuple[float, float]:
    """Numbers in a picture's maps where EfficientNet-Lite0 is cut, and in all above; others have about as many."""
    steps = _steps()
    ends = [place for place, (part, _) in enumerate(steps) if part.name == part.group and part.name != "head"]
    cut = ends[max(0, len(ends) - 1 - settings.blocks)]
    maps = [part.layer.channels * (settings.size / jump) ** 2 for part, jump in steps]
    more = 7 if settings.backbone == "inception_v3" else 1
    return more * maps[cut], more * sum(maps[cut + 1 :])


def _dream(settings: DeepDreamSettings) -> float:
    height, width = shape_within(settings.image, settings.max_size)
    seen = min(height, settings.tile_size) * min(width, settings.tile_size)
    once = 230 * MB if _precision(settings.precision) == "bfloat16" else 410 * MB
    # The first layers need the most, whatever is listened to above them.
    return once + 75.0 * height * width + 5.3 * max(90.0, _maps_a_pixel(settings)) * seen


def _precision(wanted: str) -> str:
    return precision_of(wanted, cpu_has_bfloat16)


def _maps_a_pixel(settings: DeepDreamSettings) -> float:
    """Numbers that the network writes for a pixel up to the deepest layer that is listened to."""
    layers = {term.layer for term in terms_of(settings)}
    total, most = 0.0, 0.0
    for part, jump in _steps():
        total += part.layer.channels / jump**2
        if part.name in layers:
            most = total
    return most or total


def _steps() -> list[tuple[Any, int]]:
    """Each layer of EfficientNet-Lite0 with the pixels from one of its outputs to the next; depthwise ones write as
    many maps as they read.
    """
    found, jump, channels = [], 1, 3
    for part in parts():
        jump *= part.layer.stride
        channels = channels if part.layer.kind == "depthwise" else part.layer.channels
        found.append((replace(part, layer=replace(part.layer, channels=channels)), jump))
    return found


def _outputs(layers: Sequence[Layer]) -> int:
    return sum(math.prod(layer.shape) for layer in layers)


def _parameters(layers: Sequence[Layer]) -> int:
    return sum(layer.parameters for layer in layers)


def _pictures(settings: Settings, data: Path | None) -> tuple[tuple[int, ...], bool]:
    """Training pictures of each class that there are, and whether they are small."""
    try:
        if isinstance(settings, FineTuningSettings):
            return class_sizes(settings.folder, data), are_small(settings.folder)
    except (LabError, OSError):
        # The run says what is wrong with the pictures.
        pass
    return (), True


def _largest(settings: Settings, name: str, does_fit: Callable[[Settings], bool]) -> float | None:
    """The largest value of a setting that fits, two digits of it; None where the smallest does not."""
    rule = rules_of(settings)[name]
    if not isinstance(rule, Bounds):
        raise TypeError(f"{name} is no number.")
    low, high = int(rule.low), int(getattr(settings, name))
    if not does_fit(_with(settings, name, low)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if does_fit(_with(settings, name, middle)) else (low, middle)
    coarse = 10 ** max(0, len(str(low)) - 2)
    return max(int(rule.low), low // coarse * coarse)


def _with(settings: Any, name: str, value: int) -> Settings:
    changed: Settings = replace(settings, **{name: value})
    return changed
