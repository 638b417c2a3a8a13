"""Three hundred hostile files; `python -m tests.hostile` has thousands, and says how to repeat one."""

import pytest

from tests.hostile.__main__ import judge, plan

CHEAP = ["png", "jpeg", "gif", "webp", "bmp", "tiff", "zip", "tar", "pickle", "torch", "npz", "idx", "run", "h5", "mat"]

SEED = 2


@pytest.mark.timeout(900)
def test_no_hostile_file_crashes_hangs_or_fills_anything(tmp_path):
    files = [file for kind in CHEAP for file in plan([kind], 20, SEED, named_too=False)]
    said = []
    assert judge(files, SEED, tmp_path, said.append) == 0, "\n".join(said)
    assert len(files) == 300
