"""One run of MNIST, watched by nobody, by 1, by 10 and by 30: how often each sees it anew, and how fast it goes on.

The watchers are clients of Streamlit's protocol (`tests/load/client.py`), all in one process beside the app, whose own
use of the processor counts against the run: `note` says how much that was.
"""

import asyncio
import contextlib
import itertools
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.comparison import Comparison, Latency, Target
from tests.browser.conftest import running_app
from tests.load.client import Client

CROWDS = (0, 1, 10, 30)
BATCH = 100
STEPS = 20_000
PHASE_S, SETTLE_S, WARM_S = 15.0, 3.0, 15.0


@dataclass
class Seen:
    """What the phases found, by number of watchers; seconds, bytes."""

    speeds: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    gaps: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    bytes_a_minute: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    own_share: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))


def compare(repeats: int, quick: bool = False) -> tuple[Comparison, Latency, Latency, Comparison]:
    """The run's speed, seconds between two refreshes and to each, and bytes to a watcher in a minute."""
    crowds = (0, 2) if quick else CROWDS
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as address:
        seen = asyncio.run(_watched(address, crowds, 1 if quick else max(1, repeats // 2), 2.0 if quick else PHASE_S))
    names = {crowd: f"{crowd} watching" if crowd else "unwatched" for crowd in crowds}
    watched = crowds[1:]
    target = Target(names[crowds[-1]], "unwatched", at_least=0.7)
    own = ", ".join(f"{names[n]} {max(seen.own_share[n]):.0%}" for n in watched)
    note = f"The watchers themselves took of one core: {own}."
    limits = {names[crowds[-1]]: 1500.0}
    return (
        Comparison("A run of MNIST while it is watched", "images/s", named(seen.speeds, names), targets=(target,)),
        Latency("From one refresh of a watched run to the next", named(seen.gaps, names, 1000), limits, note),
        Latency("From asking for a refresh to having it", named(seen.answers, names, 1000), {}),
        Comparison("To each watcher", "kB a minute", named(seen.bytes_a_minute, names, 1e-3)),
    )


def named(values: dict[int, list[float]], names: dict[int, str], factor: float = 1.0) -> dict[str, list[float]]:
    return {names[crowd]: [factor * value for value in found] for crowd, found in values.items()}


async def _watched(address: str, crowds: tuple[int, ...], repeats: int, phase_s: float) -> Seen:
    seen, path = Seen(), ""
    async with Client(address) as owner:
        await owner.open("/mnist")
        # The worker loads TensorFlow on the same cores.
        await asyncio.sleep(min(WARM_S, 2 * phase_s))
    for _ in range(repeats):
        path = await _start(address, owner.cookies)
        for crowd in crowds:
            await _phase(address, path, crowd, phase_s, seen)
        async with Client(address, cookies=owner.cookies) as last:
            await last.open(path)
            await last.press("Stop")
    return seen


async def _start(address: str, cookies: dict[str, str]) -> str:
    """Start a long run, and return its address."""
    async with Client(address, cookies=cookies) as client:
        await client.open("/mnist")
        await client.fill("Steps", STEPS)
        await client.press("Train")
        await client.until(lambda page: step_of(page) > 0, 90)
        return f"/mnist?{client.query}"


async def _phase(address: str, path: str, crowd: int, phase_s: float, seen: Seen) -> None:
    async with contextlib.AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(Client(address)) for _ in range(crowd)]
        for watcher in watchers:
            await watcher.open(path)
        await asyncio.sleep(min(SETTLE_S, phase_s))
        before, step_before = await _look(address, path)
        bytes_before = [watcher.wire_bytes for watcher in watchers]
        cpu = time.process_time()
        await asyncio.sleep(phase_s)
        seen.own_share[crowd].append((time.process_time() - cpu) / phase_s)
        now = time.monotonic()
        arrived = [watcher.wire_bytes for watcher in watchers]
        after, step_after = await _look(address, path)
        seen.speeds[crowd].append(BATCH * (step_after - step_before) / (after - before))
        if crowd:
            came = sum(arrived) - sum(bytes_before)
            seen.bytes_a_minute[crowd].append(came * 60 / (now - before) / crowd)
        for watcher in watchers:
            refreshes = [r for r in watcher.reruns if r.cause == "auto" and before <= r.at + r.seconds <= now]
            seen.answers[crowd] += [r.seconds for r in refreshes]
            seen.gaps[crowd] += list(_gaps([r.at + r.seconds for r in refreshes], before, now))
            if watcher.exceptions:
                raise AssertionError(f"a watcher saw {watcher.exceptions[0]}")


def _gaps(times: list[float], before: float, now: float) -> Iterator[float]:
    """Between two refreshes; one that did not come within the phase is as long as the phase at least."""
    if len(times) < 2:
        yield now - before
    yield from (later - earlier for earlier, later in itertools.pairwise(sorted(times)))


async def _look(address: str, path: str) -> tuple[float, int]:
    """The time and the step of the run just then, as a passer-by sees it."""
    async with Client(address) as client:
        rerun = await client.open(path)
        return rerun.at + rerun.seconds, step_of(client)


def step_of(client: Client) -> int:
    """The step that the run bar tells, 0 where it tells none."""
    found = re.search(r"step ([\d,]+) of", client.text)
    return int(found[1].replace(",", "")) if found else 0
