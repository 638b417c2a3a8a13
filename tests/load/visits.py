"""What visitors of the app do, each on a `Client`: start a run and watch it, watch somebody else's, draw, browse."""

import random
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.drawn_digits import as_sent
from tests.load.client import Client, Node

ENDED = ("Completed", "Stopped", "Failed")
STATE = re.compile(r'class="lab-state lab-\w+">(\w+)</b>')
RUN_S = 600.0
"""The longest that a run may take, waiting for its turn included."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody saw of a run: its state at the end, the reason, and the points of each line of its charts."""

    page: str
    run_id: str
    state: str
    reason: str
    points: dict[str, int]


def run_id(client: Client) -> str:
    """The run in the page's address."""
    return urllib.parse.parse_qs(client.query).get("run", [""])[0]


def points(client: Client, key: str) -> dict[str, int]:
    """How many points each line of these live charts has."""
    return {
        f"{line.get('name', '')} {number}": len(line.get("x", ()))
        for number, chart in enumerate(client.data(key)["charts"])
        for line in chart["figure"]["data"]
    }


def bar(client: Client) -> Node | None:
    """The last run bar of the page."""
    bars = [node for node in client.shown("html") if STATE.search(node.message.body)]
    return bars[-1] if bars else None


def state(client: Client) -> str:
    """The state of its run, from the bar; empty where the page shows none."""
    shown = bar(client)
    return STATE.search(shown.message.body)[1] if shown else ""


def at_rest(client: Client) -> bool:
    """Whether the run has ended and the page shows it for good: the last update is followed by one of all the page."""
    return state(client) in ENDED and not client.running and bar(client).fragment not in client.timers


async def watch(client: Client, page: str, charts: str = "", timeout_s: float = RUN_S) -> Watched:
    """Look at the run of the page until it has ended."""
    await client.until(at_rest, timeout_s)
    notes = re.findall(r"<span>(.*?)</span>", bar(client).message.body)
    return Watched(page, run_id(client), state(client), " ".join(notes), points(client, charts) if charts else {})


async def start(client: Client, button: str, settings: Mapping[str, Any]) -> str:
    """Set these widgets, by their labels, press the button, and return the id of the run."""
    for label, value in settings.items():
        await client.fill(label, value)
    before = run_id(client)
    await client.press(button)
    if run_id(client) == before:
        raise AssertionError(f"{button!r} started nothing: {client.toasts[-1:] or client.exceptions[-1:]}")
    return run_id(client)


async def train(client: Client, page: str = "mnist", settings: Mapping[str, Any] = {}, *, preset: str = "") -> Watched:
    """Start a training on its page, of a preset but for `settings`, and watch it to its end."""
    await client.open(f"/{page}")
    if preset:
        await client.press(preset)
    await start(client, "Train", settings)
    return await watch(client, page, "learning" if page == "mnist" else "")


async def prepare(client: Client) -> Watched:
    """Prepare the data set for fine-tuning."""
    await client.open("/fine_tuning")
    await start(client, "Prepare dataset", {})
    return await watch(client, "prepare")


async def fine_tune(client: Client, settings: Mapping[str, Any] = {}) -> Watched:
    """Fine-tune on what the app has."""
    await client.open("/fine_tuning")
    await start(client, "Fine-tune", settings)
    return await watch(client, "fine_tuning")


async def stylize(client: Client, settings: Mapping[str, Any] = {}) -> Watched:
    """Paint the photograph of the page in the style of the page."""
    await client.open("/style_transfer")
    await start(client, "Stylize", settings)
    return await watch(client, "style_transfer")


async def dream(client: Client, settings: Mapping[str, Any] = {}) -> Watched:
    """Dream on the photograph of the page."""
    await client.open("/deep_dream")
    await start(client, "Dream", settings)
    return await watch(client, "deep_dream")


async def draw(client: Client) -> str:
    """Draw a digit in three strokes' time on the MNIST page; returns what the network said."""
    await client.open("/mnist")
    await client.until(lambda c: "TensorFlow is being loaded" not in c.data("digit pad")["note"], RUN_S)
    digit = random.randrange(10)
    strokes = as_sent(digit, size=random.uniform(0.7, 1))
    for version in (1, 2, 3):
        part = [
            {**stroke, "points": stroke["points"][: 2 * max(2, len(stroke["points"]) * version // 6)]}
            for stroke in strokes
        ]
        await client.send("digit pad", drawing={"strokes": strokes if version == 3 else part, "version": version})
    says = client.data("digit pad")["says"]
    if not says:
        raise AssertionError(f"nobody read the digit: {client.data('digit pad')['note']}")
    return says


async def classify(client: Client, picture: str = "Cat") -> None:
    """Have the network that comes with the app name another picture."""
    await client.open("/cifar")
    await client.until(lambda c: "TensorFlow is being loaded" not in c.text, RUN_S)
    await client.fill("Picture", picture)
    if "lab-verdict" not in client.text:
        raise AssertionError("the picture was not named")


async def browse_channels(client: Client) -> None:
    """Open the channel browser and wait for its first page of pictures; press one."""
    await client.open("/deep_dream")
    await client.choose_tab("Channels")
    await client.until(lambda c: all(tile["src"] for tile in c.data("grid ")["tiles"]), RUN_S)
    await client.send("grid ", channel=client.data("grid ")["tiles"][0]["channel"])


async def look_at_convolutions(client: Client) -> None:
    """Walk through the views of the page of convolutions and move its sliders."""
    await client.open("/convolution")
    await client.fill("View", "On a picture")
    for stride in (2, 3, 1):
        await client.send("sliders", step=stride)
    await client.fill("View", "Activation and pooling")
    await client.until(lambda c: "TensorFlow is being loaded" not in c.text, RUN_S)
    for window in (3, 4, 2):
        await client.send("sliders", window=window)
    await client.fill("View", "A whole stack")
