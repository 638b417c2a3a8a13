"""Run the comparisons and print medians, ratios and their spread: `python -m tests.benchmarks [NAME ...]`.

Each comparison has a process of its own (but not with `--quick`), so that none inherits another's memory or threads;
within it the sides are measured in turn. The machine's ceiling is measured before the first and after the last.
"""

import argparse
import datetime
import os
from pathlib import Path

from engine.imports import POOLS_OF_THEIR_OWN
from tests.benchmarks import report
from tests.benchmarks.apart import apart, here
from tests.benchmarks.comparison import Comparison, Latency
from tests.benchmarks.report_page import page
from tests.benchmarks.report_table import markdown

BENCHMARKS = {
    "training": "training.compare",
    "augmented": "augmented.compare",
    "app": "app.compare",
    "style": "style.compare",
    "style_recipe": "style.compare_recipes",
    "dream": "dream.compare",
    "dream_zoom": "dream.compare_zoom",
    "prepare": "prepare.compare",
    "reruns": "interface.compare_reruns",
    "pages": "interface.compare_switches",
    "watchers": "watchers.compare",
}
"""The function that compares, below this package; it takes `repeats` and `quick`, and returns one result or several."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--repeats", type=int, default=5, help="how often each side is measured")
    parser.add_argument("--quick", action="store_true", help="only show that they work: the numbers say nothing")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--html", type=Path, help="write a page with charts to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables of README to this file")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault(POOLS_OF_THEIR_OWN, "1")
    repeats = 1 if options.quick else options.repeats
    call = here if options.quick else apart
    machine = call("machine.machine")
    report.show_machine(machine)
    ceilings = [call("machine.ceilings", repeats, options.quick)]
    measured: list[Comparison | Latency] = []
    for name in options.names or BENCHMARKS:
        found = call(BENCHMARKS[name], repeats, options.quick)
        for one in found if isinstance(found, tuple) else (found,):
            measured.append(one)
            report.show(one, report.best(ceilings))
    if not options.quick:
        ceilings.append(call("machine.ceilings", repeats))
    result = report.Report(f"{datetime.date.today():%-d %B %Y}", machine, ceilings, measured)
    report.show_summary(result)
    if options.json:
        options.json.write_text(report.as_json(result))
    if options.html:
        options.html.write_text(page(result))
    if options.markdown:
        options.markdown.write_text(markdown(result))


if __name__ == "__main__":
    main()
