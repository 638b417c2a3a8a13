"""The page's side of the lab: start a run, watch it, stop it, or call a short function, on worker processes.

The lab keeps the record of every run, so a page can be left and come back to, and a second browser can watch the same
run. It keeps its own queue and hands a run to the workers only when one of their slots is free: what waits here is not
lost when a worker dies, and has a place that can be shown.

The workers are those of `CNN_LAB_SCHEDULER` (an address such as tcp://host:8786), or a private cluster of this app.
"""

import itertools
import os
import pickle
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from distributed import Client, Future, KilledWorker

from engine import device, worker
from engine.cluster import start_cluster
from engine.errors import WorkerError
from engine.events import Completed, Event
from engine.settings import Settings

UNWATCHED_S = 300.0
"""A run that nobody has watched for this long is stopped: someone else may be waiting for its slot."""

KEPT_RUNS = 50
"""Finished runs that are remembered; the oldest are forgotten first."""

R = TypeVar("R")


class State(StrEnum):
    """Where a run is; the words are those of the screen."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    STOPPED = "Stopped"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was when it was asked for.

    place: 1 for the next to start, 0 once it has; reason: a sentence why it failed or was stopped by the lab.
    """

    id: str
    settings: Settings
    state: State
    place: int
    elapsed_s: float
    reason: str
    events: tuple[Event, ...]

    @property
    def active(self) -> bool:
        """Whether it is still to end."""
        return self.state in (State.QUEUED, State.RUNNING)


