"""The benchmarks still work: each is run for a moment, and what it measured is not looked at."""

import html
import json
import subprocess
import sys
from pathlib import Path

from tests.browser.conftest import CHROMIUM

ROOT = Path(__file__).parents[2]
IN_CHROMIUM = ["reruns", "pages"]
OTHERS = ["training", "augmented", "watchers"]


def test_the_benchmarks_run_and_report(tmp_path):
    names = [*OTHERS, *(IN_CHROMIUM if CHROMIUM else [])]
    files = [f"--{kind}={tmp_path / f'speed.{kind}'}" for kind in ("json", "html", "markdown")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick", *files, *names], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    record = json.loads((tmp_path / "speed.json").read_text())
    assert record["machine"]["processor"]
    assert len(record["ceilings_gflops"]) == 4
    assert len(record["measured"]) == len(names) + OTHERS.count("watchers") * 3
    for measured in record["measured"]:
        assert all(value > 0 for values in measured["values"].values() for value in values), measured["title"]
    page = (tmp_path / "speed.html").read_text()
    for measured in record["measured"]:
        assert html.escape(measured["title"]) in page
        assert measured["title"] in done.stdout
        assert measured["title"] in (tmp_path / "speed.markdown").read_text()
    assert all(target["what"] in done.stdout for target in record["targets"])
