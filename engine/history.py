"""What a run measured on its way, as a table, and how its learning rate was changed."""

import csv
import io
from collections.abc import Iterable

from engine.events import Event, Mark, Progress

RATE = "learning rate "
"""How a mark begins that says the learning rate from its step on."""


def points(events: Iterable[Event]) -> list[Progress]:
    """The points of the charts: the progress that has metrics."""
    return [event for event in events if isinstance(event, Progress) and event.metrics]


def marks(events: Iterable[Event]) -> list[Mark]:
    """What happened on the way."""
    return [event for event in events if isinstance(event, Mark)]


def learning_rates(events: Iterable[Event], first: float) -> dict[int, float]:
    """The learning rate from each step on where it was changed; `first` from step 0."""
    return {0: first, **rate_changes(events)}


def rate_changes(events: Iterable[Event]) -> dict[int, float]:
    """The learning rates that somebody set while the run went on, by the step from which they count."""
    return {m.step: float(m.text.removeprefix(RATE)) for m in marks(events) if m.text.startswith(RATE)}


def rate_now(events: Iterable[Event], first: float) -> tuple[int, float] | None:
    """The last step of which the learning rate was told, and that rate; None before the first point.

    first: the rate of the settings, which counts until somebody sets another where the points tell none.
    """
    told = None
    for event in events:
        match event:
            case Progress(step=step, metrics=metrics) if metrics:
                told = step, metrics.get("learning_rate", told[1] if told else first)
            case Mark(step=step, text=text) if text.startswith(RATE):
                told = step, float(text.removeprefix(RATE))
    return told


def history_csv(events: Iterable[Event]) -> str:
    """One row a point: step, every metric, and what was marked there. What was not measured is empty.

    Numbers are written so that reading them gives them back exactly; nan and inf where a run diverged.
    """
    events = list(events)
    rows: dict[int, dict[str, float | str]] = {}
    for point in points(events):
        rows[point.step] = {"step": point.step, **point.metrics}
    for mark in marks(events):
        row = rows.setdefault(mark.step, {"step": mark.step})
        row["mark"] = f"{row['mark']}; {mark.text}" if "mark" in row else mark.text
    names = dict.fromkeys(["step", *(name for row in rows.values() for name in row)])
    ordered = sorted(names, key=lambda name: (name != "step", name == "mark"))
    text = io.StringIO()
    table = csv.DictWriter(text, ordered, lineterminator="\n")
    table.writeheader()
    table.writerows(rows[step] for step in sorted(rows))
    return text.getvalue()
