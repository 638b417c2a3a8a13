"""What style transfer takes of the memory, in a process of its own with the real network."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, resource, psutil
from engine.experiments import start
from engine.style_settings import StyleSettings

def rss():
    return psutil.Process().memory_info().rss / 1e6

list(start(StyleSettings(max_size=384, sizes=3, steps=6)))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
sizes = [384, 96, 160, 128, 192, 224, 112, 144, 176, 208] * 2
after = []
for number, size in enumerate(sizes):
    list(start(StyleSettings(max_size=size, sizes=1 + number % 3, steps=3, pooling="max" if number % 2 else "average")))
    after.append(rss())
print(json.dumps({"peak": peak, "after": after}))
"""


def test_384_pixels_take_less_than_1300_mb_and_twenty_runs_of_different_sizes_no_more():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    print(figures)
    assert figures["peak"] < 1300
    assert max(figures["after"][10:]) < 1.05 * max(figures["after"][:10])
