"""How much a run has to do: from it, and from the runs that have ended here, how long another one will take.

Nothing here imports TensorFlow, so a page can tell as well as the queue.
"""

import math
from collections.abc import Sequence

from engine.dream_settings import DeepDreamSettings, terms_of
from engine.images import shape_within
from engine.models.efficientnet_parts import SIZE, parts, reaches
from engine.models.layers import Layer, cifar_layers, mnist_layers
from engine.rules import Settings
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings
from engine.style_pictures import levels
from engine.style_settings import StyleSettings

LEARN = 3
"""A step of learning, beside looking: the gradients of the maps and of the weights take as long as the maps."""

BACKBONES = {"efficientnet_lite0": 1.0, "mobilenet_v2": 0.8, "inception_v3": 8.0, "efficientnet_v2_b0": 1.8}
"""Multiplications for a picture beside those of EfficientNet-Lite0, by what is published of each at its own size."""

CLASSES = 10
"""Of a folder that is fine-tuned on: how many it has changes little of how two runs compare."""


def work(settings: Settings) -> float:
    """What a run has to do, in a unit that is its experiment's own: twice as much takes about twice as long.

    Raises `InvalidSettings` for a mixture of a dream's that cannot be read.
    """
    match settings:
        case MnistSettings():
            looks = settings.steps / settings.eval_every * settings.eval_size
            return _multiplications(mnist_layers(settings)) * (LEARN * settings.steps * settings.batch_size + looks)
        case CifarSettings():
            return _multiplications(cifar_layers(settings)) * LEARN * settings.steps * settings.batch_size
        case FineTuningSettings():
            return _fine_tuning(settings)
        case StyleSettings():
            shape = shape_within(settings.image, settings.max_size)
            return sum(height * width * steps for (height, width), steps in levels(settings, shape))
        case DeepDreamSettings():
            return _dream(settings)
        case _:
            return float(getattr(settings, "steps", 1))


def _multiplications(layers: Sequence[Layer]) -> float:
    """For one picture; a dense layer, of shape [units], uses each weight once, a convolution at each place."""
    return sum(layer.parameters * math.prod(layer.shape[:-1]) for layer in layers)


def _fine_tuning(settings: FineTuningSettings) -> float:
    """In pictures of 224 × 224 pixels that pass EfficientNet-Lite0."""
    if settings.method == "scratch":
        # Its small network takes a hundredth of that for a picture.
        return LEARN * settings.steps * settings.batch_size / 100
    groups = list(dict.fromkeys(part.group for part in parts()))
    learning = groups[len(groups) - 1 - settings.blocks :]
    above = sum(reaches()[part].multiply_adds for part in parts() if part.group in learning)
    share = above / sum(reach.multiply_adds for reach in reaches().values())
    seen = CLASSES * settings.per_class * (1 + settings.flip) + settings.test_images
    tuned = 0.0 if settings.method == "head" else LEARN * share * settings.tune_steps * settings.batch_size
    return (seen + tuned) * (settings.size / SIZE) ** 2 * BACKBONES[settings.backbone]


def _dream(settings: DeepDreamSettings) -> float:
    """In pixels times the multiplications for each up to the deepest layer that is listened to."""
    height, width = shape_within(settings.image, settings.max_size)
    whole = settings.zoom_frames * settings.zoom_iterations
    octaves = sum(settings.iterations / settings.octave_scale ** (2 * octave) for octave in range(settings.octaves))
    wanted = {term.layer for term in terms_of(settings)}
    names = [part.name for part in parts()]
    deepest = max((names.index(layer) for layer in wanted if layer in names), default=len(names) - 1)
    each = sum(reaches()[part].multiply_adds for part in parts()[: deepest + 1])
    return height * width * (octaves + whole) * each
