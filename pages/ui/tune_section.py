"""The section "Fine-tune": settings, curves with the unfreezing marked, before and after, and the result."""

import html
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from engine.events import Predictions, Progress
from engine.history import marks, points
from engine.images import png_address
from engine.records import Run
from engine.settings import FineTuningSettings, PrepareSettings
from engine.sources.catalog import CIFAR10, SOURCES
from pages.ui.anatomy import settings_and_stage
from pages.ui.chart_files import ChartFile
from pages.ui.charts import Figure, accuracy_chart, loss_chart, marked
from pages.ui.class_bars import class_bars_html
from pages.ui.controls import chosen, preset_picker, setting_inputs
from pages.ui.live import duration, live_view
from pages.ui.live_chart import Chart, live_charts
from pages.ui.looks import drawn
from pages.ui.memory_note import start_button
from pages.ui.percent import percent
from pages.ui.session import shown_run, start_and_show
from pages.ui.sources_panel import source_note, weights_note
from pages.ui.tune_words import example, names_of

OWN, PREPARED = "CIFAR-10 or Photo-10", "The prepared folder"


def tune_section(prepared: str) -> Run | None:
    """Draw it; `prepared` is the folder that was prepared above, or empty. Returns the run that is shown, if any."""
    st.header("Fine-tune", anchor=False)
    run = shown_run(FineTuningSettings, beside=PrepareSettings)
    form, stage = settings_and_stage("anatomy-tune")
    with form:
        _form(prepared, running=bool(run and run.active))
    with stage:
        if run:
            live_view(run, draw_stage, steered=True)
        else:
            st.caption("A finished example: the defaults on the real CIFAR-10, trained beforehand.")
            draw_stage(example())
    return run


def _form(prepared: str, *, running: bool) -> None:
    preset_picker(FineTuningSettings)
    if prepared:
        st.segmented_control("Pictures", [OWN, PREPARED], default=OWN, required=True, key="tune on")
    setting_inputs(FineTuningSettings, ["method"], columns=1)
    setting_inputs(FineTuningSettings, ["per_class", "size", "blocks", "learning_rate"])
    with st.expander("Backbone, steps and seed", icon=":material/tune:", key="tune more"):
        setting_inputs(FineTuningSettings, ["backbone"], columns=1)
        weights_note(SOURCES[chosen(FineTuningSettings).backbone])
        setting_inputs(FineTuningSettings, ["head_steps", "tune_steps", "batch_size", "test_images", "flip", "seed"])
    start_button("Fine-tune", lambda: chosen_here(prepared), on_click=_start, args=(prepared,), running=running)
    if not chosen_here(prepared).folder:
        source_note(CIFAR10)


def chosen_here(prepared: str) -> FineTuningSettings:
    """The settings as the form stands, on the folder `prepared` where that is chosen, or else CIFAR-10 or Photo-10."""
    folder = prepared if prepared and st.session_state.get("tune on") == PREPARED else ""
    return replace(chosen(FineTuningSettings), folder=folder)


def _start(prepared: str) -> None:
    start_and_show(chosen_here(prepared))


def charts_of(run: Run) -> dict[str, Figure]:
    """The charts by their names."""
    history = [point for point in points(run.events) if "validation_loss" in point.metrics]
    total = run.settings.steps
    figures = {
        "Loss": loss_chart(history, total, run.id, "validation"),
        "Accuracy": accuracy_chart(history, total, run.id, "validation"),
    }
    return {name: marked(figure, marks(run.events), total) for name, figure in figures.items()}


def chart_files_of(run: Run) -> list[ChartFile]:
    """The charts as files."""
    title = run.name or "Fine-tuning"
    return [
        ChartFile(name, f"{title}: {name.lower()}", f"fine-tuning-{name.lower()}", figure)
        for name, figure in charts_of(run).items()
    ]


def draw_stage(run: Run) -> None:
    """Two joined curves, some test pictures before and after, and at the end the result, class by class."""
    charts = [Chart(figure, f"{name} over the steps.") for name, figure in drawn(run, charts_of).items()]
    live_charts(*charts, key=f"tune {run.id == 'example'}", height=260)
    st.caption(_features_done(run))
    st.html(f'<div class="lab-pairs-place">{drawn(run, before_after_html)}</div>')
    if result := run.result:
        st.html(class_bars_html(result["class_accuracy"], "Accuracy of each class on the test pictures"))
        st.markdown(summary(run))


def before_after_html(run: Run) -> str:
    """A few test pictures with what the network says of them: of the frozen one, and after the unfreezing."""
    galleries = [event for event in run.events if isinstance(event, Predictions)]
    if not galleries:
        return ""
    moments = ("Before", "After") if len(galleries) > 1 else ("Before" if run.active else "",)
    names = names_of(run)
    figures = "".join(
        f'<figure><img src="{png_address(image)}" alt="Test picture of {html.escape(names[label])}">'
        f"<figcaption><b>{html.escape(names[label])}</b>"
        f"{''.join(_answer(event, place, names, word) for event, word in zip(galleries, moments, strict=False))}"
        "</figcaption></figure>"
        for place, (image, label) in enumerate(zip(galleries[0].images, galleries[0].labels, strict=True))
    )
    return f'<div class="lab-pairs">{figures}</div>'


def _answer(event: Predictions, place: int, names: Sequence[str], moment: str) -> str:
    predicted = int(event.predicted[place])
    verdict, sign = ("right", "✓") if predicted == event.labels[place] else ("wrong", "✗")
    word = f"<small>{moment}</small>" if moment else ""
    sure = html.escape(percent(float(event.probabilities[place][predicted])))
    return f'<span class="lab-answer-{verdict}">{word}{sign} {html.escape(names[predicted])} {sure}</span>'


def _features_done(run: Run) -> str:
    done = [e.metrics["features"] for e in run.events if isinstance(e, Progress) and "features" in e.metrics]
    if run.active and not any("validation_loss" in point.metrics for point in points(run.events)):
        return f"Features of the frozen backbone, computed once: {done[-1] if done else 0:.0%}"
    return ""


def summary(run: Run) -> str:
    """The result in words, with its 95% interval."""
    result = dict(run.result or {})
    before = result["head_test_accuracy"]
    first = f" With the head alone it was {before:.1%}." if before is not None else ""
    stand_in = "" if result["real_data"] else " This is Photo-10, which stands in for CIFAR-10 and is far easier."
    return (
        f"**{result['test_accuracy']:.1%} of {result['test_images']:,} test pictures are named right** (95% interval "
        f"{result['test_accuracy_low']:.1%} to {result['test_accuracy_high']:.1%}), from {result['train_images']:,} "
        f"training pictures, after {duration(run.elapsed_s)}.{first}{stand_in} {result['remark']}"
    )
