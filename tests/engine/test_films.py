"""Films of snapshots: size, length and colours are read back from the files."""

import io
import subprocess
import tempfile
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from engine.events import Snapshot
from engine.films import FRAMES_A_SECOND, HOLD_S, gif, mp4, series


def snapshot(step, colour, size=(65, 41), name=""):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return Snapshot(step, buffer.getvalue(), name)


@pytest.fixture(scope="module")
def snapshots():
    """Red, green and blue, the first of them as small as the first of a coarse-to-fine run."""
    return [snapshot(1, (220, 20, 20), (33, 21)), snapshot(2, (20, 200, 20)), snapshot(3, (20, 20, 210))]


def test_a_series_has_one_snapshot_a_step_the_last_that_came():
    mixed = [snapshot(1, "red"), snapshot(1, "blue", name="other"), snapshot(2, "red"), snapshot(2, "green")]
    assert series(mixed) == [mixed[0], mixed[3]]
    assert series(mixed, "other") == [mixed[1]]


def test_a_gif_has_every_frame_in_the_size_of_the_last_and_holds_the_end(snapshots):
    film = Image.open(io.BytesIO(gif(snapshots)))
    assert (film.n_frames, film.size, film.info["loop"]) == (3, (64, 40), 0)
    for number, wanted in enumerate([(220, 20, 20), (20, 200, 20), (20, 20, 210)]):
        film.seek(number)
        middle = np.asarray(film.convert("RGB"))[20, 32]
        assert np.abs(middle.astype(int) - wanted).max() < 12
    assert film.info["duration"] == HOLD_S * 1000


def test_an_mp4_plays_in_browsers_and_shows_the_frames(snapshots):
    content = mp4(snapshots)
    assert content[4:8] == b"ftyp"
    assert b"avc1" in content
    # The index before the pictures: a browser starts while it loads.
    assert content.index(b"moov") < content.index(b"mdat")
    frames = read_frames(content)
    assert len(frames) == 3 + round(HOLD_S * FRAMES_A_SECOND)
    assert frames[0].shape == (40, 64, 3)
    for frame, channel in ((frames[0], 0), (frames[1], 1), (frames[-1], 2)):
        assert frame[20, 32].argmax() == channel
        assert frame[20, 32, channel] > 150


@pytest.mark.parametrize("make", [gif, mp4])
def test_a_long_film_does_not_hold_its_frames(make):
    shots = [snapshot(n, (5 * n, 20, 20), (480, 320)) for n in range(50)]
    make(shots[:2])
    tracemalloc.start()
    make(shots)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 50 frames of 480 × 320 pixels have 23 MB, and once more in an array of all; a GIF's have a byte a pixel.
    assert peak < 6e6


def test_films_are_made_one_at_a_time(snapshots, monkeypatch):
    busy, most = [], []

    def slow(*_):
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.1)
        yield np.zeros((40, 64, 3), np.uint8)
        busy.pop()

    monkeypatch.setattr("engine.films._frames", slow)
    with ThreadPoolExecutor(3) as pool:
        assert len(list(pool.map(mp4, [snapshots] * 3))) == 3
    assert set(most) == {1}


def read_frames(content, width=64, height=40):
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(content)
        file.flush()
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", file.name]
        raw = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    return np.frombuffer(raw.stdout, np.uint8).reshape(-1, height, width, 3)
