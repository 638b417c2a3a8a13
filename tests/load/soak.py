"""Hours of a few visitors who come, do something and go: does the app grow, or leave processes or files behind?"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.load import visits
from tests.load.app import App, Memory, told
from tests.load.client import Client

Activity = Callable[[Client], Awaitable[object]]


async def _home(client: Client) -> None:
    await client.open("/")
    await client.open("/runs")


async def _tabs(client: Client) -> None:
    await client.open("/mnist")
    for tab in ("Where it is wrong", "What it learned", "Compare", "The code"):
        await client.choose_tab(tab)


LIGHT: dict[str, Activity] = {
    "home and runs": _home,
    "convolution": visits.look_at_convolutions,
    "draw": visits.draw,
    "classify": lambda client: visits.classify(client, random.choice(["Cat", "Temple", "Coffee", "Rocket"])),
    "tabs of MNIST": _tabs,
    "MNIST": lambda client: visits.train(client, "mnist", {"Steps": random.choice([40, 60, 80])}),
}
MOST_GROWTH = 0.05
SHORT_TUNING = {"Per class": 10, "Head steps": 20, "Tune steps": 1, "Test images": 100}
ALL: dict[str, Activity] = {
    **LIGHT,
    "CIFAR-10": lambda client: visits.train(client, "cifar", {"Steps": random.choice([20, 30]), "Eval every": 10}),
    "prepare": visits.prepare,
    "fine-tune": lambda client: visits.fine_tune(client, SHORT_TUNING),
    "style": lambda client: visits.stylize(client, {"Max size": random.choice([128, 160]), "Steps": 12}),
    "dream": lambda client: visits.dream(
        client, {"Iterations": random.choice([4, 6]), "Max size": random.choice([192, 256])}
    ),
    "channels": visits.browse_channels,
}


@dataclass
class Soak:
    """What was seen. before, after: memory without visitors, once all have been and gone, and at the end; and
    `App.resident` then."""

    before: Memory = field(default_factory=dict)
    after: Memory = field(default_factory=dict)
    resident_before: Memory = field(default_factory=dict)
    resident_after: Memory = field(default_factory=dict)
    done: Counter = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    minutes: list[str] = field(default_factory=list)
    leftovers: set[str] = field(default_factory=set)

    @property
    def growth(self) -> dict[str, float]:
        """Of the Streamlit process, as shares of `App.resident` at first."""
        return {part: self.resident_after[part] / mb - 1 for part, mb in self.resident_before.items()}


async def soak(
    app: App, seconds: float, *, visitors: int, activities: dict[str, Activity], forget_s: float, rounds: int = 2
) -> Soak:
    """Every activity `rounds` times, then `seconds` of visitors at random; `forget_s` as the app was told."""
    seen = Soak()
    for _ in range(rounds):
        await asyncio.gather(*(_visit(app, seen, name, activity) for name, activity in activities.items()))
    await forget(app, forget_s)
    seen.before, seen.resident_before = app.settled(), app.settled(app.resident)
    roles, files = _count(app), app.leftovers()
    end = time.monotonic() + seconds
    reporter = asyncio.create_task(_report(app, seen))
    await asyncio.gather(*(_come_and_go(app, seen, activities, end) for _ in range(visitors)))
    reporter.cancel()
    await forget(app, forget_s)
    seen.after, seen.resident_after = app.settled(), app.settled(app.resident)
    seen.leftovers = app.leftovers() - files
    if _count(app) != roles:
        seen.troubles.append(f"processes were {roles} and are {_count(app)}")
    seen.troubles += app.errors()
    return seen


async def forget(app: App, forget_s: float) -> None:
    """Wait until the app may forget its sessions, and have one visitor come and go: it does so only when somebody goes.

    That visitor's session stays.
    """
    await asyncio.sleep(forget_s + 2)
    async with Client(app.address) as client:
        await client.open("/")
    await asyncio.sleep(2)


async def _come_and_go(app: App, seen: Soak, activities: dict[str, Activity], end: float) -> None:
    while time.monotonic() < end:
        await _visit(app, seen, *random.choice(list(activities.items())))


async def _visit(app: App, seen: Soak, name: str, activity: Activity) -> None:
    client = Client(app.address)
    try:
        async with client:
            watched = await activity(client)
        if isinstance(watched, visits.Watched) and watched.state != "Completed":
            seen.troubles.append(f"{name}: {watched}")
        seen.done[name] += 1
    # Also of one who does not get in: the others go on.
    except (AssertionError, LookupError, ValueError, OSError) as error:
        seen.troubles.append(f"{name}: {error!r} {client.text[-200:]}")
    seen.troubles += [f"{name}: {exception}" for exception in client.exceptions]


async def _report(app: App, seen: Soak) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(60)
        minute = round((time.monotonic() - began) / 60)
        resident = app.resident()
        seen.minutes.append(
            f"minute {minute}: {told(app.memory())}; Streamlit {resident['all']:.1f} MB resident, "
            f"{resident['own']:.1f} of its own; {app.threads()} threads, {app.open_files()} open files, "
            f"{sum(seen.done.values())} visits, {len(seen.troubles)} troubles"
        )
        print(seen.minutes[-1], flush=True)


def _count(app: App) -> dict[str, int]:
    return {role: len(processes) for role, processes in app.processes().items()}
