"""Spot the bug: three mistakes of the chapter's MNIST program beside their mends, each run here and now."""

import html

import streamlit as st

from engine.chapter_bugs import EVALUATION, Flattened, flatten, sampled_accuracies
from engine.errors import LabError
from engine.records import Run
from pages.ui.beside import again, beside
from pages.ui.charts import evaluations_chart
from pages.ui.live_chart import live_chart
from pages.ui.mnist_evidence import example_answers
from pages.ui.mnist_sampling_bug import sampling_bug
from pages.ui.run_answers import answers_for, as_it_is_now
from pages.ui.session import lab

TIMES = 10
CALL_S = 60.0


def spot_the_bug(run: Run | None) -> None:
    """The tab."""
    st.caption("The textbook's program works, and yet it is wrong in places. Can you see where, before you press?")
    _evaluation_bug(run)
    sampling_bug()
    _pooling_bug()


def _evaluation_bug(run: Run | None) -> None:
    beside(
        "How good is it?",
        "eval_index = np.random.choice(len(test_xdata), size=500)\ntest_preds = sess.run(test_prediction, …)",
        "logits = network(test_images)  # all of them\naccuracy = (logits.argmax(1) == test_labels).mean()",
    )
    answers, note = answers_for(as_it_is_now(run), example_answers, "digits")
    found = sampled_accuracies(answers.correct, TIMES, again("Evaluate ten times", "bug evaluations"))
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


def _pooling_bug() -> None:
    beside(
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
def _flatten(pool1: int, pool2: int) -> Flattened:
    return lab().call(flatten, pool1, pool2, timeout_s=CALL_S)
