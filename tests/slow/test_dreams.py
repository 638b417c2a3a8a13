"""Dreams of the real network: the memory they take, in a process of their own, and that bfloat16 is no worse."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.dream_settings import DeepDreamSettings
from engine.events import Completed
from engine.experiments import deep_dream

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, resource, psutil
from engine.dream_settings import DeepDreamSettings
from engine.experiments import start

def rss():
    return psutil.Process().memory_info().rss / 1e6

def dream(**values):
    list(start(DeepDreamSettings(iterations=2, octaves=2, **values)))

list(start(DeepDreamSettings(max_size=458)))
# The largest tile, and a picture of several.
dream(max_size=1024)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
for size in (512, 128):
    dream(max_size=size)
before, after = rss(), []
for number in range(20):
    dream(max_size=500 - 18 * number, channel=31 * number, octave_scale=1.2 + 0.02 * number, seed=number)
    after.append(rss())
print(json.dumps({"peak": peak, "before": before, "after": after}))
"""


def test_dreams_take_less_than_1200_mb_and_twenty_of_different_sizes_and_channels_no_more():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    print(figures)
    assert figures["peak"] < 1200
    # A graph traced anew would take 20 MB a dream; primitives of a new size take one or two.
    assert max(figures["after"]) < figures["before"] + 100


@pytest.mark.parametrize("channel", [50, 100, 110])
def test_bfloat16_reaches_the_objective_that_float32_reaches(channel):
    reached = []
    for precision in ("float32", "bfloat16"):
        settings = DeepDreamSettings(channel=channel, max_size=320, precision=precision)
        *_, last = deep_dream.run(settings, deep_dream.load())
        assert isinstance(last, Completed)
        reached.append(last.result["octave_ends"][-1])
    assert reached[1] == pytest.approx(reached[0], rel=0.1)
