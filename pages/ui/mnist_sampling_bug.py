"""Spot the bug: digits drawn with replacement, counted and trained on."""

import numpy as np
import streamlit as st

from engine.chapter_bugs import PAIR_IMAGES, PAIRS, Pairs, Seen, times_seen, train_both_ways
from engine.errors import LabError
from pages.ui.beside import again, beside
from pages.ui.charts import seen_chart
from pages.ui.live_chart import live_chart
from pages.ui.pairs_chart import pairs_chart
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

TRAIN_IMAGES, BATCH = 4_000, 100
CALL_S = 60.0
PAIRS_CALL_S = 120.0
PAIRS_KEY = "bug pairs"


def sampling_bug() -> None:
    """Which digits are seen how often, and what that does to networks."""
    beside(
        "Which digits does it learn from?",
        "rand_index = np.random.choice(len(train_xdata), size=100)",
        "order = rng.permutation(len(train_images))  # anew each epoch\nfor batch in np.split(order, …): …",
    )
    epochs = st.segmented_control("Epochs", [1, 2, 5], default=1, required=True, key="bug epochs")
    try:
        seen = _times_seen(epochs, again("Draw again", "bug draws"))
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
        f"After {epochs * TRAIN_IMAGES // BATCH} steps of {BATCH} digits the chapter has never seen {never:.1%} of "
        f"{TRAIN_IMAGES:,} training digits, and one of them {seen.drawn.max()} times. In epochs each is seen "
        f"{'once' if epochs == 1 else f'{epochs} times'}: all that was collected is used."
    )
    when_ready(_trained_both_ways)


def _trained_both_ways() -> None:
    """The same mistake in what is learned: pairs of networks, trained here and now."""
    note = loading()
    if st.button("Train both", icon=":material/play_arrow:", disabled=bool(note), help="Some seconds."):
        try:
            with st.spinner(f"Training {PAIRS} small networks each way…"):
                st.session_state[PAIRS_KEY] = _pairs(st.session_state.get(f"{PAIRS_KEY} count", 0))
        except LabError as error:
            st.warning(str(error))
        st.session_state[f"{PAIRS_KEY} count"] = st.session_state.get(f"{PAIRS_KEY} count", 0) + 1
    if note:
        st.caption(note)
    pairs: Pairs | None = st.session_state.get(PAIRS_KEY)
    if not pairs:
        return
    drawn, epochs = pairs.drawn[:, -1], pairs.epochs[:, -1]
    live_chart(
        pairs_chart(pairs),
        key="bug pairs chart",
        height=250,
        description=f"Mean test accuracy after {pairs.steps[-1]} steps: drawn with replacement {drawn.mean():.1%}, in "
        f"epochs {epochs.mean():.1%}.",
    )
    # Two means were taken off.
    spread = np.std([*(drawn - drawn.mean()), *(epochs - epochs.mean())], ddof=2)
    st.markdown(
        f"{len(drawn)} pairs of small networks, the two of a pair from the same weights, learned from {PAIR_IMAGES:,} "
        f"digits. After {pairs.steps[-1]} steps those that draw with replacement read {drawn.mean():.1%} of the test "
        f"digits right on average, those in epochs {epochs.mean():.1%}; within a way they differ by "
        f"{100 * spread:.1f} points (standard deviation). So few networks settle little: press again for others."
    )


@st.cache_data(max_entries=50, show_spinner=False)
def _times_seen(epochs: int, seed: int) -> Seen:
    return lab().call(times_seen, TRAIN_IMAGES, BATCH, epochs, seed, timeout_s=CALL_S)


@st.cache_data(max_entries=20, show_spinner=False)
def _pairs(seed: int) -> Pairs:
    return lab().call(train_both_ways, seed, timeout_s=PAIRS_CALL_S)
