"""Films of how a picture was made: its snapshots as a GIF or an MP4."""

import io
from collections.abc import Sequence

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


def series(snapshots: Sequence[Snapshot], name: str = "") -> list[Snapshot]:
    """The snapshots of one series, one a step: of several at a step the last counts, which is the best encoded."""
    return list({snapshot.step: snapshot for snapshot in snapshots if snapshot.name == name}.values())


def gif(snapshots: Sequence[Snapshot]) -> bytes:
    """An endless GIF of the pictures, with sides of at most `LONGEST_GIF`."""
    pixels = _frames(snapshots, LONGEST_GIF)
    # One palette for all frames, from the first, middle and last: still parts do not flicker, and it is made once.
    palette = Image.fromarray(np.concatenate([pixels[0], pixels[len(pixels) // 2], pixels[-1]])).quantize(256)
    frames = [Image.fromarray(frame).quantize(palette=palette) for frame in pixels]
    buffer = io.BytesIO()
    times = [1000 // FRAMES_A_SECOND] * (len(frames) - 1) + [round(1000 * HOLD_S)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)
    return buffer.getvalue()


def mp4(snapshots: Sequence[Snapshot]) -> bytes:
    """An H.264 film of the pictures, with even sides of at most `LONGEST_MP4`, that every browser and phone plays."""
    frames = _frames(snapshots, LONGEST_MP4)
    frames += frames[-1:] * round(HOLD_S * FRAMES_A_SECOND)
    film: bytes = imageio.imwrite(
        "<bytes>",
        np.stack(frames),
        extension=".mp4",
        plugin="FFMPEG",
        fps=FRAMES_A_SECOND,
        codec="libx264",
        macro_block_size=2,
        output_params=["-crf", "20", "-movflags", "+faststart"],
        ffmpeg_log_level="error",
    )
    return film


def _frames(snapshots: Sequence[Snapshot], longest: int) -> list[Pixels]:
    """The pictures, all in the size of the last, with even sides of at most `longest`."""
    pictures = [Image.open(io.BytesIO(snapshot.picture)).convert("RGB") for snapshot in snapshots]
    scale = min(1.0, longest / max(pictures[-1].size))
    width, height = (max(2, round(side * scale / 2) * 2) for side in pictures[-1].size)
    return [np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC)) for picture in pictures]
