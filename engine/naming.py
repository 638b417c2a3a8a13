"""A picture named by EfficientNet-Lite0 with ImageNet's 1,000 names, or by the network of a run, and where it looked.

Pages call this through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.images import Pixels, squared
from engine.imports import load_module
from engine.kept import Kept
from engine.models.imagenet import class_names
from engine.settings import FineTuningSettings
from engine.statistics import softmax

SIDE = 224
TOP = 5
Moment = Literal["before", "after"]
KEPT = 4
"""Networks of runs, each of 14 MB."""

explainers: Kept[Callable[[Pixels], tuple[NDArray[np.float32], NDArray[np.float32] | None]]] = Kept(KEPT)
"""Those of the runs asked about last, by the run's id and the moment."""


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
    return _named(class_names(), logits, seen, looked)


def name_with(
    run_id: str,
    settings: FineTuningSettings,
    weights: Mapping[str, NDArray[Any]] | None,
    names: Sequence[str],
    picture: Pixels,
    moment: Moment = "after",
) -> Naming | None:
    """Name the picture with the network of a run. None where it is not here yet and `weights` are None.

    moment: as it is after the run, or as it was before its top blocks were unfrozen; `weights` are its head's then.
    """
    models = load_module("engine.models.explain_efficientnet")
    key = f"{run_id} {moment}"
    explain = explainers.get(key)
    if not explain:
        if weights is None:
            return None
        explain = (models.head_explainer if moment == "before" else models.run_explainer)(settings, weights)
        explainers.put(key, explain)
    seen = squared(picture, settings.size)
    logits, looked = explain(seen)
    return _named(names, logits, seen, looked)


def _named(names: Sequence[str], logits: NDArray[np.float32], seen: Pixels, looked: Any) -> Naming:
    probabilities = softmax(logits)
    best = np.argsort(-probabilities, kind="stable")[:TOP]
    return Naming(tuple(names[k] for k in best), tuple(float(probabilities[k]) for k in best), seen, looked)
