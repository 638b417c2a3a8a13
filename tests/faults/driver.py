"""Starts and kills the host, talks to it, and remembers what it said to be saved."""

import contextlib
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
ANSWER_S = 90.0
"""The machine may be busy; what does not answer by then hangs."""

REMEMBERED = 40
"""Saved runs that are looked for after each fault: the lab itself forgets the oldest of 200, and a fault makes up to
five."""


class Broken(AssertionError):
    """What must hold after a fault does not."""


class Driver:
    """A host with its folder. `ledger`: what it said to be saved, by run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger: dict[str, dict] = {}
        self.clock = folder / "clock"
        self.set_clock(0)
        self.starts = 0
        self.up()

    # The process.

    def up(self) -> None:
        """Start the host, on the folder that the last one left."""
        self.starts += 1
        self._answers: dict[int, queue.Queue] = {}
        self._ids = itertools.count()
        self.log = (self.folder / f"host-{self.starts}.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.host"],
            cwd=ROOT,
            env={
                **os.environ,
                "CNN_LAB_CACHE": str(self.folder / "cache"),
                # Data of one's own would come before what is damaged in the cache.
                "CNN_LAB_DATA": "",
                "FAULTS_CLOCK": str(self.clock),
                "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/faults/clock"), str(ROOT)]),
                "TF_CPP_MIN_LOG_LEVEL": "2",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Not straight to the file: a limit on the size of files must not reach it.
        self._threads = [
            threading.Thread(target=self._copy_log, args=(self.process, self.log), daemon=True),
            threading.Thread(target=self._listen, args=(self.process, self._answers), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.ask("worker")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End the host and see that nothing that it had started outlives it."""
        family = self.family()
        self.process.send_signal(how)
        self.process.wait(30)
        self._hang_up()
        _, alive = psutil.wait_procs(family, timeout=30)
        if alive:
            raise Broken(f"these outlived the app: {[' '.join(p.cmdline())[:80] for p in alive]}")

    def family(self) -> list[psutil.Process]:
        """Every process that the host has started and that is still there."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def down(self) -> None:
        """End it as its user would."""
        family = self.family()
        self.process.stdin.close()
        self.process.wait(60)
        self._hang_up()
        _, alive = psutil.wait_procs(family, timeout=30)
        if alive:
            raise Broken(f"these outlived the app: {alive}")

    def _hang_up(self) -> None:
        for thread in self._threads:
            thread.join(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr, self.log):
            with contextlib.suppress(OSError):
                pipe.close()

    # Questions and answers.

    def ask(self, do: str, within_s: float = ANSWER_S, **arguments):
        """The answer to a command. A sentence of the lab's comes back as `{"error": …}`."""
        number, answer = next(self._ids), queue.Queue()
        self._answers[number] = answer
        self.process.stdin.write(json.dumps({"id": number, "do": do, "with": arguments}) + "\n")
        self.process.stdin.flush()
        try:
            told = answer.get(timeout=within_s)
        except queue.Empty:
            raise Broken(f"{do} was not answered within {within_s:.0f} s") from None
        if "bug" in told:
            raise Broken(f"{do} raised {told['bug']}")
        return told.get("value", told)

    def start(self, kind: str = "keep", **values) -> str:
        """Start a run."""
        told = self.ask("start", kind=kind, values=values)
        if not isinstance(told, str):
            raise Broken(f"{kind} was refused: {told}")
        return told

    def under_way(self, kind: str = "keep", **values) -> str:
        """Start a run and wait until it has said something."""
        run_id = self.start(kind, **values)
        self.until(lambda: self.ask("watch", run_id=run_id)["events"] > 0, f"the {kind} run to begin")
        return run_id

    def ended(self, run_id: str, *states: str) -> dict:
        """The run once it has ended, which must be in one of `states`."""
        run = self.ask("wait", run_id=run_id, timeout_s=ANSWER_S - 5)
        if run["state"] not in states:
            raise Broken(f"the run is {run['state']} ({run['reason']}), but should be {' or '.join(states)}")
        return run

    def until(self, condition, what: str, timeout_s: float = ANSWER_S) -> None:
        """Wait for something."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise Broken(f"waited in vain for {what}")
            time.sleep(0.02)

    def set_clock(self, seconds: float) -> None:
        """Put every process's clock off by so much."""
        part = self.clock.with_suffix(".part")
        part.write_text(str(seconds))
        part.replace(self.clock)

    # What must hold.

    def remember(self, run_id: str) -> None:
        """Once the host says that a run is saved, hold it to that."""
        self.until(lambda: self.ask("saved", run_id=run_id), "a run to be saved")
        self.ledger[run_id] = self.ask("watch", run_id=run_id)
        for old in list(self.ledger)[:-REMEMBERED]:
            del self.ledger[old]

    def check(self) -> None:
        """The lab answers, computes the next run, saves it, and has all that it said to be saved."""
        run_id = self.start(steps=12)
        run = self.ended(run_id, "Completed")
        if run["result"] != {"steps": 12}:
            raise Broken(f"the next run has the result {run['result']}")
        self.remember(run_id)
        listed = self.ask("listed")
        for known, before in self.ledger.items():
            if listed.get(known) != [before["state"], before["name"], before["result"]]:
                raise Broken(f"run {known} was saved as {before['state']}, {before['name']!r}; now {listed.get(known)}")
        if len(self.family()) > 4:
            raise Broken(f"{len(self.family())} processes: {[p.cmdline() for p in self.family()]}")

    def check_saved(self) -> None:
        """The same of every event, read from disk by a host that has just started; and nothing is left half written."""
        for known, before in self.ledger.items():
            now = self.ask("watch", run_id=known)
            if not now or now["last"] != before["last"]:
                raise Broken(f"run {known} had {before['events']} events and now has {now and now['events']}")
            arrays = self.ask("arrays", run_id=known) if before["kept"] else {}
            if len(arrays) != len([name for name, step in before["kept"] if name == "weights" and step]):
                raise Broken(f"run {known} has lost arrays: {before['kept']} and now {arrays}")
        if parts := list((self.folder / "cache" / "runs").rglob("*.part")):
            raise Broken(f"left half written: {parts}")

    def _listen(self, process, answers) -> None:
        with contextlib.suppress(ValueError):
            for line in process.stdout:
                told = json.loads(line)
                answers[told["id"]].put(told)

    def _copy_log(self, process, log) -> None:
        with contextlib.suppress(ValueError):
            for line in process.stderr:
                log.write(line.encode())
                log.flush()
