"""Each challenge of the MNIST page can be solved, on the digits that come with the app."""

import pytest

from engine.challenges import MNIST_CHALLENGES, Attempt
from engine.experiments import start
from engine.settings import MnistSettings

SMALL = {"conv1_features": 8, "conv2_features": 16, "dense_size": 28, "learning_rate": 0.02}
SOLUTIONS = {
    "In a hurry": [{"steps": 200, "batch_size": 500, "learning_rate": 0.04}],
    "A tenth of the network": [SMALL],
    "Without momentum": [{"momentum": 0.0, "learning_rate": 0.05}],
    "Over the cliff": [{"steps": 100, "learning_rate": 0.5}],
    "Just luck": [{"steps": 60, "seed": 1}, {"steps": 60, "seed": 2}],
}


def attempt(values):
    settings = MnistSettings(eval_every=100, **values)
    return Attempt("a run", settings, list(start(settings))[-1].result)


@pytest.mark.parametrize("challenge", MNIST_CHALLENGES, ids=lambda challenge: challenge.title)
def test_it_can_be_solved(challenge):
    verdict = challenge.judge([attempt(values) for values in SOLUTIONS[challenge.title]])
    assert verdict.solved, verdict.words