@dataclass(slots=True)
class _Record:
    """What the lab knows of a run.

    sent: it has been handed to Dask; holds_slot: until its worker has really let go; future: until Dask is done with
    it, no longer, for Dask computes again what a dead worker had computed and somebody still holds.
    """

    id: str
    settings: Settings
    watched: float
    state: State = State.QUEUED
    reason: str = ""
    elapsed_s: float = 0.0
    events: list[Event] = field(default_factory=list)
    worker: str = ""
    sent: bool = False
    future: Future | None = None
    holds_slot: bool = False

    @property
    def active(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    def end(self, state: State, reason: str = "") -> None:
        if self.active:
            self.state, self.reason = state, reason


class Lab:
    """All methods may be called from any thread, and none waits for a run.

    With `warm_up`, workers import TensorFlow as soon as they start, and `device` tells what they compute on.
    """

    def __init__(self, *, warm_up: bool = True, unwatched_s: float = UNWATCHED_S) -> None:
        self._warm_up = warm_up
        self._unwatched_s = unwatched_s
        self._topic = f"cnn-lab-{secrets.token_hex(8)}"
        self._changed = threading.Condition(threading.RLock())
        self._records: dict[str, _Record] = {}
        self._client: Client | None = None
        self._process: subprocess.Popen[str] | None = None
        self._trouble = ""
        self._device: device.Device | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="lab", daemon=True)
        self._thread.start()

    def start(self, settings: Settings) -> str:
        """Queue a run and return its id."""
        with self._changed:
            run_id = secrets.token_hex(4)
            self._records[run_id] = _Record(run_id, settings, watched=time.monotonic())
            self._forget_oldest()
            self._changed.notify_all()
        return run_id

    def active_run(self, settings: Settings) -> str | None:
        """The id of a run of just these settings that is still to end: there is no use in a second such download."""
        with self._changed:
            return next((r.id for r in self._records.values() if r.active and r.settings == settings), None)

    def watch(self, run_id: str) -> Run | None:
        """The run as it is now, or None if it is not known here. Whoever watches keeps it from being stopped."""
        with self._changed:
            record = self._records.get(run_id)
            if not record:
                return None
            record.watched = time.monotonic()
            return Run(
                record.id,
                record.settings,
                record.state,
                self._place(record),
                record.elapsed_s,
                record.reason,
                tuple(record.events),
            )

    def stop(self, run_id: str, reason: str = "") -> None:
        """End a run. The record says so at once; its worker lets go before its next event."""
        with self._changed:
            record = self._records.get(run_id)
            if not record or not record.active:
                return
            record.end(State.STOPPED, reason)
            self._changed.notify_all()
        self._tell_worker_to_stop(record)

    def wait(self, run_id: str, timeout_s: float) -> Run | None:
        """Like `watch`, when the run has ended or `timeout_s` has passed."""
        with self._changed:
            self._changed.wait_for(lambda: not ((r := self._records.get(run_id)) and r.active), timeout_s)
            return self.watch(run_id)

    def call(self, function: Callable[..., R], *arguments: Any, timeout_s: float = 10.0) -> R:
        """The result of a short function, computed by a worker beside any run.

        Raises `WorkerError`, or what the function raises. The function is imported by its name, here and there, so its
        module must not import TensorFlow; what needs it comes through `engine.imports.load_module` inside the function.
        """
        future = self._connected(timeout_s).submit(function, *arguments, pure=False, priority=1)
        try:
            result: R = future.result(timeout_s)
            return result
        except TimeoutError:
            future.cancel()
            raise WorkerError(f"The workers did not answer within {timeout_s:.0f} s.") from None
        except KilledWorker:
            raise WorkerError("The worker process died; it is being started again.") from None

    @property
    def device(self) -> device.Device | None:
        """What the workers compute on, or None until one has said so."""
        return self._device

    @property
    def trouble(self) -> str:
        """A sentence why the workers cannot be reached just now, or an empty text."""
        return self._trouble

    def close(self) -> None:
        """Stop everything and end the private cluster."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10)
        self._disconnect()

    # The lab's own thread: it connects, hands runs to workers, and stops what nobody watches.

    def _serve(self) -> None:
        while not self._closed:
            try:
                client = self._connect()
                self._trouble = ""
                for record in self._take_startable(self._slots(client)):
                    self._submit(client, record)
            except (WorkerError, OSError, TimeoutError) as error:
                self._trouble = str(error) if isinstance(error, WorkerError) else f"The workers: {error}"
                self._fail_active(self._trouble)
            self._stop_unwatched()
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._startable(1), 1.0)

    def _connect(self) -> Client:
        if self._client and self._client.status == "running" and not (self._process and self._process.poll()):
            return self._client
        self._fail_active("The worker processes ended. They are being started again.")
        self._disconnect()
        address = os.environ.get("CNN_LAB_SCHEDULER", "")
        if not address:
            self._process, address = start_cluster()
        try:
            client = Client(address, timeout=10, set_as_default=False, name="cnn-lab")
        except (OSError, TimeoutError, ValueError) as error:
            raise WorkerError(f"No scheduler answers at {address} (CNN_LAB_SCHEDULER): {error}") from error
        client.subscribe_topic(self._topic, self._receive)
        if self._warm_up:
            client.register_plugin(worker.WarmUp())
            client.submit(device.describe_device, pure=False).add_done_callback(self._see_device)
        with self._changed:
            self._client = client
            self._changed.notify_all()
        return client

    def _disconnect(self) -> None:
        with self._changed:
            client, process, self._client, self._process = self._client, self._process, None, None
        if client:
            client.close(timeout=2)
        if process and process.stdin:
            process.stdin.close()
            process.wait(10)

    def _connected(self, timeout_s: float) -> Client:
        with self._changed:
            self._changed.wait_for(lambda: self._client is not None, timeout_s)
            if not self._client:
                raise WorkerError(self._trouble or f"The workers did not start within {timeout_s:.0f} s.")
            return self._client

    def _slots(self, client: Client) -> int:
        if self._process:
            return 1
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        return int(sum(known["resources"].get("slot", 0) for known in workers))

    def _startable(self, slots: int) -> list[_Record]:
        waiting = [r for r in self._records.values() if r.state == State.QUEUED and not r.sent]
        free = max(0, slots - sum(r.holds_slot for r in self._records.values()))
        heavy = itertools.islice((r for r in waiting if r.settings.slots), free)
        return [*(r for r in waiting if not r.settings.slots), *heavy]

    def _take_startable(self, slots: int) -> list[_Record]:
        with self._changed:
            records = self._startable(slots)
            for record in records:
                record.sent, record.holds_slot = True, record.settings.slots > 0
            return records

    def _submit(self, client: Client, record: _Record) -> None:
        future = client.submit(
            worker.execute,
            record.id,
            self._topic,
            record.settings,
            key=f"run-{record.id}",
            resources={"slot": record.settings.slots} if record.settings.slots else None,
            retries=0,
        )
        record.future = future
        future.add_done_callback(lambda future: self._released(record, future))

    def _stop_unwatched(self) -> None:
        now = time.monotonic()
        for record in list(self._records.values()):
            if record.active and now - record.watched > self._unwatched_s:
                self.stop(record.id, f"Nobody watched it for {self._unwatched_s / 60:.0f} minutes.")

    def _fail_active(self, reason: str) -> None:
        with self._changed:
            for record in self._records.values():
                record.end(State.FAILED, reason)
                record.holds_slot = False
            self._changed.notify_all()

    # Called by Dask, on threads of its own.

    def _receive(self, event: tuple[float, bytes]) -> None:
        message: worker.Message = pickle.loads(event[1])
        record = self._records.get(message.run_id)
        if not record:
            return
        with self._changed:
            record.elapsed_s = message.elapsed_s
            match message.body:
                case worker.Started(address):
                    self._begin(record, address)
                case worker.Failed(reason):
                    record.end(State.FAILED, reason)
                case worker.Stopped():
                    record.end(State.STOPPED)
                case body if record.active:
                    record.events.append(body)
                    if isinstance(body, Completed):
                        record.end(State.COMPLETED)
            self._changed.notify_all()

    def _begin(self, record: _Record, address: str) -> None:
        again, record.worker = bool(record.worker), address
        if again:
            # The scheduler of a foreign cluster may run a task again after its worker died; the lab does not.
            record.end(State.FAILED, worker_died())
        if record.active:
            record.state = State.RUNNING
        else:
            # It was stopped before it began. Dask's own thread must not wait for Dask.
            threading.Thread(target=self._tell_worker_to_stop, args=(record,), daemon=True).start()

    def _released(self, record: _Record, future: Future) -> None:
        killed = future.status == "error" and isinstance(future.exception(), KilledWorker)
        with self._changed:
            record.future, record.holds_slot = None, False
            record.end(State.FAILED, worker_died() if killed else "It ended without a result.")
            self._changed.notify_all()

    def _see_device(self, future: Future) -> None:
        if future.status == "finished":
            self._device = future.result()

    # Small parts.

    def _tell_worker_to_stop(self, record: _Record) -> None:
        if (client := self._client) and record.worker:
            client.run(worker.stop, record.id, workers=[record.worker], on_error="ignore")

    def _place(self, record: _Record) -> int:
        if record.state != State.QUEUED:
            return 0
        queued = [r.id for r in self._records.values() if r.state == State.QUEUED and r.settings.slots]
        return queued.index(record.id) + 1 if record.id in queued else 1

    def _forget_oldest(self) -> None:
        ended = [r.id for r in self._records.values() if not r.active and not r.holds_slot]
        for run_id in ended[: max(0, len(ended) - KEPT_RUNS)]:
            del self._records[run_id]


def worker_died() -> str:
    """Why a run failed whose worker process is gone."""
    return (
        "Its worker process died: it was killed, or the computer ran out of memory. "
        "A new one is starting; smaller settings need less memory."
    )
