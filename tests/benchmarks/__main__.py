"""Run the comparisons and print medians, ratios and their spread: `python -m tests.benchmarks [NAME ...]`.

Each comparison has a process of its own, so that none inherits another's memory or threads; within it the sides are
measured in turn. The machine's ceiling is measured before the first and after the last.
"""

import argparse
import os
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.apart import apart
from tests.benchmarks.comparison import Comparison

BENCHMARKS = {
    "training": "training.compare",
    "augmented": "augmented.compare",
    "app": "app.compare",
    "style": "style.compare",
    "style_recipe": "style.compare_recipes",
    "dream": "dream.compare",
    "dream_zoom": "dream.compare_zoom",
    "prepare": "prepare.compare",
}
"""The function that compares, below this package; it takes `repeats` and `quick`."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--repeats", type=int, default=5, help="how often each side is measured")
    parser.add_argument("--quick", action="store_true", help="only show that they work: the numbers say nothing")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    repeats = 1 if options.quick else options.repeats
    machine = apart("machine.machine")
    report.show_machine(machine)
    ceilings = [apart("machine.ceilings", repeats, options.quick)]
    comparisons: list[Comparison] = []
    for name in options.names or BENCHMARKS:
        comparisons.append(apart(BENCHMARKS[name], repeats, options.quick))
        report.show(comparisons[-1], report.best(ceilings))
    ceilings.append(apart("machine.ceilings", repeats, options.quick))
    measured = report.Report(machine, ceilings, comparisons)
    report.show_summary(measured)
    if options.json:
        options.json.write_text(report.as_json(measured))


if __name__ == "__main__":
    main()
