"""Run the comparisons and print medians, ratios and their spread: `python -m tests.benchmarks [NAME ...]`."""

import argparse
import json
import os
import statistics
from pathlib import Path

from tests.benchmarks import app, augmented, dream, prepare, style, training
from tests.benchmarks.comparison import Comparison, machine

BENCHMARKS = {
    "training": training.compare,
    "augmented": augmented.compare,
    "app": app.compare,
    "style": style.compare,
    "style_recipe": style.compare_recipes,
    "dream": dream.compare,
    "dream_zoom": dream.compare_zoom,
    "prepare": prepare.compare,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--repeats", type=int, default=5, help="how often each side is measured")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    print(machine())
    comparisons = [BENCHMARKS[name](options.repeats) for name in options.names or BENCHMARKS]
    for comparison in comparisons:
        show(comparison)
    if options.json:
        records = [{"title": c.title, "unit": c.unit, "values": c.values} for c in comparisons]
        options.json.write_text(json.dumps({"machine": machine(), "comparisons": records}, indent=2) + "\n")


def show(comparison: Comparison) -> None:
    print(f"\n{comparison.title} ({comparison.unit})")
    for name, values in comparison.values.items():
        print(f"  {name:<28} median {statistics.median(values):>9,.1f}   {min(values):,.1f} to {max(values):,.1f}")
    for (name, ratios), base in comparison.ratios():
        print(f"  {name} / {base}: {statistics.median(ratios):.2f}   {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
