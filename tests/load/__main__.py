"""The app under load, with figures: `python -m tests.load class`, `soak` or `day`."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.load import soak as soaking
from tests.load.app import running, told

FORGET_S = 20
"""How long Streamlit keeps the session of a browser that has gone; 120 by default, which would only have one wait."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    kinds = parser.add_subparsers(required=True, metavar="class|soak|day")
    kind = kinds.add_parser("soak", help="visitors come and go for hours: growth, processes, files")
    kind.add_argument("--hours", type=float, default=2.0)
    kind.add_argument("--visitors", type=int, default=3)
    kind.set_defaults(do=soak)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder) / "app"
        options.do(options)


def soak(options: argparse.Namespace) -> None:
    """Print what a soak saw."""
    with running(options.folder, forget_s=FORGET_S) as app:
        seen = asyncio.run(
            soaking.soak(
                app, 3600 * options.hours, visitors=options.visitors, activities=soaking.ALL, forget_s=FORGET_S
            )
        )
        print(f"before: {told(seen.before)}\nafter:  {told(seen.after)}\npeak:   {told(app.peak)}")
        print(f"the Streamlit process grew by {seen.growth:.1%}; visits: {dict(seen.done)}")
        print(f"{len(seen.leftovers)} files left behind: {sorted(seen.leftovers)[:10]}")
        print("\n".join(["troubles:", *seen.troubles] if seen.troubles else ["no troubles"]))


if __name__ == "__main__":
    main()
