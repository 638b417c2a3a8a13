"""An experiment without TensorFlow that obeys what is sent into it."""

import time

from engine.events import Beat, Completed, Progress


def load(data=None):
    """Nothing to load."""


def run(settings, _resources):
    rate = settings.learning_rate
    for step in range(1, settings.steps + 1):
        time.sleep(settings.pause_s)
        control = yield Beat()
        rate = control.learning_rate if control and control.learning_rate else rate
        control = yield Progress(step, settings.steps, {"learning_rate": rate, "single": float(control is not None)})
        rate = control.learning_rate if control and control.learning_rate else rate
    yield Completed({})
