"""Films of how a picture was made: its snapshots as a GIF or an MP4, a frame at a time in memory."""

import io
import threading
from collections.abc import Iterator, Sequence

import imageio.v3 as imageio
import numpy as np
from PIL import Image

from engine.events import Snapshot
from engine.images import Pixels

FRAMES_A_SECOND = 12
HOLD_S = 1.5
"""How long the finished picture stands at the end."""

LONGEST_GIF = 480
LONGEST_MP4 = 1080

MOST_FRAMES = 240
"""Of a film that goes on and on: twenty seconds of it."""

_one_at_a_time = threading.Lock()
"""They are made in the app, where many may ask for one at once."""


def series(snapshots: Sequence[Snapshot], name: str = "") -> list[Snapshot]:
    """The snapshots of one series, one a step: of several at a step the last counts, which is the best encoded."""
    return list({snapshot.step: snapshot for snapshot in snapshots if snapshot.name == name}.values())


def gif(snapshots: Sequence[Snapshot]) -> bytes:
    """An endless GIF of the pictures, with sides of at most `LONGEST_GIF`."""
    # One palette for all frames, from the first, middle and last: still parts do not flicker, and it is made once.
    few = [snapshots[0], snapshots[len(snapshots) // 2], snapshots[-1]]
    buffer = io.BytesIO()
    with _one_at_a_time:
        palette = Image.fromarray(np.concatenate([*_frames(few, LONGEST_GIF)])).quantize(256)
        frames = (Image.fromarray(frame).quantize(palette=palette) for frame in _frames(snapshots, LONGEST_GIF))
        times = [1000 // FRAMES_A_SECOND] * (len(snapshots) - 1) + [round(1000 * HOLD_S)]
        next(frames).save(buffer, "GIF", save_all=True, append_images=frames, duration=times, loop=0)
    return buffer.getvalue()


def mp4(snapshots: Sequence[Snapshot]) -> bytes:
    """An H.264 film of the pictures, with even sides of at most `LONGEST_MP4`, that every browser and phone plays."""
    held = [snapshots[-1]] * round(HOLD_S * FRAMES_A_SECOND)
    with _one_at_a_time:
        # Its types know lists only, but what it is given as a batch it takes one by one.
        film: bytes = imageio.imwrite(  # type: ignore[call-overload]
            "<bytes>",
            _frames([*snapshots, *held], LONGEST_MP4),
            extension=".mp4",
            plugin="FFMPEG",
            is_batch=True,
            fps=FRAMES_A_SECOND,
            codec="libx264",
            macro_block_size=2,
            output_params=["-crf", "20", "-movflags", "+faststart"],
            ffmpeg_log_level="error",
        )
    return film


def _frames(snapshots: Sequence[Snapshot], longest: int) -> Iterator[Pixels]:
    """The pictures one by one, all in the size of the last, with even sides of at most `longest`."""
    with Image.open(io.BytesIO(snapshots[-1].picture)) as last:
        sides = last.size
    scale = min(1.0, longest / max(sides))
    width, height = (max(2, round(side * scale / 2) * 2) for side in sides)
    for snapshot in snapshots:
        picture = Image.open(io.BytesIO(snapshot.picture)).convert("RGB")
        yield np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))
