"""A run's result, and the finished run that ships with the app as a page's example."""

import json
from pathlib import Path

import streamlit as st

from engine.device import cpu_has_bfloat16, precision_of
from engine.events import from_json
from engine.records import Run, State
from engine.rules import ExperimentSettings, Picture, rules_of

EXAMPLES = Path(__file__).parents[1] / "examples"


# Not `cache_data`, which reads a copy out of a pickle at each rerun.
@st.cache_resource(show_spinner=False)
def example_run(cls: type[ExperimentSettings], file: str) -> Run:
    """The run in a file of the examples, as `python -m engine run --out` writes it, without pictures it was given."""
    record = json.loads((EXAMPLES / file).read_text())
    pictures = {name for name, rule in rules_of(cls).items() if isinstance(rule, Picture)}
    settings = cls(**{name: value for name, value in record["settings"].items() if name not in pictures})
    events = tuple(from_json(event) for event in record["events"])
    # What is said of the files that it read is nothing to those who look at it.
    elapsed_s, result = record["events"][-1]["elapsed_s"], record["events"][-1]["result"] | {"remark": ""}
    return Run("example", settings, State.COMPLETED, 0, elapsed_s, "", events, result=result)


def divergence(result: dict) -> str:
    """Where training diverged and what helps, or an empty text."""
    if not result["diverged_at"]:
        return ""
    return (
        f"**The loss is no number any more since step {result['diverged_at']:,}: training diverged.** "
        "Steps that are too long overshoot the valley; try a lower learning rate."
    )


def run_precision(run: Run) -> str:
    """What its activations were; before its end, what they are if its worker is on this computer."""
    if run.result:
        return str(run.result.get("precision", "float32"))  # the first runs of MNIST do not say
    return precision_of(run.settings.precision, cpu_has_bfloat16)
