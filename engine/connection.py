"""The lab's line to its workers: to those of `CNN_LAB_SCHEDULER`, or to a private cluster of this computer.

An address such as tcp://host:8786 is taken as it is; for tls://host:8786 Dask reads authority, certificate and key from
its own configuration, which the environment can give (DASK_DISTRIBUTED__COMM__TLS__CA_FILE, __CLIENT__CERT, …).
"""

import contextlib
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, TypeVar

import dask
import numpy as np
from distributed import Client, Future, KilledWorker
from distributed.comm import CommClosedError

from engine import device, worker
from engine.clock import keep_steady
from engine.cluster import REMEMBERED, end_cluster, start_cluster
from engine.errors import InvalidInput, WorkerError
from engine.needs import fit
from engine.rules import Settings

CONNECT_S = 10.0
"""How long to wait for a scheduler to answer."""

ORDER_S = 2.0
"""How long a page waits for a worker to take an order; one that hangs takes it when it wakes up."""

ROOM_S = 2.0
RENEWAL_S = 60.0

MOST_CALL_BYTES = 128_000_000
"""Arrays and bytes that are arguments of a short call, or values of a dictionary that is one.

Pictures have less than a megabyte, the weights of a network some dozens.
"""

DIED = (
    "Its worker process died: it was killed, or the computer ran out of memory. "
    "A new one is starting; smaller settings need less memory."
)

R = TypeVar("R")


