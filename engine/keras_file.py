"""A trained network as the `.keras` file that plain Keras loads. A worker makes it; nothing here imports TensorFlow."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.checkpoints import weights_of
from engine.errors import InvalidInput
from engine.imports import load_module
from engine.rules import ExperimentSettings

LARGEST = 100_000_000
"""Bytes of weights that may be sent through the browser: more would not fit the memory of a small server."""


def check_size(weights: Mapping[str, NDArray[Any]]) -> None:
    """Raise `InvalidInput` for weights that are too large to be downloaded."""
    size = sum(array.nbytes for array in weights.values())
    if size > LARGEST:
        raise InvalidInput(
            f"The weights take {size / 1e6:,.0f} MB, but at most {LARGEST / 1e6:.0f} MB can be downloaded; "
            "the program makes the same network on your computer."
        )


def keras_file(network: str, settings: ExperimentSettings, weights: Mapping[str, NDArray[Any]]) -> bytes:
    """The file's bytes. `network` names the module whose `build_network(settings)` made the network.

    weights: "0", "1", … in the order of its `get_weights()`. Raises `InvalidInput` where they do not fit the network.
    """
    model = load_module(network).build_network(settings)
    ordered = weights_of(weights)
    wanted, given = [w.shape for w in model.get_weights()], [w.shape for w in ordered]
    if wanted != given:
        raise InvalidInput(f"The weights that were kept are of the shapes {given}, but the network's are {wanted}.")
    model.set_weights(ordered)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()
