"""The private cluster of one computer: a scheduler, a nanny and one worker, in a process tree of their own.

`start_cluster` starts this module as a child process. The child holds the scheduler and the nanny; the nanny starts the
worker, and starts it again when it dies. The child lives as long as the pipe on its standard input is open: when the
parent ends, however it ends, the pipe closes and the whole tree goes.

A process of our own, rather than `LocalCluster` in the app, because Streamlit runs pages as `__main__`, which processes
that the nanny spawns would run again; and rather than `SubprocessCluster`, because that needs one process more, leaves
orphans when its parent is killed, and does not run on Windows.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import dask
from distributed import LocalCluster

from engine.children import child_environment
from engine.clock import keep_steady
from engine.errors import WorkerError
from engine.memory import free_bytes

THREADS = 4
"""One for the experiment, the others for short calls."""

APP_BYTES = 300_000_000
"""What the app and the scheduler may come to take beside what they take when the worker starts."""

LEAST_BYTES = 1_000_000_000
"""With less a worker could do nothing, and would be ended and started for ever."""

REMEMBERED = {"distributed.admin.low-level-log-length": 10}
"""Dask's setting of how many of its last messages, events and transitions each process keeps for developers: a thousand
by default. Messages hold pictures, and the lab keeps its own record."""

END_S = 10.0
"""How long the child may take to end in order."""


def start_cluster() -> tuple[subprocess.Popen[str], str]:
    """Start the child; returns its process and the scheduler's address. Raises `WorkerError` if it does not come up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cluster"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"TF_CPP_MIN_LOG_LEVEL": "2", **child_environment()},
        # Ctrl-C in the terminal is for the app; the child ends with it. A group, not a session: Linux shares processors
        # out between sessions first, and the priorities of `engine.priority` would count for nothing.
        process_group=0,
    )
    assert process.stdout
    with process.stdout:
        address = process.stdout.readline().strip()
    if not address:
        raise WorkerError(f"The worker processes did not start (exit status {process.wait()}); see the app's log.")
    return process, address


def end_cluster(process: subprocess.Popen[str]) -> None:
    """End the child and all that it started, also those that hang."""
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_S)
    with contextlib.suppress(OSError, AttributeError):
        # They are a group of their own. Where there are no groups the child alone is ended.
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def main() -> None:
    """Print the scheduler's address, and serve until standard input closes."""
    # Only the address goes to the parent's pipe, which nobody reads afterwards: what workers print goes to the log.
    to_parent = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    keep_steady()
    dask.config.set(
        {
            # A run that killed its worker is reported as failed, never silently run again.
            "distributed.scheduler.allowed-failures": 0,
            # Dask gives a worker up for good if none is there just this long after one was lost, though by then
            # the next may be starting. The nanny alone decides.
            "distributed.deploy.lost-worker-timeout": "1000h",
            # A worker that dies is seen at once. That one has not been heard of for minutes says nothing: the clock was
            # set, or the computer slept.
            "distributed.scheduler.worker-ttl": None,
            # Before a worker connects.
            "distributed.worker.preload": ["engine.clock", "engine.priority", "engine.autograph_files"],
            **REMEMBERED,
            # Nothing here is worth spilling to disk; the last resort stays: a worker that fills the memory is ended.
            "distributed.worker.memory.target": False,
            "distributed.worker.memory.spill": False,
            "distributed.worker.memory.pause": False,
        }
    )
    with (
        _folder_of_their_own(),
        LocalCluster(
            n_workers=1,
            threads_per_worker=THREADS,
            processes=True,
            host="127.0.0.1",
            # Without bokeh these serve only health checks, but without an address they would serve them to the network.
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            resources={"slot": 1},
            # The nanny ends a worker that fills this, and its run fails with that reason. At the limit of a container
            # the system would end whatever it likes, perhaps all of it.
            memory_limit=max(LEAST_BYTES, free_bytes() - APP_BYTES),
        ) as cluster,
    ):
        print(cluster.scheduler_address, file=to_parent, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def _folder_of_their_own() -> Iterator[None]:
    """Where the workers' temporary files go; it is gone with the cluster."""
    with tempfile.TemporaryDirectory(prefix="cnn-lab-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = folder
        yield


if __name__ == "__main__":
    main()
