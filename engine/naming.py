"""A picture named by EfficientNet-Lite0, with ImageNet's 1,000 names or with those of a run, and where it looked.

Pages call this through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.experiments.measures import softmax
from engine.images import Pixels
from engine.imports import load_module
from engine.settings import FineTuningSettings
from engine.sources.examples import squared

SIDE = 224
TOP = 5
KEPT = 2
CLASS_NAMES = Path(__file__).parent / "models" / "imagenet_classes.txt"


@dataclass(frozen=True, slots=True)
class Naming:
    """The likeliest names with their probabilities, the likeliest first. seen: uint8 [side, side, 3], what the network
    gets; looked: float32 [height, width] from 0 to 1, Grad-CAM of the first name, or None where there is none.
    """

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    seen: Pixels
    looked: NDArray[np.float32] | None


def name_picture(picture: Pixels) -> Naming:
    """Name the middle square of uint8 [height, width, 3] with ImageNet's names, the top five."""
    seen = squared(picture, SIDE)
    logits, looked = load_module("engine.models.explain_efficientnet").imagenet_explainer()(seen)
    return _named(_class_names(), logits, seen, looked)


def name_with(
    run_id: str,
    settings: FineTuningSettings,
    weights: Mapping[str, NDArray[Any]] | None,
    names: Sequence[str],
    picture: Pixels,
) -> Naming | None:
    """Name the picture with the network of a run. None where it is not here yet and `weights` are None."""
    explainers = load_module("engine.models.explain_efficientnet").EXPLAINERS
    if run_id not in explainers:
        if weights is None:
            return None
        while len(explainers) >= KEPT:
            explainers.pop(next(iter(explainers)), None)
        explainers[run_id] = load_module("engine.models.explain_efficientnet").run_explainer(settings, weights)
    seen = squared(picture, settings.size)
    logits, looked = explainers[run_id](seen)
    return _named(names, logits, seen, looked)


@cache
def _class_names() -> tuple[str, ...]:
    return tuple(CLASS_NAMES.read_text(encoding="utf-8").splitlines())


def _named(names: Sequence[str], logits: NDArray[np.float32], seen: Pixels, looked: Any) -> Naming:
    probabilities = softmax(logits[np.newaxis])[0]
    best = np.argsort(-probabilities, kind="stable")[:TOP]
    return Naming(tuple(names[k] for k in best), tuple(float(probabilities[k]) for k in best), seen, looked)
