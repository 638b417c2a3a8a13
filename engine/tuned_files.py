"""What of a fine-tuned network is taken away: its network in two formats, and a program that uses it.

Pages call this through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from engine.imports import load_module
from engine.settings import FineTuningSettings
from engine.standalone import program


def network_file(settings: FineTuningSettings, weights: Mapping[str, NDArray[Any]], kind: str) -> bytes:
    """The trained network of a run as a file of `kind`, keras or tflite."""
    models = load_module("engine.models.exported")
    model = models.build_exported(settings, weights)
    content: bytes = models.as_tflite(model) if kind == "tflite" else models.as_keras(model)
    return content


def naming_program(settings: FineTuningSettings, names: Sequence[str]) -> str:
    """The program that names pictures with either file."""
    return program("name_pictures", {"names": list(names), "size": settings.side})
