"""The app as its own processes, and what they take: memory by process, threads, open files, files left behind."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
START_S = 60
SAMPLE_S = 0.5
SIGNS = ("Traceback", "Error sending", "ERROR")
REPORT_LINES = 40

Memory = dict[str, float]
"""Megabytes by process: `streamlit`, `scheduler` (with the nanny), `worker`, and small ones. Shared pages are counted
once in all: it is the proportional set size."""


@dataclass
class App:
    """A running app. peak: the largest memory so far of all processes together; `doing` names what is going on."""

    address: str
    process: subprocess.Popen
    folder: Path
    doing: str = "starting"
    peak: Memory = field(default_factory=dict)
    peaks: dict[str, Memory] = field(default_factory=dict)
    peak_doing: str = ""

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Its processes by what they are."""
        found: dict[str, list[psutil.Process]] = {"streamlit": [psutil.Process(self.process.pid)]}
        for process in found["streamlit"][0].children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found.setdefault(_role(process.cmdline()), []).append(process)
        return found

    def memory(self) -> Memory:
        """What each takes now."""
        memory: Memory = {}
        for role, processes in self.processes().items():
            for process in processes:
                with contextlib.suppress(psutil.Error):
                    memory[role] = memory.get(role, 0.0) + process.memory_full_info().pss / 1e6
        return memory

    def settled(self, seconds: float = 5.0) -> Memory:
        """The least that is taken within so many seconds, by process."""
        least = self.memory()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(SAMPLE_S)
            least = {role: min(mb, least.get(role, mb)) for role, mb in self.memory().items()}
        return least

    def threads(self) -> int:
        """Threads of the Streamlit process."""
        return psutil.Process(self.process.pid).num_threads()

    def open_files(self) -> int:
        """File descriptors of the Streamlit process."""
        return psutil.Process(self.process.pid).num_fds()

    def leftovers(self) -> set[str]:
        """Temporary files, and files that were not written to their end."""
        temporary = {str(path) for path in (self.folder / "tmp").rglob("*") if path.is_file()}
        return temporary | {str(path) for path in (self.folder / "cache").rglob("*.part")}

    def errors(self) -> list[str]:
        """What the app's log says of errors, the report of each as it was printed, without colours."""
        lines = re.sub(r"\x1b\[[0-9;]*m", "", (self.folder / "app.log").read_text()).splitlines()
        starts = [n for n, line in enumerate(lines) if any(word in line for word in SIGNS) and "CUDA" not in line]
        return ["\n".join(lines[n : n + REPORT_LINES]) for n in starts]

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(SAMPLE_S):
            with contextlib.suppress(psutil.Error):
                memory = self.memory()
                if total(memory) > total(self.peak):
                    self.peak, self.peak_doing = memory, self.doing
                if total(memory) > total(self.peaks.get(self.doing, {})):
                    self.peaks[self.doing] = memory


def total(memory: Memory) -> float:
    """Megabytes of all processes."""
    return sum(memory.values())


def told(memory: Memory) -> str:
    """Memory as a line: the total, then each process, the largest first."""
    parts = ", ".join(f"{role} {mb:,.0f}" for role, mb in sorted(memory.items(), key=lambda item: -item[1]))
    return f"{total(memory):,.0f} MB ({parts})"


@contextlib.contextmanager
def running(
    folder: Path, *, forget_s: int = 120, limit_bytes: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[App]:
    """An app with an empty cache in `folder`, which ends with the block, and so do all its processes.

    forget_s: how long Streamlit keeps a session whose browser has gone; limit_bytes: what all its processes may take
    together, 0 for no limit (see `limited`). Data come from `CNN_LAB_DATA` as it is set.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("cache", "keras", "tmp"):
        (folder / name).mkdir(parents=True)
    variables = {
        **os.environ,
        "CNN_LAB_CACHE": str(folder / "cache"),
        "KERAS_HOME": str(folder / "keras"),
        "TMPDIR": str(folder / "tmp"),
        **(environment or {}),
    }
    ended = threading.Event()
    with (folder / "app.log").open("w") as log, limited(limit_bytes) as enter:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
                *(f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"),
                f"--server.disconnectedSessionTTL={forget_s}",
            ],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=log,
            preexec_fn=enter,
        )
        app = App(f"http://127.0.0.1:{port}", process, folder)
        watcher = threading.Thread(target=app._watch, args=(ended,), daemon=True)
        try:
            _wait_for(app)
            watcher.start()
            yield app
        finally:
            ended.set()
            tree = [found for many in app.processes().values() for found in many] if process.poll() is None else []
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            _, orphans = psutil.wait_procs(tree, timeout=15)
            for orphan in orphans:
                orphan.kill()
            psutil.wait_procs(orphans, timeout=5)
            if orphans:
                raise AssertionError(f"processes outlived the app: {orphans}")


@contextlib.contextmanager
def limited(limit_bytes: int) -> Iterator[object]:
    """A control group below one's own, and a function with which a process enters it. Raises `OSError` without rights.

    An address space limit (`ulimit -v`) would say little: TensorFlow reserves far more than it uses.
    """
    if not limit_bytes:
        yield None
        return
    own = next(
        line for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line or "0::" in line
    )
    number, _, path = own.split(":", 2)
    root, name = (
        (Path("/sys/fs/cgroup"), "memory.max")
        if number == "0"
        else (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes")
    )
    group = root / path.strip("/") / f"cnn-lab-{secrets.token_hex(4)}"
    group.mkdir()
    try:
        (group / name).write_text(str(limit_bytes))
        yield lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
    finally:
        _remove(group)


def _remove(group: Path) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)
    raise AssertionError(f"{group} still has processes")


def _role(command: list[str]) -> str:
    words = " ".join(command)
    if "engine.cluster" in words:
        return "scheduler"
    if "resource_tracker" in words:
        return "resource tracker"
    return "worker" if "spawn_main" in words else "other"


def _wait_for(app: App) -> None:
    for _ in range(10 * START_S):
        if app.process.poll() is not None:
            raise AssertionError(f"the app ended: {(app.folder / 'app.log').read_text()}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{app.address}/_stcore/health").close()
            return
        time.sleep(0.1)
    raise AssertionError("the app did not start")
