"""The page's side of the lab: start a run, watch it, stop it, or call a short function, on worker processes.

The lab keeps the record of every run, so a page can be left and come back to, and a second browser can watch the same
run. It keeps its own queue and hands a run to the workers only when one of their slots is free: what waits here is not
lost when a worker dies, and has a place that can be shown.
"""

import math
import pickle
import secrets
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from distributed import Future

from engine import device, worker
from engine.archive import Archive
from engine.connection import DIED, Connection, why_it_ended
from engine.errors import InvalidSettings, WorkerError
from engine.events import Arrays
from engine.fairness import check_limits, operators_most
from engine.records import Record, Run, State
from engine.rules import Settings
from engine.runs import Runs

UNWATCHED_S = 300.0
"""A run that nobody has watched for this long is stopped: someone else may be waiting for its slot."""

PAUSED_S = 600.0
"""A paused run keeps its slot for this long where another run waits, and for as long as it likes where none does."""

R = TypeVar("R")


class Lab:
    """All methods may be called from any thread. Only `wait` and `call` wait, but where a worker hangs, what it is told
    takes 2 s, and `headroom` some seconds more.

    With an archive, runs are on disk and survive the app. With `warm_up`, workers import TensorFlow as soon as they
    start, and `device` tells what they compute on.
    """

    def __init__(
        self,
        archive: Archive | None = None,
        *,
        warm_up: bool = True,
        unwatched_s: float = UNWATCHED_S,
        paused_s: float = PAUSED_S,
    ) -> None:
        self.runs = Runs(archive)
        self._changed = self.runs.changed
        self._unwatched_s, self._paused_s = unwatched_s, paused_s
        self._connection = Connection(f"cnn-lab-{secrets.token_hex(8)}", self._receive, warm_up=warm_up)
        self._closed = False
        self._slots, self._held = 1, False
        """Of the last round: the workers' slots, and whether the next run waits for room."""
        self._thread = threading.Thread(target=self._serve, name="lab", daemon=True)
        self._thread.start()

    def start(self, settings: Settings, owner: str = "", instead_of: str = "") -> str:
        """Queue a run of the visitor `owner`, or of nobody in particular, and return its id.

        instead_of: the id of a run that will be stopped for it, and does not count among those under way. Raises
        `TooMany` where that visitor may not start one just now, `InvalidSettings` beyond the operator's limits.
        """
        check_limits(settings)
        return self.runs.add(settings, owner, instead_of)

    def watch(self, run_id: str) -> Run | None:
        """The run as it is now, or None if it is not known here. Whoever watches keeps it from being stopped."""
        return self.runs.watch(run_id)

    def wait(self, run_id: str, timeout_s: float) -> Run | None:
        """Like `watch`, when the run has ended or `timeout_s` has passed."""
        return self.runs.wait(run_id, timeout_s)

    def stop(self, run_id: str, reason: str = "") -> None:
        """End a run. The record says so at once; its worker lets go before its next event."""
        with self._changed:
            record = self.runs.get(run_id)
            if not record or not record.active:
                return
            record.end(State.STOPPED, reason)
            self._changed.notify_all()
        self._order(record, worker.Order(stop=True))

    def pause(self, run_id: str) -> None:
        """Have a run wait before its next event, until `resume`."""
        self._order(self.runs.get(run_id), worker.Order(pause=True))

    def resume(self, run_id: str) -> None:
        """Have a paused run go on."""
        self._order(self.runs.get(run_id), worker.Order(pause=False))

    def step(self, run_id: str) -> None:
        """Have a paused run do one step."""
        self._order(self.runs.get(run_id), worker.Order(steps=1))

    def set_learning_rate(self, run_id: str, learning_rate: float) -> None:
        """Change the learning rate of a run.

        Raises `InvalidSettings` where its settings do not allow the value, or beyond the operator's limit.
        """
        if record := self.runs.get(run_id):
            check_limits(replace(record.settings, learning_rate=learning_rate))
            self._order(record, worker.Order(learning_rate=learning_rate))

    def call(self, function: Callable[..., R], *arguments: Any, timeout_s: float = 10.0) -> R:
        """The result of a short function, computed by a worker beside any run.

        Raises `WorkerError`, `InvalidInput` where it would bring too much, or what the function raises. The function is
        imported by its name, here and there, so its module must not import TensorFlow; what needs it comes through
        `engine.imports.load_module` inside the function.
        """
        return self._connection.call(function, *arguments, timeout_s=timeout_s)

    def headroom(self) -> float | None:
        """Bytes that a run may take where it would go on, None where that cannot be told just now."""
        return self._connection.headroom()

    @property
    def device(self) -> device.Device | None:
        """What the workers compute on, or None until one has said so."""
        return self._connection.device

    @property
    def trouble(self) -> str:
        """A sentence why the workers cannot be reached just now, or an empty text."""
        return self._connection.trouble

    def close(self) -> None:
        """Stop everything and end the private cluster."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10)
        self.runs.save()
        self._connection.close()

    # The lab's own thread: it connects, hands runs to workers, and stops what nobody watches.

    def _serve(self) -> None:
        while not self._closed:
            try:
                self._attend()
            except Exception:
                # Whatever it was, the next round is on: without this thread no run would ever start again.
                traceback.print_exc()
            with self._changed:
                self._changed.wait_for(self._has_to_attend, 1.0)

    def _has_to_attend(self) -> bool:
        return self._closed or (not self._held and bool(self.runs.startable(self._slots)))

    def _attend(self) -> None:
        """One round of the lab's thread."""
        try:
            self._hand_out()
            self._connection.trouble = ""
        except WorkerError as error:
            self._connection.trouble = str(error)
            self.runs.fail(self.runs.all(), str(error))
        except (OSError, TimeoutError) as error:
            # Runs may well go on: the next round finds out.
            self._connection.trouble = f"The workers do not answer just now ({error})."
        self.runs.save()
        for record in self.runs.unwatched(self._unwatched_s):
            self.stop(record.id, f"Nobody watched it for {self._unwatched_s / 60:.0f} minutes.")
        for record in self.runs.in_the_way(self._paused_s):
            self.stop(record.id, f"It was paused for {self._paused_s / 60:.0f} minutes, and another run waits.")
        self._stop_the_longest()
        for record in self.runs.lingering():
            # Its worker may have been unable to hear the first time.
            self._order(record, worker.Order(stop=True))

    def _hand_out(self) -> None:
        """See that there are workers, and give them what can start. Raises `WorkerError` or a network's error."""
        if not self._connection.alive:
            self.runs.fail([record for record in self.runs.all() if record.sent], DIED)
            self._connection.connect()
            with self._changed:
                self._changed.notify_all()
        self._drop_orphans()
        self._slots, self._held = self._connection.slots, False
        while not self._held and (record := self.runs.take_startable(self._slots)):
            self._submit(record)

    def _submit(self, record: Record) -> None:
        try:
            if crowded := self._connection.crowded(record.settings):
                if not any(other.future for other in self.runs.all()):
                    self._connection.renew(crowded)
                elif record.settings.slots:
                    # It waits, as do those behind it, until small runs have ended that are under way.
                    self._held = True
                    self.runs.put_back(record)
                    return
            record.future = self._connection.submit(record.id, record.settings)
        except Exception:
            self.runs.put_back(record)
            raise
        record.future.add_done_callback(lambda future: self._released(record, future))

    def _drop_orphans(self) -> None:
        """Fail the runs whose worker is gone: a foreign scheduler would have them run again, some time, elsewhere."""
        held = [r for r in self.runs.all() if r.future and r.worker]
        workers = self._connection.workers if held else None
        for record in held:
            if workers is not None and record.worker not in workers:
                record.future.cancel()
                self.runs.fail([record], DIED)

    def _stop_the_longest(self) -> None:
        try:
            # 0 is no limit: without any run there would be no lab.
            most_minutes = operators_most("minutes") or math.inf
        except InvalidSettings:
            # No run starts then, and whoever tries is told.
            return
        for record in self.runs.all():
            if record.active and record.elapsed_s > 60 * most_minutes:
                self.stop(record.id, f"It ran for {most_minutes:g} minutes, the most that is allowed here.")

    # Called by Dask, on threads of its own.

    def _receive(self, event: tuple[float, bytes]) -> None:
        message: worker.Message = pickle.loads(event[1])
        record = self.runs.get(message.run_id)
        if not record:
            if isinstance(message.body, worker.Started):
                # It was deleted before it began here.
                self._stop_there(message.body.worker, message.run_id)
            return
        if isinstance(message.body, Arrays):
            self.runs.keep_arrays(record, message.body)
            return
        with self._changed:
            record.elapsed_s = message.elapsed_s
            match message.body:
                case worker.Started(address):
                    self._begin(record, address)
                case worker.Paused() if record.active:
                    # After a single step it says so again, and has been paused all the time.
                    record.paused = record.paused if record.state == State.PAUSED else time.monotonic()
                    record.state = State.PAUSED
                case worker.Resumed() if record.active:
                    record.state = State.RUNNING
                case worker.Paused() | worker.Resumed():
                    pass
                case worker.Failed(reason):
                    record.end(State.FAILED, reason)
                case worker.Stopped():
                    record.end(State.STOPPED)
                case body:
                    record.add(body)
            self._changed.notify_all()

    def _begin(self, record: Record, address: str) -> None:
        if record.worker:
            # A foreign scheduler may run a task again after its worker died; the lab does not.
            record.end(State.FAILED, DIED)
        record.worker = address
        if record.active:
            record.state = State.RUNNING
        else:
            # It ended before it began here.
            self._stop_there(address, record.id)

    def _stop_there(self, address: str, run_id: str) -> None:
        """On a thread of its own: Dask's must not wait for Dask."""
        order = worker.Order(stop=True)
        threading.Thread(target=self._connection.order, args=(address, run_id, order), daemon=True).start()

    def _released(self, record: Record, future: Future) -> None:
        self.runs.fail([record], why_it_ended(future))

    def _order(self, record: Record | None, order: worker.Order) -> None:
        if record and record.worker:
            self._connection.order(record.worker, record.id, order)
