"""Three hundred hostile files; `python -m tests.hostile` has thousands, and says how to repeat one."""

import re

import pytest

from engine.errors import LabError
from tests.hostile import containers, pictures
from tests.hostile.__main__ import judge, plan
from tests.hostile.targets import PICTURE_KINDS, TARGETS

CHEAP = ["png", "jpeg", "gif", "webp", "bmp", "tiff", "zip", "tar", "pickle", "torch", "npz", "idx", "run", "h5", "mat"]

SEED = 2


@pytest.mark.timeout(900)
def test_no_hostile_file_crashes_hangs_or_fills_anything(tmp_path):
    files = [file for kind in CHEAP for file in plan([kind], 20, SEED, named_too=False)]
    said = []
    assert judge(files, SEED, tmp_path, said.append) == 0, "\n".join(said)
    assert len(files) == 300


@pytest.mark.parametrize("kind", CHEAP)
def test_what_is_spoilt_was_sound_before(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    sound = pictures.seeds(kind) if kind in PICTURE_KINDS else containers.seeds(kind)
    # Their weights are those of a tiny VGG, and a file of images holds no labels.
    said = "does not fit vgg19: conv1_1|its labels do not fit"
    outcomes = [outcome(read, content) for read in TARGETS[kind] for content in sound]
    assert all(text == "" or re.search(said, text) for text in outcomes), outcomes
    assert "" in outcomes or kind in ("h5", "mat")


def outcome(read, content):
    """The sentence that `content` is refused with, empty where it is used."""
    try:
        read(content)
    except LabError as error:
        return str(error)
    return ""
