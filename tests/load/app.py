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
from collections.abc import Callable, Iterator, Mapping
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
    group: "Group | None" = None
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

    def resident(self) -> Memory:
        """Of the Streamlit process: `all` that lies in memory now, and what is its `own`, without files.

        Its share in `memory` is no measure of growth: it falls by 20 MB while another program that was started from the
        same environment is there to share the libraries, and rises when that one ends.
        """
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = dict(re.findall(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE))
        return {"all": int(kilobytes["VmRSS"]) * 1024 / 1e6, "own": int(kilobytes["RssAnon"]) * 1024 / 1e6}

    def settled(self, measure: Callable[[], Memory] | None = None, seconds: float = 5.0) -> Memory:
        """The least of each part of `measure`, which is `memory` by default, within so many seconds."""
        measure = measure or self.memory
        least = measure()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(SAMPLE_S)
            least = {part: min(mb, least.get(part, mb)) for part, mb in measure().items()}
        return least

    def threads(self) -> int:
        """Threads of the Streamlit process."""
        return psutil.Process(self.process.pid).num_threads()

    def open_files(self) -> int:
        """File descriptors of the Streamlit process."""
        return psutil.Process(self.process.pid).num_fds()

    def leftovers(self) -> set[str]:
        """Temporary files, and files that were not written to their end.

        Not those of functions that the worker has translated: where it was started anew in between they have other
        names, and each worker deletes what the one before it left.
        """
        found = [path for path in (self.folder / "tmp").rglob("*") if path.is_file()]
        temporary = {str(path) for path in found if not path.name.startswith("__autograph_generated_file")}
        return temporary | {str(path) for path in (self.folder / "cache").rglob("*.part")}

    def errors(self) -> list[str]:
        """What the app's log says of errors, the report of each as it was printed, without colours."""
        lines = re.sub(r"\x1b\[[0-9;]*m", "", (self.folder / "app.log").read_text()).splitlines()
        starts = [n for n, line in enumerate(lines) if any(word in line for word in SIGNS) and "CUDA" not in line]
        return ["\n".join(lines[n : n + REPORT_LINES]) for n in starts]

    def sample(self) -> None:
        """Note the memory of now, where it is the most so far."""
        with contextlib.suppress(psutil.Error):
            memory = self.memory()
            if total(memory) > total(self.peak):
                self.peak, self.peak_doing = memory, self.doing
            if total(memory) > total(self.peaks.get(self.doing, {})):
                self.peaks[self.doing] = memory

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(SAMPLE_S):
            self.sample()


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
    together, 0 for no limit (see `Group`). Data come from `CNN_LAB_DATA` as it is set.
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
    with (folder / "app.log").open("w") as log, limited(limit_bytes) as group:
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
            preexec_fn=group.enter if group else None,
        )
        app = App(f"http://127.0.0.1:{port}", process, folder, group)
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


class Group:
    """A control group of Linux below one's own, of version 1 or 2, whose processes take at most `limit_bytes` together.

    An address space limit (`ulimit -v`) would say little: TensorFlow reserves far more than it uses.
    """

    def __init__(self, limit_bytes: int) -> None:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        own = {kind: path.strip("/") for _, kind, path in lines}
        root, self._one = Path("/sys/fs/cgroup"), "memory" in own
        self.folder = (root / "memory" / own["memory"] if self._one else root / own[""]) / f"lab-{secrets.token_hex(4)}"
        self.folder.mkdir()
        (self.folder / ("memory.limit_in_bytes" if self._one else "memory.max")).write_text(str(limit_bytes))

    def enter(self) -> None:
        """Put the calling process into the group."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def most_bytes(self) -> int:
        """The most that was taken so far, files that were read included."""
        return int((self.folder / ("memory.max_usage_in_bytes" if self._one else "memory.peak")).read_text())

    def killed(self) -> int:
        """How many processes the system ended at the limit."""
        text = (self.folder / ("memory.oom_control" if self._one else "memory.events")).read_text()
        return int(re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)[1])


@contextlib.contextmanager
def limited(limit_bytes: int) -> Iterator[Group | None]:
    """A control group of this limit, or none for 0. Raises `OSError` where one cannot be made."""
    group = Group(limit_bytes) if limit_bytes else None
    try:
        yield group
    finally:
        if group:
            _remove(group.folder)


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
