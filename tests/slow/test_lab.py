"""What takes the lab longer than a default test may."""

import os
import signal
import time

from engine.lab import Lab
from engine.records import State
from tests.fakes import CountSettings


def test_a_worker_that_is_killed_again_and_again_comes_back_each_time():
    """Dask looks fifteen seconds after each death whether a worker is there, and gives it up for good if not."""
    lab = Lab(warm_up=False)
    try:
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            run_id, waiting = lab.start(CountSettings(steps=100_000, pause_s=0.02)), lab.start(CountSettings())
            while not lab.watch(run_id).events:
                assert time.monotonic() < ends + 60, "no worker came back"
                time.sleep(0.01)
            os.kill(int(lab.watch(run_id).events[0].metrics["pid"]), signal.SIGKILL)
            assert lab.wait(run_id, 60).state == State.FAILED
            assert lab.wait(waiting, 60).state == State.COMPLETED
    finally:
        lab.close()