class Connection:
    """All methods may be called from any thread, but `connect` and `close` by one only.

    What workers say on `topic` goes to `receive`. With `warm_up`, they import TensorFlow as soon as they start, and
    `device` tells what they compute on, None until one has said so.
    """

    def __init__(self, topic: str, receive: Callable[[Any], None], *, warm_up: bool) -> None:
        keep_steady()
        dask.config.set(REMEMBERED)
        self.device: device.Device | None = None
        self.trouble = ""
        """A sentence why the workers cannot be reached just now, or an empty text."""
        self._topic = topic
        self._receive = receive
        self._warm_up = warm_up
        self._changed = threading.Condition()
        self._client: Client | None = None
        self._process: subprocess.Popen[str] | None = None
        self._renewals = 0

    @property
    def alive(self) -> bool:
        """Whether there is a connection that can be used."""
        ended = self._process is not None and self._process.poll() is not None
        return self._client is not None and self._client.status == "running" and not ended

    def connect(self) -> None:
        """Start anew, with a private cluster of its own where there is no scheduler. Raises `WorkerError`."""
        self.close()
        address = os.environ.get("CNN_LAB_SCHEDULER", "")
        if not address:
            self._process, address = start_cluster()
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False, name="cnn-lab")
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
            # Dask raises the last two where a certificate is not configured.
            raise WorkerError(f"No scheduler answers at {address} (CNN_LAB_SCHEDULER): {error}") from error
        client.subscribe_topic(self._topic, self._receive)
        with self._changed:
            self._client = client
            self._changed.notify_all()
        if self._warm_up:
            # Dask waits until every worker has the plugin, and one of them may hang.
            threading.Thread(target=self._warm, args=(client,), name="warm-up", daemon=True).start()

    def close(self) -> None:
        """Leave the scheduler, and end the private cluster."""
        with self._changed:
            client, process, self._client, self._process = self._client, self._process, None, None
        if client:
            client.close(timeout=2)
        if process:
            end_cluster(process)

    @property
    def slots(self) -> int:
        """How many runs that take a slot can go on at once."""
        if self._process:
            return 1
        return int(sum(known["resources"].get("slot", 0) for known in self._known_workers().values()))

    @property
    def workers(self) -> frozenset[str] | None:
        """Addresses of the workers of a foreign scheduler; None for the private one, which tells of a dead one."""
        return None if self._process else frozenset(self._known_workers())

    def submit(self, run_id: str, settings: Settings) -> Future:
        """Have a worker execute a run. Raises `WorkerError`."""
        return self._connected(0).submit(
            worker.execute,
            run_id,
            self._topic,
            settings,
            key=f"run-{run_id}",
            resources={"slot": settings.slots} if settings.slots else None,
            retries=0,
        )

    def call(self, function: Callable[..., R], *arguments: Any, timeout_s: float) -> R:
        """What `Lab.call` says."""
        if (size := sum(_bytes(argument) for argument in arguments)) > MOST_CALL_BYTES:
            most = MOST_CALL_BYTES / 1e6
            raise InvalidInput(f"This would send {size / 1e6:,.0f} MB to a worker; at most {most:,.0f} MB can be sent.")
        renewals, ends = self._renewals, time.monotonic() + timeout_s
        future = self._connected(timeout_s).submit(function, *arguments, pure=False, priority=1)
        try:
            result: R = future.result(timeout_s)
            return result
        except TimeoutError:
            future.cancel()
            raise WorkerError(f"The workers did not answer within {timeout_s:.0f} s.") from None
        except (KilledWorker, CancelledError, CommClosedError):
            if self._renewals != renewals and (left_s := ends - time.monotonic()) > 0:
                # It was ended to make room for a run, and the new one answers as well.
                return self.call(function, *arguments, timeout_s=left_s)
            raise WorkerError("The worker process died; it is being started again.") from None

    def order(self, address: str, run_id: str, order: worker.Order) -> None:
        """Give an order to a run on the worker at `address`, which may have gone meanwhile."""
        if not (client := self._client):
            return
        try:
            client.sync(
                *(client._run, worker.give, run_id, order),
                workers=[address],
                on_error="ignore",
                callback_timeout=ORDER_S,
            )
        except (OSError, TimeoutError, RuntimeError):
            # It hangs, or the connection is being closed.
            return

    def headroom(self) -> float | None:
        """Bytes that a run may take, of the worker that has least to give; None where they do not say so just now."""
        rooms = self._rooms()
        # Only the private worker is started again for a run: others may be at work for others.
        return min((room.anew if self._process else room.now for room in rooms.values()), default=None)

    def crowded(self, settings: Settings) -> str:
        """The address of the private worker where a run would fit into a new one only, else an empty text."""
        for address, room in self._rooms().items() if self._process else ():
            if not fit(settings, room.now).is_enough and fit(settings, room.anew).is_enough:
                return address
        return ""

    def renew(self, address: str) -> None:
        """Start a worker again, and wait until it is there. What it is doing is lost."""
        self._renewals += 1
        self._connected(0).restart_workers([address], timeout=RENEWAL_S)

    def _rooms(self) -> dict[str, worker.Room]:
        """What each worker with a slot has to give; none where one does not say so just now."""
        if not self.alive or not (client := self._client):
            return {}
        try:
            known = self._known_workers()
            holders = [address for address, facts in known.items() if facts["resources"].get("slot")]
            asked = {a: client.submit(worker.room, workers=[a], pure=False, priority=1) for a in holders}
            ends = time.monotonic() + ROOM_S
            return {a: future.result(max(0.05, ends - time.monotonic())) for a, future in asked.items()}
        except (OSError, TimeoutError, RuntimeError, KilledWorker, CancelledError):
            return {}

    def _known_workers(self) -> dict[str, Any]:
        client = self._connected(0)
        # As `client.scheduler_info`, which waits for ever where the scheduler hangs.
        client.sync(client._update_scheduler_info, n_workers=-1, callback_timeout=CONNECT_S)
        known: dict[str, Any] = client._scheduler_identity["workers"]
        return known

    def _connected(self, timeout_s: float) -> Client:
        with self._changed:
            self._changed.wait_for(lambda: self._client is not None, timeout_s)
            if not self._client:
                raise WorkerError(self.trouble or f"The workers did not start within {timeout_s:.0f} s.")
            return self._client

    def _warm(self, client: Client) -> None:
        with contextlib.suppress(OSError, TimeoutError, RuntimeError, CancelledError):
            client.register_plugin(worker.WarmUp())
            client.submit(device.describe_device, pure=False).add_done_callback(self._see_device)

    def _see_device(self, future: Future) -> None:
        if future.status == "finished":
            self.device = future.result()


def why_it_ended(future: Future) -> str:
    """Why Dask is done with a run that has not said itself how it ended. What is unexpected goes to the log."""
    error = future.exception() if future.status == "error" else None
    if future.status in ("cancelled", "lost") or isinstance(error, KilledWorker):
        return DIED
    if error is None:
        return "It ended without a result."
    traceback.print_exception(error)
    return f"An unexpected {type(error).__name__} ended it: {error}. The app's log has the details."


def _bytes(argument: Any) -> int:
    match argument:
        case np.ndarray():
            return int(argument.nbytes)
        case bytes():
            return len(argument)
        case dict():
            return sum(map(_bytes, argument.values()))
        case _:
            return 0
