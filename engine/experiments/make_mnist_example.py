"""Make what the MNIST page shows of its example beside the record: `python -m engine.experiments.make_mnist_example`.

It trains the chapter's settings on the digits that come with the app, so leave CNN_LAB_DATA unset. The record itself is
written by `python -m engine run mnist --out pages/examples/mnist.json`.
"""

from pathlib import Path

import numpy as np

from engine.checkpoints import weights_of
from engine.events import Arrays, Completed
from engine.experiments import start
from engine.learned import hidden_of_test, learned_of, to_arrays
from engine.settings import MnistSettings

FOLDER = Path(__file__).parents[2] / "pages" / "examples"
STEPS = 12
"""Checkpoints in the example at most: it ships with the app."""


def make(settings: MnistSettings, folder: Path) -> None:
    """Write `mnist_test.npz` and `mnist_learned.npz` into `folder`."""
    weights = {}
    for event in start(settings):
        match event:
            case Arrays("weights", step, arrays):
                weights[step] = weights_of(arrays)
            case Arrays("test", _, arrays):
                np.savez_compressed(folder / "mnist_test.npz", allow_pickle=False, **arrays)
            case Completed(result):
                print(f"{result['test_correct']} of {result['test_images']} test digits read right")
    chosen = np.unique(np.linspace(0, len(weights) - 1, STEPS).round().astype(int))
    weights = {step: weights[step] for step in np.array(list(weights))[chosen].tolist()}
    seen = [hidden_of_test(settings, arrays) for arrays in weights.values()]
    learned = learned_of(settings, weights, [hidden for hidden, _ in seen], seen[0][1])
    np.savez_compressed(folder / "mnist_learned.npz", allow_pickle=False, **to_arrays(learned))


if __name__ == "__main__":
    make(MnistSettings(), FOLDER)
