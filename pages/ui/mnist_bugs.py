"""Spot the bug: three mistakes of the chapter's MNIST program beside their mends, each run here and now."""

import html

import numpy as np
import streamlit as st

from engine.chapter_bugs import EVALUATION, Flattened, Seen, flatten, sampled_accuracies, times_seen
from engine.errors import LabError
from engine.records import Run
from pages.ui.charts import evaluations_chart, seen_chart
from pages.ui.live_chart import live_chart
from pages.ui.mnist_evidence import example_answers
from pages.ui.run_answers import answers_for, as_it_is_now
from pages.ui.session import lab

TIMES = 10
TRAIN_IMAGES, BATCH = 4_000, 100
CALL_S = 60.0


def spot_the_bug(run: Run | None) -> None:
    """The tab."""
    st.caption("The chapter's program works, and yet it is wrong in places. Can you see where, before you press?")
    _evaluation_bug(run)
    _sampling_bug()
    _pooling_bug()


def _beside(title: str, wrong: str, right: str) -> None:
    st.subheader(title, anchor=False)
    left, mended = st.columns(2, gap="medium")
    left.caption(":material/bug_report: The chapter")
    left.code(wrong, language="python", wrap_lines=True)
    mended.caption(":material/check: Mended")
    mended.code(right, language="python", wrap_lines=True)


def _again(label: str, key: str) -> int:
    """A button that asks for other random numbers; returns how often it was pressed."""
    st.session_state.setdefault(key, 0)

    def count() -> None:
        st.session_state[key] += 1

    st.button(label, icon=":material/casino:", key=f"{key} button", on_click=count)
    return st.session_state[key]


def _evaluation_bug(run: Run | None) -> None:
    _beside(
        "How good is it?",
        "eval_index = np.random.choice(len(test_xdata), size=500)\ntest_preds = sess.run(test_prediction, …)",
        "logits = network(test_images)  # all of them\naccuracy = (logits.argmax(1) == test_labels).mean()",
    )
    answers, note = answers_for(as_it_is_now(run), example_answers, "digits")
    found = sampled_accuracies(answers.correct, TIMES, _again("Evaluate ten times", "bug evaluations"))
    total = len(answers.labels)
    live_chart(
        evaluations_chart(found, answers.accuracy, f"all {total:,}"),
        key="bug evaluations chart",
        height=190,
        description=f"Ten accuracies on {EVALUATION} test digits: {', '.join(f'{a:.1%}' for a in found)}; "
        f"on all {total:,}: {answers.accuracy:.1%}.",
    )
    st.markdown(
        f"The same network, ten times: from {found.min():.1%} to {found.max():.1%}, a spread of "
        f"{100 * found.std(ddof=1):.1f} points (standard deviation). On all {total:,} test digits it is "
        f"{answers.accuracy:.1%} each time. A curve made of such samples trembles even where nothing changes. {note}"
    )


def _sampling_bug() -> None:
    _beside(
        "Which digits does it learn from?",
        "rand_index = np.random.choice(len(train_xdata), size=100)",
        "order = rng.permutation(len(train_images))  # anew each epoch\nfor batch in np.split(order, …): …",
    )
    epochs = st.segmented_control("Epochs", [1, 2, 5], default=1, required=True, key="bug epochs")
    try:
        seen = _times_seen(epochs, _again("Draw again", "bug draws"))
    except LabError as error:
        st.warning(str(error))
        return
    never = float((seen.drawn == 0).mean())
    live_chart(
        seen_chart(np.bincount(seen.drawn), np.bincount(seen.epochs)),
        key="bug seen chart",
        height=220,
        description=f"How often each training digit was seen: {never:.0%} never, if drawn with replacement.",
    )
    st.markdown(
        f"After {epochs * TRAIN_IMAGES // BATCH} steps of {BATCH} digits the chapter has never seen {never:.1%} of the "
        f"{TRAIN_IMAGES:,} training digits, and one of them {seen.drawn.max()} times. In epochs each is seen "
        f"{'once' if epochs == 1 else f'{epochs} times'}: all that was collected is used."
    )


def _pooling_bug() -> None:
    _beside(
        "What if one pools by 3×3?",
        "resulting_width = image_width // (max_pool_size1 * max_pool_size2)\n"
        "full1_input_size = resulting_width * resulting_height * conv2_features",
        "width = math.ceil(math.ceil(28 / pool1) / pool2)  # SAME pooling\n# or let Flatten() count",
    )
    first, second = st.columns(2)
    pool1 = first.segmented_control("Pool 1", [1, 2, 3, 4, 5], default=3, required=True, key="bug pool 1")
    pool2 = second.segmented_control("Pool 2", [1, 2, 3, 4, 5], default=3, required=True, key="bug pool 2")
    try:
        found = _flatten(pool1, pool2)
    except LabError as error:
        st.warning(str(error))
        return
    st.html(_flattened_html(found, pool1, pool2))


def _flattened_html(found: Flattened, pool1: int, pool2: int) -> str:
    verdict = html.escape(found.error) if found.error else "It runs: here the sizes divide."
    state = "wrong" if found.error else "right"
    return (
        f'<div class="bug-flatten bug-{state}" role="status"><p>After pooling by {pool1}×{pool1} and {pool2}×{pool2} '
        f"the chapter expects <b>{found.chapter:,}</b> numbers, and <b>{found.real:,}</b> come.</p>"
        f"<p>TensorFlow: <code>{verdict}</code></p></div>"
    )


@st.cache_data(max_entries=50, show_spinner=False)
def _times_seen(epochs: int, seed: int) -> Seen:
    return lab().call(times_seen, TRAIN_IMAGES, BATCH, epochs, seed, timeout_s=CALL_S)


@st.cache_data(max_entries=50, show_spinner=False)
def _flatten(pool1: int, pool2: int) -> Flattened:
    return lab().call(flatten, pool1, pool2, timeout_s=CALL_S)
