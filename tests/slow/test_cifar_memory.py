"""What training on all of CIFAR-10 takes of the memory, in a worker of the lab."""

import io
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.lab import Lab
from engine.records import State
from engine.settings import CifarSettings
from tests.conftest import REAL_DATA
from tests.engine.cifar_files import BATCHES

LIMIT_MB = 1300
MARGIN_MB = 100
KINDS = ({}, CifarSettings.presets["Best in 10 minutes"], {"optimizer": "adam", "dropout": 0.5}, {})
"""Beside few steps: the chapter as written first and last, so that what a run leaves behind is seen."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder with CIFAR-10, or with an archive of the same size."""
    if found := next(REAL_DATA.glob("**/cifar-10-binary.tar.gz") if REAL_DATA else iter(()), None):
        return found.parent
    folder = tmp_path_factory.mktemp("data")
    records = np.random.default_rng(0).integers(0, 256, (100, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    batch = np.tile(records, (100, 1)).tobytes()
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz", compresslevel=1) as tar:
        for name in BATCHES:
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            info.size = len(batch)
            tar.addfile(info, io.BytesIO(batch))
    return folder


def peak_mb(lab):
    """The most that the worker has held so far."""
    status = lab.call(Path.read_text, Path("/proc/self/status"), timeout_s=60)
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e3


@pytest.mark.timeout(900)
def test_all_50_000_pictures_leave_the_worker_under_its_limit(archive, monkeypatch):
    monkeypatch.setenv("CNN_LAB_DATA", str(archive))
    lab = Lab()
    try:
        peaks = []
        for values in KINDS:
            run_id = lab.start(CifarSettings(**{**values, "steps": 20, "eval_every": 10}))
            run = lab.wait(run_id, 400)
            assert run.state == State.COMPLETED, run.reason
            assert run.result["train_images"] + run.result["validation_images"] == 50_000
            peaks.append(peak_mb(lab))
        print(peaks)
        assert max(peaks) < LIMIT_MB - MARGIN_MB
    finally:
        lab.close()
