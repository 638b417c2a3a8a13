"""One visitor's bad day: the main job of every page with its defaults, one after another, on one app."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.load import visits
from tests.load.app import App, told
from tests.load.client import Client


def jobs(cifar_steps: int) -> dict[str, Callable[[Client], Awaitable[object]]]:
    """The jobs by name, in their order."""
    steps = {"Steps": cifar_steps}
    return {
        "convolution": visits.look_at_convolutions,
        "draw a digit": visits.draw,
        "MNIST: Train": visits.train,
        "CIFAR-10: Train (quick)": lambda client: visits.train(client, "cifar", steps, preset="Quick (2 minutes)"),
        "classify a picture": visits.classify,
        "Prepare dataset": visits.prepare,
        "Fine-tune": visits.fine_tune,
        "Stylize": visits.stylize,
        "Dream": visits.dream,
        "channel browser": visits.browse_channels,
        "draw again": visits.draw,
    }


@dataclass
class Day:
    """What was seen: each job's end, and what went wrong."""

    done: dict[str, object] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)


async def day(app: App, cifar_steps: int = 1500) -> Day:
    """Do the jobs in one browser, with a line for each; `app` notes the memory of each under its name."""
    seen = Day()
    async with Client(app.address) as client:
        for name, job in jobs(cifar_steps).items():
            app.doing = name
            seen.done[name] = watched = await job(client)
            # A short job may have ended between two samples.
            app.sample()
            if isinstance(watched, visits.Watched) and watched.state != "Completed":
                seen.troubles.append(f"{name}: {watched}")
            end = f"{watched.state} {watched.reason}" if isinstance(watched, visits.Watched) else watched or "done"
            print(f"{name:<26} at most {told(app.peaks.get(name, {}))}: {end}", flush=True)
        seen.troubles += client.exceptions
    seen.troubles += app.errors()
    return seen
