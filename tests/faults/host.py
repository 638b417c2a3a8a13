"""A lab in a process of its own. Each line of standard input is a command in JSON, and each line out is an answer.

Commands run side by side, as pages do: one that waits for a worker that hangs keeps no other from being answered.
"""

import hashlib
import json
import os
import sys
import threading
from pathlib import Path

from engine.archive import Archive
from engine.errors import LabError
from engine.events import Progress, as_json
from engine.lab import Lab
from engine.settings import MnistSettings
from tests.fakes import CountSettings, process_id
from tests.faults.experiments import FetchSettings, KeepSettings

KINDS = {"keep": KeepSettings, "count": CountSettings, "fetch": FetchSettings, "mnist": MnistSettings}
KEPT = {name: KINDS[name] for name in ("keep", "count", "mnist")}
MOST_BYTES = 2_000_000_000
"""All runs that are looked for fit: the oldest of what does not is deleted, as it should be."""


class Host:
    """What can be asked of the lab; every answer is plain JSON."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder / "runs", KEPT, MOST_BYTES)
        self.lab = Lab(self.archive, warm_up=False)

    def start(self, kind, values, owner=""):
        return self.lab.start(KINDS[kind](**values), owner)

    def watch(self, run_id):
        return self._told(self.lab.watch(run_id))

    def wait(self, run_id, timeout_s):
        return self._told(self.lab.wait(run_id, timeout_s))

    def listed(self):
        return {run.id: [str(run.state), run.name, run.result] for run in self.lab.runs.listed()}

    def saved(self, run_id):
        """Whether all of a run that has ended is on disk, and nothing is said against it."""
        record = self.lab.runs.get(run_id)
        with self.lab.runs.changed:
            events = record.events and kept_events(record.events)
            right = not record.active and not record.remark and record.head == record.as_head()
        # The lab counts events before it writes them.
        return right and (events is None or len(events) == len(self.archive.events(run_id)))

    def arrays(self, run_id):
        steps = [step for name, step in self.lab.watch(run_id).kept if name == "weights" and step]
        files = {step: self.lab.runs.arrays(run_id, "weights", step) for step in steps}
        return {f"weights-{step}": float(sum(array.sum() for array in file.values())) for step, file in files.items()}

    def stop(self, run_id):
        self.lab.stop(run_id)

    def pause(self, run_id):
        self.lab.pause(run_id)

    def resume(self, run_id):
        self.lab.resume(run_id)

    def rename(self, run_id, name):
        self.lab.runs.rename(run_id, name)

    def delete(self, run_id):
        self.lab.runs.delete(run_id)

    def worker(self):
        return self.lab.call(process_id, timeout_s=30)

    def cluster(self):
        process = self.lab._connection._process
        return process.pid if process else None

    def _told(self, run):
        if not run:
            return None
        events = [json.dumps(as_json(event, 0.0)) for event in kept_events(run.events)]
        return {
            "state": str(run.state),
            "reason": run.reason,
            "remark": run.remark,
            "name": run.name,
            "result": run.result,
            "events": len(events),
            "last": [hashlib.sha256(event.encode()).hexdigest()[:12] for event in events],
            "kept": run.kept,
        }


def kept_events(events):
    """Those that go to disk: a `Progress` between two points of the curves does not."""
    return [event for event in events if not isinstance(event, Progress) or event.metrics]


def main() -> None:
    host, lock = Host(Path(os.environ["CNN_LAB_CACHE"])), threading.Lock()

    def answer(command):
        try:
            value = {"value": getattr(host, command["do"])(**command["with"])}
        except LabError as error:
            value = {"error": str(error)}
        except Exception as error:
            value = {"bug": repr(error)}
        with lock:
            print(json.dumps({"id": command["id"], **value}), flush=True)

    for line in sys.stdin:
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()
    host.lab.close()


if __name__ == "__main__":
    main()
