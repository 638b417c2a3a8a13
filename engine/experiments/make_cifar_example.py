"""Make the example of the CIFAR-10 page: `python -m engine.experiments.make_cifar_example`, with CNN_LAB_DATA set.

It trains the quick preset on the real CIFAR-10 and keeps the curves, the last pictures and the result, and of the test
pictures the first hundred of each kind with what the network answers to them.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.events import Arrays, Beat, Completed, Event, Predictions, Progress, Snapshot, as_json
from engine.experiments import start
from engine.settings import CifarSettings
from engine.sources.cifar10 import load_pictures

FOLDER = Path(__file__).parents[2] / "pages" / "examples"
SETTINGS = CifarSettings(**CifarSettings.presets["Quick (2 minutes)"])


OF_A_KIND, COLUMNS = 100, 40
"""Test pictures of each kind that ship with the app, and how many lie in a row of their sheet."""


def kept(events: list[tuple[Event, float]]) -> list[dict[str, Any]]:
    """The events that the page shows, as JSON: of galleries only the last, of kernels also the first."""
    last = {type(event): event for event, _ in events}
    first = next(event for event, _ in events if isinstance(event, Snapshot))
    whole = [last[Predictions], first, last[Snapshot], last[Completed]]
    shown = [
        (event, elapsed_s)
        for event, elapsed_s in events
        if (isinstance(event, Progress) and event.metrics) or any(event is one for one in whole)
    ]
    return [_rounded(as_json(event, elapsed_s)) for event, elapsed_s in shown]


def make(settings: CifarSettings, folder: Path) -> None:
    """Write `cifar.json`, `cifar_test.npz` and `cifar_test.webp` into `folder`."""
    began, events = time.monotonic(), list[tuple[Event, float]]()
    for event in start(settings):
        match event:
            case Beat():
                continue
            case Arrays("test", _, arrays):
                write_test(arrays["labels"], arrays["probabilities"], load_pictures().test_images, folder)
            case Progress(_, _, metrics) if "validation_accuracy" in metrics:
                print(event.step, dict(metrics), flush=True)
            case Completed(result):
                print(dict(result), f"{time.monotonic() - began:.1f} s", flush=True)
        if not isinstance(event, Arrays):
            events.append((event, time.monotonic() - began))
    record = {"settings": asdict(settings), "events": kept(events)}
    (folder / "cifar.json").write_text(json.dumps(record, allow_nan=False) + "\n")


def write_test(labels: NDArray[Any], probabilities: NDArray[Any], images: NDArray[np.uint8], folder: Path) -> None:
    """Write the answers to some of the test pictures, and these pictures, 40 in a row of one sheet."""
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == label)[:OF_A_KIND] for label in np.unique(labels)]))
    answers = {"labels": labels[chosen].astype(np.uint8), "probabilities": probabilities[chosen].astype(np.float16)}
    np.savez_compressed(folder / "cifar_test.npz", allow_pickle=False, **answers)
    rows = images[chosen].reshape(-1, COLUMNS, 32, 32, 3).swapaxes(1, 2)
    Image.fromarray(rows.reshape(-1, COLUMNS * 32, 3)).save(folder / "cifar_test.webp", quality=80, method=6)


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    if "metrics" in record:
        record["metrics"] = {name: float(f"{value:.4g}") for name, value in record["metrics"].items()}
    return record


if __name__ == "__main__":
    make(SETTINGS, FOLDER)
