"""Make the example of the CIFAR-10 page: `python -m engine.experiments.make_cifar_example`, with CNN_LAB_DATA set.

It trains the quick preset on the real CIFAR-10 and keeps the curves, the last pictures and the result.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine.events import Arrays, Beat, Completed, Event, Predictions, Progress, Snapshot, as_json
from engine.experiments import start
from engine.settings import CifarSettings

FOLDER = Path(__file__).parents[2] / "pages" / "examples"
SETTINGS = CifarSettings(**CifarSettings.presets["Quick (2 minutes)"])


def kept(events: list[tuple[Event, float]]) -> list[dict[str, Any]]:
    """The events that the page shows, as JSON: of galleries and of pictures of kernels only the last."""
    last = {type(event): event for event, _ in events}
    whole = [last[Predictions], last[Snapshot], last[Completed]]
    shown = [
        (event, elapsed_s)
        for event, elapsed_s in events
        if (isinstance(event, Progress) and event.metrics) or any(event is one for one in whole)
    ]
    return [_rounded(as_json(event, elapsed_s)) for event, elapsed_s in shown]


def make(settings: CifarSettings, folder: Path) -> None:
    """Write `cifar.json` and `cifar_test.npz` into `folder`."""
    began, events = time.monotonic(), list[tuple[Event, float]]()
    for event in start(settings):
        match event:
            case Beat():
                continue
            case Arrays("test", _, arrays):
                probabilities = arrays["probabilities"].astype(np.float16)
                np.savez_compressed(folder / "cifar_test.npz", labels=arrays["labels"], probabilities=probabilities)
            case Progress(_, _, metrics) if "validation_accuracy" in metrics:
                print(event.step, dict(metrics), flush=True)
            case Completed(result):
                print(dict(result), f"{time.monotonic() - began:.1f} s", flush=True)
        if not isinstance(event, Arrays):
            events.append((event, time.monotonic() - began))
    record = {"settings": asdict(settings), "events": kept(events)}
    (folder / "cifar.json").write_text(json.dumps(record, allow_nan=False) + "\n")


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    if "metrics" in record:
        record["metrics"] = {name: float(f"{value:.4g}") for name, value in record["metrics"].items()}
    return record


if __name__ == "__main__":
    make(SETTINGS, FOLDER)
