"""What each experiment can be told: one frozen dataclass an experiment, checked when it is made.

Bounds, choices and help live beside the fields (`engine.rules`). Nothing here imports TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.dream_settings import DeepDreamSettings
from engine.rules import ExperimentSettings, check, setting


@dataclass(frozen=True)
class MnistSettings:
    """MNIST convnet of the chapter, section "MNIST handwritten digits"; the defaults are its constants."""

    module: ClassVar[str] = "engine.experiments.mnist"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "train a small convolutional network on handwritten digits"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
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


EXPERIMENTS: Mapping[str, type[ExperimentSettings]] = {"mnist": MnistSettings, "deep_dream": DeepDreamSettings}
"""The experiments by the name that the command line gives them."""
