"""Learning-rate schedules: the rate as a function of the step. Pages draw them before anything is trained."""

import math
from collections.abc import Callable, Mapping

from engine.settings import CifarSettings

WARM_UP = 0.25
"""The share of a one-cycle run in which the rate rises."""


def constant(step: int, _steps: int, _factor: float, _every: int) -> float:
    """Always 1."""
    return 1.0


def staircase(step: int, _steps: int, factor: float, every: int) -> float:
    """factor^⌊step / every⌋: `tf.train.exponential_decay(…, staircase=True)` of the chapter."""
    return float(factor ** (step // every))


def exponential(step: int, _steps: int, factor: float, every: int) -> float:
    """factor^(step / every): the same without the stairs."""
    return float(factor ** (step / every))


def cosine(step: int, steps: int, _factor: float, _every: int) -> float:
    """Half a cosine from 1 to 0. Loshchilov and Hutter, "SGDR", 2017."""
    return (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2


def one_cycle(step: int, steps: int, _factor: float, _every: int) -> float:
    """Up in a line from 1/25 to 1 in the first quarter, then half a cosine down to 0. Smith and Topin, 2018."""
    rising = max(1, round(WARM_UP * steps))
    if step < rising:
        return 0.04 + 0.96 * step / rising
    return (1 + math.cos(math.pi * min((step - rising) / max(steps - rising, 1), 1.0))) / 2


SCHEDULES: Mapping[str, Callable[[int, int, float, int], float]] = {
    "constant": constant,
    "staircase": staircase,
    "exponential": exponential,
    "cosine": cosine,
    "one-cycle": one_cycle,
}
"""Of the step (from 0), all steps, the decay factor and the steps between decays: what the rate is multiplied by."""


def learning_rate(settings: CifarSettings, step: int) -> float:
    """The rate that step number `step`, from 0, learns with."""
    shape = SCHEDULES[settings.schedule]
    return settings.learning_rate * shape(step, settings.steps, settings.decay_factor, settings.decay_steps)
