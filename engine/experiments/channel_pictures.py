"""What channels want to see, a few at a time: the pictures of the channel browser."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from engine.dream_settings import ChannelSettings, Term, check_terms
from engine.events import Completed, Event, Progress, Snapshot
from engine.experiments.deep_dream import Load, dream_precision
from engine.experiments.deep_dream import load as load_dream
from engine.experiments.feature_visualisation import visualising

SIZE = 96
STEPS = 96
TOGETHER = 8
"""Channels made in one go: a grid fills row by row, and nobody waits long for the first."""


def load(data: Path | None = None) -> Load:
    """A function of a network's name and precision that loads it."""
    return load_dream(data)


def run(settings: ChannelSettings, load_network: Load) -> Iterator[Event]:
    """A `Snapshot` for each channel, a JPEG of 96×96 pixels whose `step` is the channel. Raises `InvalidSettings`."""
    # The precision that a dream takes by default, so that both share one network in memory.
    network = load_network(settings.network, dream_precision(settings.network))
    check_terms([Term("channel", settings.layer, channel) for channel in settings.channels], network.layers)
    total = len(settings.channels)
    for done in range(0, total, TOGETHER):
        batch = settings.channels[done : done + TOGETHER]
        pictures = yield from visualising(network, settings.layer, batch, SIZE, STEPS)
        for channel, picture in zip(batch, pictures, strict=True):
            yield Snapshot(channel, _jpeg(Image.fromarray(picture)), "channel")
        yield Progress(done + len(batch), total, {})
    yield Completed({"layer": settings.layer, "channels": total})


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
