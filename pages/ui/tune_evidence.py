"""What the fine-tuning page looks at: the answers that a run kept, or those of the example that comes with the app."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from engine.evaluation import Answers, answers_of
from engine.images import Pixels
from engine.naming import Moment, Naming, name_with
from engine.records import Run
from engine.tuned_test import pick_test_pictures
from pages.ui.session import lab

EXAMPLE = Path(__file__).parents[1] / "examples" / "fine_tuning_test.npz"
CALL_S = 120.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """after: the answers of the whole run; before: those before its top blocks were unfrozen, if they were.

    run: whose they are, or None for the example; note: a sentence, or empty.
    """

    after: Answers
    before: Answers | None
    run: Run | None
    note: str

    def pick(self, indices: NDArray[np.intp]) -> NDArray[np.uint8]:
        """The test pictures at `indices`."""
        if not self.run:
            return example_pictures()[indices]
        return lab().call(pick_test_pictures, self.run.settings, self.after.labels, indices, timeout_s=CALL_S)


def evidence_for(run: Run | None) -> Evidence:
    """That of the run, or else of the example and a sentence why."""
    if not run:
        return _example("This is the example that comes with the app: 500 of its 2,000 test pictures.")
    steps = sorted(step for name, step in run.kept if name == "test")
    whole = run.result is not None
    if not whole or not steps:
        return _example("The run has not named its test pictures yet, so this is the example that comes with the app.")
    try:
        answers = [answers_of(lab().runs.arrays(run.id, "test", step)) for step in steps]
    except InvalidInput as error:
        return _example(f"{error} This is the example that comes with the app.")
    return Evidence(answers[-1], answers[0] if len(answers) > 1 else None, run, "")


@st.cache_data(show_spinner=False)
def example_pictures() -> NDArray[np.uint8]:
    """uint8 [500, 32, 32, 3]."""
    with np.load(EXAMPLE, allow_pickle=False) as arrays:
        mosaic = np.asarray(Image.open(io.BytesIO(arrays["pictures"].tobytes())).convert("RGB"))
        count = len(arrays["labels"])
    side = 32
    columns = mosaic.shape[1] // side
    cells = mosaic.reshape(-1, side, columns, side, 3).transpose(0, 2, 1, 3, 4)
    return cells.reshape(-1, side, side, 3)[:count]


def example_test() -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The example's test pictures of CIFAR-10, uint8 [500, 32, 32, 3], and their labels, int32 [500]."""
    with np.load(EXAMPLE, allow_pickle=False) as arrays:
        return example_pictures(), arrays["labels"].astype(np.int32)


def named_by(run: Run, picture: Pixels, names: Sequence[str], moment: Moment = "after") -> Naming:
    """The picture as the run's network names it; its weights travel only where the worker does not have them yet."""
    arguments = (list(names), picture, moment)
    named = lab().call(name_with, run.id, run.settings, None, *arguments, timeout_s=CALL_S)
    if named is None:
        weights = lab().runs.arrays(run.id, "head" if moment == "before" else "weights")
        named = lab().call(name_with, run.id, run.settings, weights, *arguments, timeout_s=CALL_S)
    return named


def _example(note: str) -> Evidence:
    with np.load(EXAMPLE, allow_pickle=False) as arrays:
        before, after = (
            answers_of({"labels": arrays["labels"], "probabilities": arrays[name]}) for name in ("before", "after")
        )
    return Evidence(after, before, None, note)
