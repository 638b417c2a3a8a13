"""What is installed is what is pinned, down to what packages need, and each package has its reason in the README."""

import re
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-benchmarks.txt")
ROWS = re.findall(r"^\| ([\w, -]+) \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)


def lines(file):
    """What `file` itself asks for, without comments and other files."""
    stripped = (line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    return [line for line in stripped if line and not line.startswith("-")]


APP, TESTS, BENCHMARKS = map(lines, FILES)
COME_WITH_PYTHON = {"setuptools", "wheel"}
"""Each version of Python brings its own."""

CONSTRAINTS = dict(line.split("==") for line in lines("constraints.txt"))


def needed(names):
    """Packages that these need here, and what those need, and so on: canonical name -> installed version."""
    found, waiting = {}, [Requirement(name) for name in names]
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name), *sorted(requirement.extras)
        if key in found:
            continue
        found[key] = version(requirement.name)
        for text in requires(requirement.name) or ():
            inner = Requirement(text)
            extras = ["", *requirement.extras]
            if not inner.marker or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(inner)
    return {name: installed for (name, *_), installed in found.items()}


@pytest.mark.parametrize("line", [*APP, *TESTS, *BENCHMARKS])
def test_every_line_of_all_three_files_pins_one_version(line):
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line)


@pytest.mark.parametrize("line", [*APP, *TESTS])
def test_it_is_installed_as_pinned(line):
    name, pinned = line.split("==")
    assert version(name) == pinned


@pytest.mark.parametrize("line", BENCHMARKS)
def test_what_is_only_compared_with_is_installed_as_pinned_where_it_is(line):
    name, pinned = line.split("==")
    try:
        assert version(name).partition("+")[0] == pinned
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed here; only benchmarks need it")


def test_what_the_packages_need_is_pinned_and_installed_as_pinned():
    direct = {canonicalize_name(line.split("==")[0]) for line in [*APP, *TESTS]}
    here = {name: number for name, number in needed([*APP, *TESTS]).items() if name not in direct | COME_WITH_PYTHON}
    assert len(here) > 50
    assert {name: CONSTRAINTS.get(name, "not pinned") for name in here} == here


def test_every_file_is_bound_to_the_constraints():
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text().splitlines()
    assert [(ROOT / file).read_text().count(f"-r {other}") for file, other in zip(FILES[1:], FILES, strict=False)] == [
        1,
        1,
    ]
    assert "-r requirements-dev.txt" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("line", APP)
def test_the_readme_has_its_reason(line):
    assert line.split("==")[0] in {name for row in ROWS for name in row.split(", ")}
