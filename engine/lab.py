"""The page's side of the lab: start a run, watch it, stop it, or call a short function, on worker processes.

The lab keeps the record of every run, so a page can be left and come back to, and a second browser can watch the same
run. It keeps its own queue and hands a run to the workers only when one of their slots is free: what waits here is not
lost when a worker dies, and has a place that can be shown.

The workers are those of `CNN_LAB_SCHEDULER` (an address such as tcp://host:8786), or a private cluster of this app.
"""

import math
import os
import pickle
import secrets
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from distributed import Client, Future, KilledWorker

from engine import device, worker
from engine.archive import Archive
from engine.cluster import start_cluster
from engine.errors import InvalidSettings, WorkerError
from engine.events import Arrays
from engine.fairness import check_limits, operators_most
from engine.records import Record, Run, State
from engine.rules import Settings
from engine.runs import Runs

UNWATCHED_S = 300.0
"""A run that nobody has watched for this long is stopped: someone else may be waiting for its slot."""

CONNECT_S = 10.0
"""How long to wait for a scheduler to answer."""

DIED = (
    "Its worker process died: it was killed, or the computer ran out of memory. "
    "A new one is starting; smaller settings need less memory."
)

R = TypeVar("R")


class Lab:
    """All methods may be called from any thread, and only `wait` and `call` wait.

    With an archive, runs are on disk and survive the app. With `warm_up`, workers import TensorFlow as soon as they
    start, and `device` tells what they compute on.
    """

    def __init__(
        self, archive: Archive | None = None, *, warm_up: bool = True, unwatched_s: float = UNWATCHED_S
    ) -> None:
        self.runs = Runs(archive)
        self._changed = self.runs.changed
        self._warm_up = warm_up
        self._unwatched_s = unwatched_s
        self._topic = f"cnn-lab-{secrets.token_hex(8)}"
        self._client: Client | None = None
        self._process: subprocess.Popen[str] | None = None
        self._trouble = ""
        self._device: device.Device | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="lab", daemon=True)
        self._thread.start()

    def start(self, settings: Settings, owner: str = "") -> str:
        """Queue a run of the visitor `owner`, or of nobody in particular, and return its id.

        Raises `TooMany` where that visitor may not start one just now, `InvalidSettings` beyond the operator's limits.
        """
        check_limits(settings)
        return self.runs.add(settings, owner)

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
        """Change the learning rate of a run. Raises `InvalidSettings` where its settings do not allow the value."""
        if record := self.runs.get(run_id):
            replace(record.settings, learning_rate=learning_rate)
            self._order(record, worker.Order(learning_rate=learning_rate))

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
        self.runs.save()
        self._disconnect()

    # The lab's own thread: it connects, hands runs to workers, and stops what nobody watches.

    def _serve(self) -> None:
        while not self._closed:
            try:
                client = self._connect()
                self._trouble = ""
                self._drop_orphans(client)
                for record in self.runs.take_startable(self._slots(client)):
                    self._submit(client, record)
            except WorkerError as error:
                self._trouble = str(error)
                self.runs.fail(self.runs.all(), self._trouble)
            except (OSError, TimeoutError) as error:
                # Runs may well go on: the next round finds out.
                self._trouble = f"The workers do not answer just now ({error})."
            self.runs.save()
            for record in self.runs.unwatched(self._unwatched_s):
                self.stop(record.id, f"Nobody watched it for {self._unwatched_s / 60:.0f} minutes.")
            self._stop_the_longest()
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self.runs.startable(1), 1.0)

    def _stop_the_longest(self) -> None:
        try:
            most_minutes = operators_most("minutes") or math.inf
        except InvalidSettings:
            # No run starts then, and whoever tries is told.
            return
        for record in self.runs.all():
            if record.active and record.elapsed_s > 60 * most_minutes:
                self.stop(record.id, f"It ran for {most_minutes:g} minutes, the most that is allowed here.")

    def _connect(self) -> Client:
        ended = self._process is not None and self._process.poll() is not None
        if self._client and self._client.status == "running" and not ended:
            return self._client
        self.runs.fail([record for record in self.runs.all() if record.sent], DIED)
        self._disconnect()
        address = os.environ.get("CNN_LAB_SCHEDULER", "")
        if not address:
            self._process, address = start_cluster()
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False, name="cnn-lab")
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
        workers = client.scheduler_info(n_workers=-1)["workers"]
        return int(sum(known["resources"].get("slot", 0) for known in workers.values()))

    def _drop_orphans(self, client: Client) -> None:
        """Fail the runs whose worker is gone: a foreign scheduler would have them run again, some time, elsewhere."""
        held = [r for r in self.runs.all() if r.active and r.future and r.worker]
        if self._process or not held:
            return
        workers = client.nthreads()
        for record in held:
            if record.worker not in workers:
                record.future.cancel()
                self.runs.fail([record], DIED)

    def _submit(self, client: Client, record: Record) -> None:
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

    # Called by Dask, on threads of its own.

    def _receive(self, event: tuple[float, bytes]) -> None:
        message: worker.Message = pickle.loads(event[1])
        record = self.runs.get(message.run_id)
        if not record:
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
            # It ended before it began here. Dask's own thread must not wait for Dask.
            threading.Thread(target=self._order, args=(record, worker.Order(stop=True)), daemon=True).start()

    def _released(self, record: Record, future: Future) -> None:
        killed = future.status == "error" and isinstance(future.exception(), KilledWorker)
        lost = future.status in ("cancelled", "lost")
        self.runs.fail([record], DIED if killed or lost else "It ended without a result.")

    def _see_device(self, future: Future) -> None:
        if future.status == "finished":
            self._device = future.result()

    def _order(self, record: Record | None, order: worker.Order) -> None:
        if record and record.worker and (client := self._client):
            client.run(worker.give, record.id, order, workers=[record.worker], on_error="ignore")
