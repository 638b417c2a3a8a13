"""The worker's side of the lab: runs one experiment and streams what it says to the lab.

Everything here runs in a Dask worker process. Messages travel on a Dask topic of the lab's own, in the order they were
sent; each is a pickled `Message`, which only this project's processes write and read.
"""

import pickle
import threading
import time
import traceback
from dataclasses import dataclass

from distributed import Worker, WorkerPlugin, get_worker

from engine.device import share_gpus
from engine.errors import LabError
from engine.events import Beat, Event
from engine.experiments import start
from engine.imports import load_module
from engine.rules import Settings
from engine.settings import MnistSettings


@dataclass(frozen=True, slots=True)
class Started:
    """A worker began the run; `worker` is its address."""

    worker: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run ended because it was asked to."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The run cannot go on; `reason` is a sentence."""

    reason: str


Body = Started | Event | Stopped | Failed


@dataclass(frozen=True, slots=True)
class Message:
    """What a run says, `elapsed_s` seconds after its worker began it."""

    run_id: str
    elapsed_s: float
    body: Body


_stops: dict[str, threading.Event] = {}
"""For each run on this worker, the signal to stop."""


def execute(run_id: str, topic: str, settings: Settings) -> None:
    """Run the experiment of `settings` in this thread until it completes or `stop` is called."""
    worker = get_worker()
    stopped = _stops.setdefault(run_id, threading.Event())
    began = time.monotonic()

    def say(body: Body) -> None:
        message = Message(run_id, time.monotonic() - began, body)
        worker.log_event(topic, pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    say(Started(worker.address))
    try:
        for event in start(settings):
            if stopped.is_set():
                return say(Stopped())
            if not isinstance(event, Beat):
                say(event)
    except LabError as error:
        say(Failed(str(error)))
    except Exception as error:
        traceback.print_exc()
        say(Failed(f"An unexpected {type(error).__name__} ended it: {error}. The app's log has the details."))
    finally:
        del _stops[run_id]


def stop(run_id: str) -> None:
    """Ask a run on this worker to stop; it does before its next event. Nothing happens if it is not here."""
    if signal := _stops.get(run_id):
        signal.set()


class WarmUp(WorkerPlugin):
    """Imports TensorFlow as soon as a worker starts, also after a restart, so that the first run need not wait."""

    name = "cnn-lab-warm-up"

    def setup(self, worker: Worker) -> None:
        """Start the import beside the worker's own work."""
        threading.Thread(target=_import_tensorflow, name="warm-up", daemon=True).start()


def _import_tensorflow() -> None:
    load_module(MnistSettings.module)
    share_gpus()
