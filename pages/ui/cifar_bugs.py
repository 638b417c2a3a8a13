"""The tab "Spot the bug": the chapter's mistakes beside their mends, run live on a small network."""

import numpy as np
import streamlit as st

from engine.cifar_bugs import BATCH, Trained, batch_accuracies, train_three
from engine.errors import LabError
from engine.sources.catalog import CIFAR10
from engine.sources.locate import locate
from engine.statistics import wilson_interval
from pages.ui.charts import Figure, axis_title, layout_of
from pages.ui.live_chart import live_chart
from pages.ui.session import lab
from pages.ui.theme import INPUT, OUTPUT, TRAIN, WRONG
from pages.ui.when_ready import loading, when_ready

KEY = "cifar bugs"
BATCHES = 200
COLOURS = (TRAIN, WRONG, INPUT)


def cifar_bugs() -> None:
    """Three mistakes, each with the chapter's lines; one button trains what shows them."""
    st.markdown(
        "Three mistakes are in the program of the textbook's chapter. Train three small networks, alike but for the "
        "learning rate, and see what each mistake does."
    )
    when_ready(_tab)


def _tab() -> None:
    note = loading()
    if st.button("Run the mistakes", icon=":material/bug_report:", disabled=bool(note)):
        try:
            with st.spinner("Training three small networks, some seconds each…"):
                st.session_state[KEY] = _trained(locate(CIFAR10).describe)
        except LabError as error:
            st.error(str(error), icon=":material/error:")
    if note:
        st.caption(note)
    trained: Trained | None = st.session_state.get(KEY)
    _learning_rate(trained)
    _distorted(trained)
    _one_batch(trained)
    if trained:
        st.caption(f"{trained.steps[-1]} steps on {trained.data}.")


# All see the same, as long as the data are the same.
@st.cache_data(max_entries=1, show_spinner=False)
def _trained(describe: str) -> Trained:
    return lab().call_long(train_three, timeout_s=180)


def _learning_rate(trained: Trained | None) -> None:
    st.subheader("1. A learning rate that never decays, or decays to nothing", anchor=False)
    text, chart = st.columns(2, gap="large")
    text.code(
        "model_learning_rate = tf.train.exponential_decay(\n"
        "    0.1, generation_num, 250, 0.1, staircase=True)\n"
        "train_step = my_optimizer.minimize(loss_value)  # no step",
        language="python",
    )
    text.markdown(
        "`minimize` is not given `global_step=generation_num`, so the counter stays at 0 and the rate at 0.1. Give it "
        "the counter and the rate is a tenth every 250 of 20,000 steps: nothing is left by step 1,000. Here both, and "
        "one cycle, at the same share of a short run."
    )
    with chart:
        if trained:
            spoken = ", ".join(f"{name}: {losses[-1]:.2f}" for name, losses in trained.losses.items())
            live_chart(rates_chart(trained), key="bug rates", height=260, description=f"Final loss. {spoken}.")
            st.caption(f"Loss at the end: {spoken}. After so short a run they may be near each other.")


def _distorted(trained: Trained | None) -> None:
    st.subheader("2. Distorted test pictures", anchor=False)
    text, numbers = st.columns(2, gap="large")
    text.code(
        "# distort_images is True, for the test as well\nimage, label = read_cifar_files(filename_queue)",
        language="python",
    )
    text.markdown(
        "The test pictures are mirrored and changed in contrast at random too: another test each time, "
        "and never of the pictures as they are."
    )
    if trained:
        left, right = numbers.columns(2)
        left.metric("As they are", f"{trained.clean.mean():.1%}", help=_interval(trained.clean))
        right.metric("Distorted", f"{trained.distorted.mean():.1%}", help=_interval(trained.distorted))
        numbers.caption(f"The mended network on the same {len(trained.clean):,} test pictures.")


def _one_batch(trained: Trained | None) -> None:
    st.subheader("3. Accuracy on one batch of 128", anchor=False)
    text, chart = st.columns(2, gap="large")
    text.code("[temp_accuracy] = sess.run([accuracy])   # one batch", language="python")
    text.markdown(
        "The same network, measured again and again on 128 pictures: the numbers scatter by several points, more than "
        "most improvements are worth. All test pictures give one number, with an interval."
    )
    if trained:
        shares = batch_accuracies(trained.clean, BATCHES, seed=0)
        with chart:
            live_chart(
                batches_chart(shares, float(trained.clean.mean())),
                key="bug batches",
                height=230,
                description=f"{BATCHES} batches scatter from {shares.min():.0%} to {shares.max():.0%}.",
            )
        text.markdown(f"Here **{shares.min():.0%} to {shares.max():.0%}**; {_interval(trained.clean)}")


def rates_chart(trained: Trained) -> Figure:
    """Training loss of the three networks."""
    highest = max(loss for losses in trained.losses.values() for loss in losses if np.isfinite(loss))
    axis = {"title": axis_title("Loss (nats)"), "range": [0, 1.05 * min(highest, 4.0)]}
    layout = layout_of(axis, trained.steps[-1], "bugs")
    legend = {"orientation": "h", "y": -0.28, "x": 0, "font": {"size": 12}}
    margin = {"l": 50, "r": 10, "t": 8, "b": 60}
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": trained.steps,
            "y": [round(loss, 4) if np.isfinite(loss) else None for loss in losses],
            "line": {"color": colour, "width": 2.4},
        }
        for (name, losses), colour in zip(trained.losses.items(), COLOURS, strict=True)
    ]
    return {"data": lines, "layout": {**layout, "margin": margin, "showlegend": True, "legend": legend}}


def batches_chart(shares: np.ndarray, whole: float) -> Figure:
    """How often each accuracy came, and where that of all pictures is."""
    values, counts = np.unique(shares, return_counts=True)
    layout = layout_of({"title": axis_title("Batches")}, 1, "batches")
    low, high = float(values[0]) - 0.02, float(values[-1]) + 0.02
    axis = {"title": axis_title(f"Accuracy on {BATCH} pictures"), "tickformat": ".0%", "range": [low, high]}
    line = {"type": "line", "x0": whole, "x1": whole, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": OUTPUT}}
    bars = {"type": "bar", "x": values.tolist(), "y": counts.tolist(), "width": 0.006, "marker": {"color": TRAIN}}
    margin = {"l": 50, "r": 10, "t": 8, "b": 44}
    return {"data": [bars], "layout": {**layout, "xaxis": axis, "margin": margin, "shapes": [line]}}


def _interval(correct: np.ndarray) -> str:
    low, high = wilson_interval(int(correct.sum()), len(correct))
    return f"all {len(correct):,}: {correct.mean():.1%} (95% interval {low:.1%} to {high:.1%})."
