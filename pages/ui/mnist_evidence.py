"""What the MNIST page looks at: what a run kept, or the example that comes with the app."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.checkpoints import weights_of
from engine.errors import InvalidInput
from engine.evaluation import Answers, answers_of
from engine.learned import Learned, from_arrays, hidden_of_test, learned_of
from engine.reading import Trained
from engine.records import Run
from engine.settings import MnistSettings
from engine.sources.mnist import pick_test_digits
from pages.ui.run_answers import OF_THE_EXAMPLE, kept_steps
from pages.ui.run_record import EXAMPLES
from pages.ui.session import lab

DIGITS = "0123456789"
CALL_S = 60.0
"""A worker may still be importing TensorFlow, or share its processor with a training."""


def learned_for(run: Run | None) -> tuple[Learned, str]:
    """What the run learned, or else the example; and a sentence which of them, and why.

    It takes seconds where the workers have not yet looked at the run's checkpoints.
    """
    if not run:
        return example_learned(), f"{OF_THE_EXAMPLE} Train a network to see what yours learns."
    try:
        return _learned_of(run.id, run.settings, tuple(kept_steps(run, "weights"))), ""
    except InvalidInput as error:
        return example_learned(), f"{error} {OF_THE_EXAMPLE}"


def trained(run: Run, name: str, step: int) -> Trained:
    """The network of a run from its arrays called `name`. Raises `InvalidInput` where they are gone or damaged."""
    return Trained(run.settings, _read_weights(run.id, step, name))


@st.cache_data(max_entries=200, show_spinner=False)
def pick_digits(labels: NDArray[np.integer[Any]], indices: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The images at `indices` of the test set with these labels, from where the workers have the data."""
    return lab().call(pick_test_digits, labels, indices, timeout_s=CALL_S)


@st.cache_data(show_spinner=False)
def example_answers() -> Answers:
    """The example's answers to the 1,000 test digits that come with the app."""
    with np.load(EXAMPLES / "mnist_test.npz", allow_pickle=False) as arrays:
        return answers_of(dict(arrays))


@st.cache_data(show_spinner=False)
def example_learned() -> Learned:
    """What the example learned."""
    with np.load(EXAMPLES / "mnist_learned.npz", allow_pickle=False) as arrays:
        return from_arrays(MnistSettings(), dict(arrays))


@st.cache_data(max_entries=8, show_spinner="Looking at test digits through every checkpoint…")
def _learned_of(run_id: str, settings: MnistSettings, steps: tuple[int, ...]) -> Learned:
    if not steps:
        raise InvalidInput(f"Run {run_id} has kept no weights.")
    weights = {step: _read_weights(run_id, step) for step in steps}
    seen = [_hidden(run_id, settings, step, weights[step]) for step in steps]
    return learned_of(settings, weights, [hidden for hidden, _ in seen], seen[-1][1])


@st.cache_data(max_entries=100, show_spinner=False)
def _hidden(
    run_id: str, settings: MnistSettings, step: int, _weights: tuple[NDArray[np.float32], ...]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    return lab().call(hidden_of_test, settings, _weights, timeout_s=CALL_S)


def _read_weights(run_id: str, step: int, name: str = "weights") -> tuple[NDArray[np.float32], ...]:
    return tuple(weights_of(lab().runs.arrays(run_id, name, step)))
