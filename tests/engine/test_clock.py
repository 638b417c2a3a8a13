"""Waits of Dask and Tornado do not depend on the time of day."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import asyncio, time
from tornado.ioloop import IOLoop
from distributed import batched
from engine.clock import keep_steady

keep_steady()
real = time.time
before = batched.time()
time.time = lambda: real() - 86_400
assert 0 <= batched.time() - before < 60

async def waits():
    called = asyncio.Event()
    IOLoop.current().add_timeout(before + 0.1, called.set)
    await asyncio.wait_for(called.wait(), 60)

asyncio.run(waits())
"""


def test_a_clock_that_is_set_back_makes_nobody_wait():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
