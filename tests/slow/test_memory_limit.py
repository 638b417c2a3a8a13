"""What happens at the memory limit of a small machine, in a control group of its own where that can be made."""

import json
import subprocess
import sys

import pytest

from tests.load.app import ROOT, limited

LIMIT = 1_700_000_000

SCRIPT = """
import json
from engine.lab import Lab
from tests.fakes import CountSettings
lab = Lab(warm_up=False)
both = CountSettings(fails_at=2, failure="memory"), CountSettings()
runs = [lab.wait(lab.start(settings), 60) for settings in both]
lab.close()
print(json.dumps([(run.state, run.reason, len(run.events)) for run in runs]))
"""


@pytest.fixture
def group():
    try:
        with limited(LIMIT) as group:
            yield group
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")


def test_a_run_that_fills_the_memory_fails_with_the_reason_and_the_next_one_runs(group):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, preexec_fn=group.enter, capture_output=True, text=True, check=True
    )
    filled, after = json.loads(done.stdout)
    assert filled[0] == "Failed"
    assert "ran out of memory" in filled[1]
    assert filled[2] == 1
    assert after == ["Completed", "", 4]
    # The worker was ended by its nanny, before the system had to choose.
    assert group.most_bytes() < LIMIT
    assert group.killed() == 0
