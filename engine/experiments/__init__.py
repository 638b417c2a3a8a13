"""One module an experiment: `load(data)` gets its resources, `run(settings, resources)` yields its events.

An experiment knows nothing of workers or pages. It yields often enough that whoever drives it can stop it within
0.3 s (by closing the generator), and exactly one `Completed`, last.
"""

from collections.abc import Generator
from pathlib import Path

from engine.events import Control, Event
from engine.imports import load_module
from engine.rules import Settings


def start(settings: Settings, data: Path | None = None) -> Generator[Event, Control | None, None]:
    """Load what the experiment of `settings` needs, from `data` first, and return its events.

    The module is imported here, in the process that computes, so that pages never import TensorFlow.
    """
    module = load_module(settings.module)
    events: Generator[Event, Control | None, None] = module.run(settings, module.load(data))
    return events
