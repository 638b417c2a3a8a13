"""Make the example of the fine-tuning page: `python -m engine.experiments.make_fine_tuning_example`, with CNN_LAB_DATA
set to a folder with CIFAR-10. With `curve` as its argument it makes the learning curve, with `prepare` the example of
prepared folders.

The example is a run of the defaults: its curves, its result, and 500 of its test pictures with the answers before and
after its top blocks were unfrozen. The curve is of runs on 10, 50, 100 and 500 pictures a class.
"""

import io
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.events import Arrays, Completed, Event, Mark, Predictions, Progress, Snapshot, as_json
from engine.experiments import start
from engine.learning_curve import missing
from engine.settings import FineTuningSettings, PrepareSettings
from engine.tuned_test import pick_test_pictures

FOLDER = Path(__file__).parents[2] / "pages" / "examples"
PICTURES = 500
COLUMNS = 25


def make(folder: Path, settings: FineTuningSettings) -> None:
    """Write `fine_tuning.json` and `fine_tuning_test.npz` into `folder`."""
    began, events, answers = time.monotonic(), list[dict[str, Any]](), list[dict[str, NDArray[Any]]]()
    for event in start(settings):
        if isinstance(event, Arrays) and event.name == "test":
            answers.append(dict(event.arrays))
        if _shown(event):
            events.append(_rounded(as_json(event, time.monotonic() - began)))
            print({k: v for k, v in events[-1].items() if k not in ("images", "probabilities")}, flush=True)
    (folder / "fine_tuning.json").write_text(json.dumps({"settings": asdict(settings), "events": events}) + "\n")
    labels = answers[0]["labels"]
    np.savez_compressed(
        folder / "fine_tuning_test.npz",
        labels=labels[:PICTURES],
        before=answers[0]["probabilities"][:PICTURES].astype(np.float16),
        after=answers[1]["probabilities"][:PICTURES].astype(np.float16),
        pictures=np.frombuffer(_mosaic(pick_test_pictures(settings, labels, np.arange(PICTURES))), np.uint8),
    )


def make_curve(folder: Path) -> None:
    """Write `fine_tuning_curve.json` into `folder`: settings and result of each run."""
    records = []
    for settings in missing(FineTuningSettings(), []):
        results = [dict(event.result) for event in start(settings) if isinstance(event, Completed)]
        print(settings, results[-1], flush=True)
        records.append({"settings": asdict(settings), "result": results[-1]})
    (folder / "fine_tuning_curve.json").write_text(json.dumps(records) + "\n")


def make_prepared(folder: Path) -> None:
    """Write `prepare.json` into `folder`: the contact sheets and the result of preparing CIFAR-10."""
    began, events = time.monotonic(), []
    with tempfile.TemporaryDirectory() as target:
        for event in start(PrepareSettings(folder=target)):
            if isinstance(event, Snapshot | Completed):
                events.append(as_json(event, time.monotonic() - began))
    events[-1]["result"]["folder"] = ""
    (folder / "prepare.json").write_text(json.dumps({"settings": {}, "events": events}) + "\n")


def _shown(event: Event) -> bool:
    if isinstance(event, Progress):
        return "validation_loss" in event.metrics
    return isinstance(event, Mark | Predictions | Completed)


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    if "metrics" in record:
        record["metrics"] = {name: float(f"{value:.4g}") for name, value in record["metrics"].items()}
    return record


def _mosaic(pictures: NDArray[np.uint8]) -> bytes:
    """The pictures [n, side, side, 3] in rows of 25, as a JPEG file."""
    side = pictures.shape[1]
    rows = pictures.reshape(-1, COLUMNS, side, side, 3).transpose(0, 2, 1, 3, 4)
    buffer = io.BytesIO()
    whole = Image.fromarray(np.ascontiguousarray(rows.reshape(-1, COLUMNS * side, 3)))
    whole.save(buffer, "JPEG", quality=88, subsampling=0, optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["curve"]:
            make_curve(FOLDER)
        case ["prepare"]:
            make_prepared(FOLDER)
        case _:
            make(FOLDER, FineTuningSettings())
