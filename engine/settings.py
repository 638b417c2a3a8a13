"""What each experiment can be told: one frozen dataclass an experiment, checked when it is made.

Bounds live beside the fields; widgets and the command line read them with `bounds_of`. Nothing here imports TensorFlow.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, Protocol, TypeVar

from engine.errors import InvalidSettings


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lowest and highest value allowed, both included, and what the setting does in a few words."""

    low: float
    high: float
    help: str


class Settings(Protocol):
    """What the lab asks of a settings dataclass: the module whose `run` it configures, and the slots it takes."""

    module: ClassVar[str]
    slots: ClassVar[int]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=Settings)


def setting(default: float, low: float, high: float, help: str) -> Any:
    """A dataclass field that carries its bounds."""
    return field(default=default, metadata={"bounds": Bounds(low, high, help)})


def bounds_of(settings: type[Settings] | Settings) -> dict[str, Bounds]:
    """Bounds by field name, in the order of the fields."""
    return {f.name: f.metadata["bounds"] for f in fields(settings) if "bounds" in f.metadata}


def check(settings: Settings) -> None:
    """Raise `InvalidSettings` for the first field that is of the wrong type or out of bounds."""
    types = {f.name: f.type for f in fields(settings)}
    for name, bounds in bounds_of(settings).items():
        value = getattr(settings, name)
        kind = "a whole number" if types[name] is int else "a number"
        allowed = int | float if types[name] is float else int
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise InvalidSettings(f"{name} is {value!r}, but must be {kind} from {bounds.low:g} to {bounds.high:g}.")
        if not math.isfinite(value) or not bounds.low <= value <= bounds.high:
            raise InvalidSettings(f"{name} is {value:g}, but must be {kind} from {bounds.low:g} to {bounds.high:g}.")


def parse(cls: type[T], texts: Mapping[str, str]) -> T:
    """Settings from `{field: text}`, as the command line and addresses give them.

    Raises `InvalidSettings` for an unknown field or a text that is not a number.
    """
    types = {f.name: f.type for f in fields(cls)}
    values = {}
    for name, text in texts.items():
        if name not in types:
            raise InvalidSettings(f"{name!r} is not a setting; the settings are {', '.join(types)}.")
        try:
            values[name] = int(text) if types[name] is int else float(text)
        except ValueError:
            bounds = bounds_of(cls)[name]
            kind = "a whole number" if types[name] is int else "a number"
            wanted = f"{kind} from {bounds.low:g} to {bounds.high:g}"
            raise InvalidSettings(f"{name} is {text!r}, but must be {wanted}.") from None
    return cls(**values)


@dataclass(frozen=True)
class MnistSettings:
    """MNIST convnet of the chapter, section "MNIST handwritten digits"; the defaults are its constants."""

    module: ClassVar[str] = "engine.experiments.mnist"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "train a small convolutional network on handwritten digits"
    presets: ClassVar[Mapping[str, Mapping[str, float]]] = {
        "The chapter": {},
        "Quick": {"steps": 150},
        "Longer": {"steps": 2000, "eval_every": 20},
        "Tiny network": {"conv1_features": 4, "conv2_features": 8, "dense_size": 16, "learning_rate": 0.02},
    }

    steps: int = setting(500, 1, 20_000, "Training steps; each learns from one batch.")
    batch_size: int = setting(100, 1, 1_000, "Images in a batch.")
    learning_rate: float = setting(0.005, 1e-6, 1.0, "How far each step moves the weights along the gradient.")
    momentum: float = setting(0.9, 0.0, 0.999, "Share of the previous move that is kept in the next.")
    eval_every: int = setting(5, 1, 20_000, "Steps between two points on the charts.")
    eval_size: int = setting(500, 10, 10_000, "Test images looked at for each of those points.")
    conv1_features: int = setting(25, 1, 128, "4×4 kernels in the first convolution.")
    conv2_features: int = setting(50, 1, 256, "4×4 kernels in the second convolution.")
    pool1: int = setting(2, 1, 28, "Window and stride of the first max pooling, in pixels.")
    pool2: int = setting(2, 1, 28, "Window and stride of the second max pooling, in pixels.")
    dense_size: int = setting(100, 1, 1_024, "Units in the hidden dense layer.")
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers; the same seed starts the same network.")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class DownloadSettings:
    """Fetch a source of `engine.sources.catalog`, by its name, into the app's cache of the worker's machine."""

    module: ClassVar[str] = "engine.sources.download"
    slots: ClassVar[int] = 0

    source: str


EXPERIMENTS: Mapping[str, type[MnistSettings]] = {"mnist": MnistSettings}
"""The experiments by the name that the command line gives them."""
