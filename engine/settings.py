"""What each experiment can be told: one frozen dataclass an experiment, checked when it is made.

Bounds, choices and help live beside the fields (`engine.rules`). Nothing here imports TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.dream_settings import DeepDreamSettings
from engine.rules import PRECISIONS, ExperimentSettings, OnlyWhere, check, choice, flag, setting, text
from engine.style_settings import StyleSettings

PRETRAINED = OnlyWhere("method", ("fine-tune", "head"))
UNFREEZES = OnlyWhere("method", ("fine-tune",))
TWO_STAGES = OnlyWhere("method", ("fine-tune", "scratch"))

SCRATCH_SIDE = 32
"""Pixels of each side of the pictures that a network from scratch takes, as CIFAR-10 has them."""


def _precision() -> Any:
    return choice(
        "auto",
        PRECISIONS,
        "Numbers of the activations; weights are float32 always. auto: bfloat16 where the processor computes with it.",
    )


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
    precision: str = _precision()
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers; the same seed starts the same network.")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class CifarSettings:
    """CIFAR-10 convnet of the chapter, section "CIFAR-10"; the defaults are its constants and what its code does."""

    module: ClassVar[str] = "engine.experiments.cifar"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "train a deeper convolutional network on small colour pictures, distorted as it learns"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "The chapter as written": {},
        "The chapter as meant": {
            "schedule": "staircase",
            "decay_steps": 7_000,
            "crop": "random",
            "dropout": 0.2,
            "l2": 0.0005,
        },
        "Quick (2 minutes)": {
            "steps": 1_500,
            "learning_rate": 0.05,
            "schedule": "one-cycle",
            "optimizer": "momentum",
            "crop": "random",
            "brightness": 0,
            "contrast": 0.0,
            "batch_norm": True,
            "eval_every": 100,
        },
        "Best in 10 minutes": {
            "steps": 10_000,
            "learning_rate": 0.05,
            "schedule": "one-cycle",
            "optimizer": "momentum",
            "crop": "random",
            "brightness": 0,
            "contrast": 0.2,
            "dropout": 0.2,
            "l2": 0.0005,
            "batch_norm": True,
        },
    }

    steps: int = setting(20_000, 1, 100_000, "Training steps; each learns from one batch.")
    batch_size: int = setting(128, 1, 1_000, "Images in a batch.")
    learning_rate: float = setting(0.1, 1e-6, 1.0, "How far a step moves the weights, before the schedule changes it.")
    optimizer: str = choice(
        "sgd",
        ("sgd", "momentum", "adam"),
        "Plain gradient steps, with 0.9 of the last move kept, or scaled for each weight.",
    )
    schedule: str = choice(
        "constant",
        ("constant", "staircase", "exponential", "cosine", "one-cycle"),
        "How the learning rate changes with the steps.",
    )
    decay_factor: float = setting(0.1, 0.001, 1.0, "What staircase and exponential multiply the rate by at each decay.")
    decay_steps: int = setting(250, 1, 100_000, "Steps from one decay of staircase and exponential to the next.")
    crop: str = choice("central", ("central", "random"), "Where the 24×24 window of a training picture lies.")
    flip: bool = flag(True, "Mirror one half of the training pictures.")
    brightness: int = setting(63, 0, 127, "Most that is added to or taken from all pixels of a training picture.")
    contrast: float = setting(0.8, 0.0, 1.0, "Contrast of a training picture: between 1 − this and 1 + this.")
    dropout: float = setting(0.0, 0.0, 0.9, "Share of the dense layers' inputs that each training step switches off.")
    l2: float = setting(0.0, 0.0, 0.1, "Pull of each kernel's weights towards zero, beside the gradient.")
    batch_norm: bool = flag(False, "Batch normalisation instead of local response normalisation.")
    width: int = setting(
        64, 4, 128, "Feature maps of each convolution; the dense layers have 6 and 3 times as many units."
    )
    precision: str = _precision()
    eval_every: int = setting(500, 1, 100_000, "Steps between two looks at the validation pictures.")
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers; the same seed starts the same network.")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class PrepareSettings:
    """A data set as folders of pictures: chapter, section "How to fine-tune current CNN architectures?"."""

    module: ClassVar[str] = "engine.experiments.prepare"
    slots: ClassVar[int] = 0
    summary: ClassVar[str] = "sort pictures into a folder for each class, as fine-tuning wants them"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"The chapter": {}, "Honest": {"split": "honest"}}

    split: str = choice(
        "chapter",
        ("chapter", "honest"),
        "chapter: the test pictures become the validation folder. honest: training, validation and test folders.",
    )
    archive: str = text("", "Path of a ZIP with a folder of pictures for each class; none for CIFAR-10 or Photo-10.")
    folder: str = text("", "Where the folders go; none for the app's own cache.")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class FineTuningSettings:
    """A network trained on ImageNet learns other classes; the chapter names the task and stops before it."""

    module: ClassVar[str] = "engine.experiments.fine_tuning"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "teach a network of ImageNet new classes: a new head, then its top blocks"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Head, then top blocks": {},
        "Head only": {"method": "head"},
        "From scratch": {"method": "scratch", "head_steps": 1_200, "tune_steps": 800},
        "Quick": {"size": 96, "test_images": 1_000, "tune_steps": 100},
    }

    method: str = choice(
        "fine-tune",
        ("fine-tune", "head", "scratch"),
        "Train a new head and then the top blocks; the head only; or a small network that has seen nothing before.",
    )
    backbone: str = choice(
        "efficientnet_lite0",
        ("efficientnet_lite0", "mobilenet_v2", "inception_v3", "efficientnet_v2_b0"),
        "What was trained on ImageNet. EfficientNet-Lite0 comes with the app; the others need Keras's weights.",
        PRETRAINED,
    )
    per_class: int = setting(100, 1, 5_000, "Training pictures of each class, at most.")
    size: int = setting(
        192, 32, 224, "Side in pixels that pictures are brought to; ImageNet was learnt at 224.", PRETRAINED
    )
    head_steps: int = setting(300, 1, 20_000, "Steps in which only the head learns.")
    learning_rate: float = setting(0.003, 1e-6, 1.0, "Of the head; the top blocks learn with a tenth of it.")
    tune_steps: int = setting(200, 1, 20_000, "Steps after the top blocks are unfrozen.", TWO_STAGES)
    blocks: int = setting(5, 1, 15, "Blocks at the top that are unfrozen; EfficientNet-Lite0 has sixteen.", UNFREEZES)
    batch_size: int = setting(64, 1, 512, "Pictures in a batch.")
    flip: bool = flag(True, "Show each training picture mirrored as well.")
    test_images: int = setting(2_000, 10, 10_000, "Test pictures looked at in the end, at most.")
    folder: str = text("", "A folder that `prepare` made; none for CIFAR-10 or Photo-10.")
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers.")

    def __post_init__(self) -> None:
        check(self)

    @property
    def steps(self) -> int:
        """All steps of the run."""
        return self.head_steps + (0 if self.method == "head" else self.tune_steps)

    @property
    def side(self) -> int:
        """Pixels of each side of the pictures that its network takes."""
        return SCRATCH_SIDE if self.method == "scratch" else self.size


@dataclass(frozen=True)
class DownloadSettings:
    """Fetch a source of `engine.sources.catalog`, by its name, into the app's cache of the worker's machine."""

    module: ClassVar[str] = "engine.sources.download"
    slots: ClassVar[int] = 0

    source: str


EXPERIMENTS: Mapping[str, type[ExperimentSettings]] = {
    "mnist": MnistSettings,
    "cifar": CifarSettings,
    "prepare": PrepareSettings,
    "fine_tuning": FineTuningSettings,
    "style_transfer": StyleSettings,
    "deep_dream": DeepDreamSettings,
}
"""The experiments by the name that the command line gives them."""
