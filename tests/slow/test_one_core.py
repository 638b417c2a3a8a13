"""Every experiment on a machine of one core, where TensorFlow has one thread and none may wait for another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.settings import EXPERIMENTS

ROOT = Path(__file__).parents[2]

SCRIPT = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from engine.dream_settings import ChannelSettings
from engine.experiments import start
from engine.settings import EXPERIMENTS
from tests.engine.test_contract import QUICK
for name, experiment in EXPERIMENTS.items():
    list(start(experiment(**QUICK[name])))
    print(name, flush=True)
list(start(ChannelSettings("efficientnet_lite0", "block1", (0, 1))))
print("channels", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a process cannot be bound to a core here")
def test_every_experiment_ends_on_one_core():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [*EXPERIMENTS, "channels"]
