"""A run's result, and the finished run that ships with the app as a page's example."""

import json
from pathlib import Path

import streamlit as st

from engine.device import cpu_has_bfloat16
from engine.events import Completed, from_json
from engine.records import Run, State
from engine.rules import ExperimentSettings

EXAMPLES = Path(__file__).parents[1] / "examples"


def result_of(run: Run | None) -> dict | None:
    """The result of a completed run."""
    return next((dict(e.result) for e in run.events if isinstance(e, Completed)), None) if run else None


# Not `cache_data`, which reads a copy out of a pickle at each rerun.
@st.cache_resource(show_spinner=False)
def example_run(cls: type[ExperimentSettings], file: str) -> Run:
    """The run in a file of the examples: its settings, and its events as `as_json` writes them."""
    record = json.loads((EXAMPLES / file).read_text())
    events = tuple(from_json(event) for event in record["events"])
    elapsed_s, result = record["events"][-1]["elapsed_s"], record["events"][-1]["result"]
    return Run("example", cls(**record["settings"]), State.COMPLETED, 0, elapsed_s, "", events, result=result)


def divergence(result: dict) -> str:
    """Where training diverged and what helps, or an empty text."""
    if not result["diverged_at"]:
        return ""
    return (
        f"**The loss is no number any more since step {result['diverged_at']:,}: training diverged.** "
        "Steps that are too long overshoot the valley; try a lower learning rate."
    )


def precision_of(run: Run) -> str:
    """What its activations were; before its end, what they are if its worker is on this computer."""
    if result := result_of(run):
        return str(result.get("precision", "float32"))  # the first runs of MNIST do not say
    if run.settings.precision != "auto":
        return run.settings.precision
    return "bfloat16" if cpu_has_bfloat16() else "float32"
