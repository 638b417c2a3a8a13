"""The worker's side of the lab: runs one experiment and streams what it says to the lab.

Everything here runs in a Dask worker process. Messages travel on a Dask topic of the lab's own, in the order they were
sent; each is a pickled `Message`, which only this project's processes write and read.
"""

import math
import pickle
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass

import dask
import psutil
from distributed import Worker, WorkerPlugin, get_worker

from engine.checkpoints import LATEST
from engine.device import share_gpus
from engine.errors import LabError
from engine.events import Arrays, Beat, Control, Event, Progress
from engine.experiments import start
from engine.imports import load_module
from engine.memory import TENSORFLOW_BYTES, free_bytes, give_back
from engine.needs import check_fits, needed_bytes
from engine.rules import Settings
from engine.settings import MnistSettings


@dataclass(frozen=True, slots=True)
class Started:
    """A worker began the run; `worker` is its address."""

    worker: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits until it is told to go on."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on after a pause."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run ended because it was asked to."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The run cannot go on; `reason` is a sentence."""

    reason: str


LATEST_S = 5.0
"""A run that keeps checkpoints is asked for its weights so often: 50 MB, the most that are kept, take 0.1 s of it."""

Body = Started | Event | Paused | Resumed | Stopped | Failed


@dataclass(frozen=True, slots=True)
class Message:
    """What a run says, `elapsed_s` seconds after its worker began it."""

    run_id: str
    elapsed_s: float
    body: Body


@dataclass(frozen=True, slots=True)
class Order:
    """What the lab asks of a run; what is None stays as it is. steps: so many single steps while it is paused."""

    stop: bool = False
    pause: bool | None = None
    steps: int = 0
    learning_rate: float | None = None


class Orders:
    """The orders given to one run: Dask's threads give them, the run's own thread follows them between two events."""

    def __init__(self) -> None:
        self.stopped = False
        self.paused_s = 0.0
        self._changed = threading.Condition()
        self._paused = False
        self._steps = 0
        self._step = 0
        self._learning_rate: float | None = None
        self._kept: int | None = None
        self._asked = False
        self._asked_at = time.monotonic()

    def give(self, order: Order) -> None:
        """Take an order; it counts before the run's next event."""
        with self._changed:
            self.stopped |= order.stop
            self._paused = self._paused if order.pause is None else order.pause
            self._steps = self._steps + order.steps if self._paused else 0
            if order.learning_rate is not None:
                self._learning_rate = order.learning_rate
            self._changed.notify_all()

    def follow(self, event: Event, say: Callable[[Body], None]) -> Control | None:
        """Wait while the run is paused, and return what is to be sent into it in answer to `event`."""
        with self._changed:
            if isinstance(event, Progress) and event.step > self._step:
                self._step, self._steps = event.step, max(0, self._steps - 1)
            asked, self._asked = self._asked, False
            if isinstance(event, Progress) and not asked and self._wants_weights(event.step):
                self._asked, self._asked_at = True, time.monotonic()
                return Control(single=self._paused, weights=True)
            if isinstance(event, Arrays) and event.name in ("weights", LATEST):
                self._kept = event.step
            # Between two other events a step may have been done that nobody was told of.
            if (isinstance(event, Progress) or (asked and isinstance(event, Arrays))) and self._holds():
                say(Paused())
                began = time.monotonic()
                self._changed.wait_for(lambda: not self._holds())
                self.paused_s += time.monotonic() - began
                if not self._paused:
                    say(Resumed())
            rate, self._learning_rate = self._learning_rate, None
            return Control(rate, single=self._paused) if rate is not None or self._paused else None

    def _wants_weights(self, step: int) -> bool:
        """Whether the run, which has said weights before, is to say those of `step`."""
        stale = self._kept is not None and self._kept < step
        return stale and (self._holds() or time.monotonic() - self._asked_at > LATEST_S)

    def _holds(self) -> bool:
        return self._paused and not self._steps and not self.stopped


_orders: dict[str, Orders] = {}
"""The orders for each run on this worker."""

_before: dict[str, int] = {}
"""Bytes that this process held when each run that takes a slot began: what is more is given back after it."""

_granted: dict[str, float] = {}
"""Bytes that each run under way was granted that takes no slot; it may take them late."""

_fresh = 0
"""Bytes that this process held as soon as TensorFlow was there, or 0 before that."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that the next run may take on a worker.

    beside: beside the run under way, as those do that take no slot; now: once it has ended; anew: if the worker is
    started again before, for what runs leave in it grows for hours, with each size and each network that is new to
    TensorFlow.
    """

    beside: float
    now: float
    anew: float


def room() -> Room:
    """That of this worker."""
    held = psutil.Process().memory_info().rss
    loads = 0 if "tensorflow" in sys.modules else TENSORFLOW_BYTES
    free = min(free_bytes(), _dask_allows() - held) - loads - sum(_granted.values())
    ended = min(_before.values(), default=held)
    # Without what this process held more since then.
    beside, now, anew = (max(0.0, free + max(0, held - then)) for then in (held, ended, min(ended, _fresh or ended)))
    return Room(beside, now, anew)


def _dask_allows() -> float:
    """Bytes that Dask lets this worker hold: beyond some it takes nothing on any more, or is ended."""
    manager = get_worker().memory_manager
    shares = (manager.memory_pause_fraction, dask.config.get("distributed.worker.memory.terminate"))
    return min((manager.memory_limit * share for share in shares if share and manager.memory_limit), default=math.inf)


def execute(run_id: str, topic: str, settings: Settings) -> None:
    """Run the experiment of `settings` in this thread until it completes or is told to stop."""
    worker = get_worker()
    orders = _orders.setdefault(run_id, Orders())
    began = time.monotonic()

    def say(body: Body) -> None:
        message = Message(run_id, time.monotonic() - began - orders.paused_s, body)
        worker.log_event(topic, pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    say(Started(worker.address))
    try:
        if settings.slots:
            check_fits(settings, room().now)
            _before[run_id] = psutil.Process().memory_info().rss
        else:
            check_fits(settings, room().beside)
            _granted[run_id] = needed_bytes(settings)
        _drive(start(settings), orders, say)
    except LabError as error:
        say(Failed(str(error)))
    except Exception as error:
        traceback.print_exc()
        say(Failed(f"An unexpected {type(error).__name__} ended it: {error}. The app's log has the details."))
    finally:
        del _orders[run_id]
        _before.pop(run_id, None)
        _granted.pop(run_id, None)
        give_back()


def _drive(events: Generator[Event, Control | None, None], orders: Orders, say: Callable[[Body], None]) -> None:
    control: Control | None = None
    while not orders.stopped:
        try:
            event = events.send(control)
        except StopIteration:
            return
        if orders.stopped:
            break
        if not isinstance(event, Beat):
            say(event)
        control = orders.follow(event, say)
    events.close()
    say(Stopped())


def give(run_id: str, order: Order) -> None:
    """Give an order to a run on this worker. Nothing happens if it is not here."""
    if orders := _orders.get(run_id):
        orders.give(order)


class WarmUp(WorkerPlugin):
    """Imports TensorFlow as soon as a worker starts, also after a restart, so that the first run need not wait."""

    name = "cnn-lab-warm-up"

    def setup(self, worker: Worker) -> None:
        """Start the import beside the worker's own work."""
        threading.Thread(target=_import_tensorflow, name="warm-up", daemon=True).start()


def _import_tensorflow() -> None:
    global _fresh
    load_module(MnistSettings.module)
    share_gpus()
    _fresh = psutil.Process().memory_info().rss
