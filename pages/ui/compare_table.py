"""Runs as the rows of a table: the settings that differ, and what came out."""

import html
import math
from collections.abc import Sequence
from typing import Any

from engine.comparison import differing, outcome, steps_done
from engine.records import Run
from pages.ui.compare_chart import sign_of
from pages.ui.controls import label
from pages.ui.live import duration
from pages.ui.picture_names import picture_name

RESULTS = (
    *("test_accuracy", "train_accuracy", "test_loss", "train_loss", "content_loss", "style_loss", "total_loss"),
    *("objective", "parameters", "examples_per_second"),
)
"""What a table shows of an outcome, where at least one run has it."""

TITLES = {"examples_per_second": "Images/s"}


def compare_table(runs: Sequence[Run], names: Sequence[str]) -> str:
    """HTML: a row a run, marked as its curve is."""
    outcomes = [outcome(run) for run in runs]
    results = [name for name in RESULTS if any(name in found for found in outcomes)]
    settings = differing([run.settings for run in runs])
    head = ["Run", *map(label, settings), *(TITLES.get(name, label(name)) for name in results), "Steps done", "Time"]
    rows = [
        [
            *(setting_text(column[number]) for column in settings.values()),
            *(_result(name, outcomes[number]) for name in results),
            f"{steps_done(run):,} ({run.state.lower()})",
            duration(run.elapsed_s),
        ]
        for number, run in enumerate(runs)
    ]
    cells = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in head)
    body = "".join(_row(number, names[number], row) for number, row in enumerate(rows))
    return (
        '<div class="lab-compare" tabindex="0" role="region" aria-label="The runs compared"><table>'
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def setting_text(value: Any) -> str:
    """A setting as the screen writes it."""
    match value:
        case bool():
            return "on" if value else "off"
        case bytes():
            return picture_name(value) if value else "sample"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _row(number: int, name: str, cells: Sequence[str]) -> str:
    colour, _, shape = sign_of(number)
    sign = f'<span style="color:{colour}" aria-hidden="true">{shape}</span>'
    body = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{sign} {html.escape(name)}</th>{body}</tr>'


def _result(name: str, found: dict[str, float]) -> str:
    value = found.get(name)
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "no number"
    if not name.endswith("accuracy"):
        return f"{value:,.0f}" if name in ("parameters", "examples_per_second") else f"{value:.3g}"
    low, high = found.get(f"{name}_low"), found.get(f"{name}_high")
    return f"{value:.1%}" + (f" ({low:.1%} to {high:.1%})" if low is not None and high is not None else "")
