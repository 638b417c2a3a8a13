"""The app under load, with figures: `python -m tests.load class`, `soak` or `day`."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.load import soak as soaking
from tests.load.app import App, running, told, total
from tests.load.classroom import lesson, spread
from tests.load.day import day

FORGET_S = 20
"""How long Streamlit keeps the session of a browser that has gone; 120 by default, which would only have one wait."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    kinds = parser.add_subparsers(required=True, metavar="class|soak|day")
    kind = kinds.add_parser("soak", help="visitors come and go for hours: growth, processes, files")
    kind.add_argument("--hours", type=float, default=2.0)
    kind.add_argument("--visitors", type=int, default=3)
    _limit(kind)
    kind.set_defaults(do=soak)
    kind = kinds.add_parser("class", help="thirty sessions: errors, lost events, answers' times, memory afterwards")
    kind.add_argument("--minutes", type=float, default=5.0)
    kind.add_argument("--sessions", type=int, default=30)
    kind.add_argument("--starters", type=int, default=10)
    kind.add_argument("--browsers", type=int, default=3)
    kind.add_argument("--forget", type=float, default=FORGET_S, help="seconds until the app forgets who has gone")
    kind.set_defaults(do=teach)
    kind = kinds.add_parser("day", help="the default main job of every page, one after another: peak of the memory")
    _limit(kind)
    kind.add_argument("--cifar-steps", type=int, default=1500, help="fewer take less time, and as much memory")
    kind.set_defaults(do=have_a_day)
    options = parser.parse_args()
    # Whoever ends this with a signal ends the app and its control group, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder) / "app"
        options.do(options)


def _limit(kind: argparse.ArgumentParser) -> None:
    kind.add_argument("--limit-gb", type=float, default=0.0, help="the most that all processes together may take")


def teach(options: argparse.Namespace) -> None:
    """Print what a lesson saw."""
    with running(options.folder, forget_s=int(options.forget)) as app:
        seen = asyncio.run(
            lesson(
                app,
                60 * options.minutes,
                sessions=options.sessions,
                starters=options.starters,
                browsers=options.browsers,
                forget_s=options.forget,
            )
        )
    print(f"{len(seen.tasks)} runs, seen to their end {len(seen.watched)} times")
    for cause in ("open", "press", "fill", "send", "auto", "all"):
        print(spread(cause, seen.reruns))
    print(f"{sum(rerun.received for rerun in seen.reruns) / 1e6:,.0f} MB received")
    print(f"the oldest request without an answer at the end: {seen.unanswered_s:.1f} s")
    print(f"before: {told(seen.before)}\nduring: {told(seen.during)}\nafter:  {told(seen.after)}")
    print(f"afterwards {total(seen.after) / total(seen.before) - 1:+.1%}")
    print("\n".join(["troubles:", *seen.troubles] if seen.troubles else ["no troubles"]))


def have_a_day(options: argparse.Namespace) -> None:
    """Print what a day took."""
    with running(options.folder, forget_s=FORGET_S, limit_bytes=int(1e9 * options.limit_gb)) as app:
        seen = asyncio.run(day(app, options.cifar_steps))
        _tell_group(app)
    print(f"peak: {told(app.peak)}, at {app.peak_doing}")
    print("\n".join(["troubles:", *seen.troubles] if seen.troubles else ["no troubles"]))


def _tell_group(app: App) -> None:
    if app.group:
        most = f"{app.group.most_bytes() / 1e9:.2f} GB"
        print(f"the control group took at most {most}, files read included; {app.group.killed()} processes killed")


def soak(options: argparse.Namespace) -> None:
    """Print what a soak saw."""
    with running(options.folder, forget_s=FORGET_S, limit_bytes=int(1e9 * options.limit_gb)) as app:
        seen = asyncio.run(
            soaking.soak(
                app, 3600 * options.hours, visitors=options.visitors, activities=soaking.ALL, forget_s=FORGET_S
            )
        )
        print(f"before: {told(seen.before)}\nafter:  {told(seen.after)}\npeak:   {told(app.peak)}")
        for part, share in seen.growth.items():
            first, last = seen.resident_before[part], seen.resident_after[part]
            print(f"{part} of the Streamlit process grew by {share:.1%}: {first:.1f} to {last:.1f} MB")
        _tell_group(app)
        print(f"visits: {dict(seen.done)}")
        print(f"{len(seen.leftovers)} files left behind: {sorted(seen.leftovers)[:10]}")
        print("\n".join(["troubles:", *seen.troubles] if seen.troubles else ["no troubles"]))


if __name__ == "__main__":
    main()
