"""What is installed is what is pinned, and each of it has its reason in the README."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = (ROOT / "requirements.txt").read_text().split()
TESTS = [line for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if not line.startswith("-r")]
ROWS = re.findall(r"^\| ([\w, -]+) \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("line", [*APP, *TESTS])
def test_it_is_pinned_and_installed_as_pinned(line):
    name, pinned = line.split("==")
    assert version(name) == pinned


@pytest.mark.parametrize("line", APP)
def test_the_readme_has_its_reason(line):
    assert line.split("==")[0] in {name for row in ROWS for name in row.split(", ")}
