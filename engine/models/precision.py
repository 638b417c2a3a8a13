"""The numbers in which a network trains: activations short where that is fast, weights float32 always."""

from engine.device import has_bfloat16
from engine.settings import CifarSettings, MnistSettings


def computes_in(settings: MnistSettings | CifarSettings) -> str:
    """The numbers that the activations are kept in: what was asked for, or what the device is fast with."""
    if settings.precision != "auto":
        return settings.precision
    return "bfloat16" if has_bfloat16() else "float32"


def dtype_policy(settings: MnistSettings | CifarSettings) -> str:
    """Keras's name for it."""
    return "mixed_bfloat16" if computes_in(settings) == "bfloat16" else "float32"
