"""What an experiment says while it runs. Frozen, and made of NumPy and Python values only, so they travel and are kept.

An experiment yields any number of events and exactly one `Completed`, last. Whoever drives it may send a `Control` in
answer to any of them.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.images import pixels_of, png_address


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `total` is done. Accuracies in `metrics` are from 0 to 1; a value that diverged is not finite."""

    step: int
    total: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the network says of a few test images after `step`.

    images: uint8 [n, height, width] grey or [n, height, width, 3] RGB; labels, predicted: int32 [n];
    probabilities: float32 [n, classes], each row summing to 1 (not finite where the network diverged).
    """

    step: int
    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    predicted: NDArray[np.int32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """After `step`: for each class, by its name, the share from 0 to 1 of its images that is read right."""

    step: int
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture as it is after `step`, encoded as PNG, JPEG or WebP. `name` tells the series of a run apart.

    It stays in memory with its run, so a run has a few dozen of them, not one a step.
    """

    step: int
    picture: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class Arrays:
    """What is too big for the memory of the app: it is written to the run's folder and read when it is asked for.

    Names in use: "weights" (arrays "0", "1", … in the order of the network's `get_weights()`), "latest" (such weights,
    until newer ones come), "head" (the same of a new head alone, before more is unfrozen), and "test" (labels int32 [n]
    and probabilities float16 or float32 [n, classes] of all test images).
    """

    name: str
    step: int
    arrays: Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened to the run after `step`; `text` says what, in a few words. Charts show it."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The end of a run that was not stopped. `result` holds numbers, texts and lists, as JSON knows them."""

    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing new, but a moment at which the run can be stopped. It is neither kept nor shown."""


@dataclass(frozen=True, slots=True)
class Control:
    """What may be sent into an experiment in answer to an event: `control = yield event`, usually None.

    learning_rate: the new one, or None; single: the next call into TensorFlow should be of one step; weights: an
    experiment that keeps checkpoints is to say its weights, as `Arrays` named "latest", before it trains on.
    """

    learning_rate: float | None = None
    single: bool = False
    weights: bool = False


Event = Progress | Predictions | ClassAccuracy | Snapshot | Arrays | Mark | Completed | Beat


def as_json(event: Event, elapsed_s: float) -> dict[str, Any]:
    """The event as one JSON object; images become PNG data addresses and numbers that are not finite null.

    Of `Arrays` only the shapes are left.
    """
    head = {"event": type(event).__name__.lower(), "elapsed_s": round(elapsed_s, 3)}
    match event:
        case Progress(step, total, metrics):
            body: dict[str, Any] = {"step": step, "total": total, "metrics": dict(metrics)}
        case Predictions(step, images, labels, predicted, probabilities):
            body = {
                "step": step,
                "images": [png_address(image) for image in images],
                "labels": labels.tolist(),
                "predicted": predicted.tolist(),
                "probabilities": np.round(probabilities.astype(np.float64), 4).tolist(),
            }
        case ClassAccuracy(step, shares):
            body = {"step": step, "shares": dict(shares)}
        case Snapshot(step, picture, name):
            body = {"step": step, "name": name, "picture": base64.b64encode(picture).decode()}
        case Arrays(name, step, arrays):
            body = {"step": step, "name": name, "shapes": {key: list(array.shape) for key, array in arrays.items()}}
        case Mark(step, text):
            body = {"step": step, "text": text}
        case Completed(result):
            body = {"result": dict(result)}
        case Beat():
            body = {}
    return {**head, **{name: _finite(value) for name, value in body.items()}}


def from_json(record: Mapping[str, Any]) -> Event:
    """The event that `as_json` wrote; null becomes NaN again. `Arrays` have lost theirs."""
    match record["event"]:
        case "progress":
            metrics = {name: math.nan if v is None else v for name, v in record["metrics"].items()}
            return Progress(record["step"], record["total"], metrics)
        case "predictions":
            return Predictions(
                record["step"],
                np.stack([pixels_of(address) for address in record["images"]]),
                np.array(record["labels"], np.int32),
                np.array(record["predicted"], np.int32),
                np.array(record["probabilities"], np.float32),
            )
        case "classaccuracy":
            return ClassAccuracy(record["step"], record["shares"])
        case "snapshot":
            return Snapshot(record["step"], base64.b64decode(record["picture"]), record["name"])
        case "arrays":
            return Arrays(record["name"], record["step"], {})
        case "mark":
            return Mark(record["step"], record["text"])
        case "completed":
            return Completed(record["result"])
        case other:
            raise ValueError(f"{other!r} is not an event.")


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {name: _finite(v) for name, v in value.items()}
        case list() | tuple():
            return [_finite(v) for v in value]
        case _:
            return value
