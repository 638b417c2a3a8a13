"""The tab "Spot the bug": pictures that the chapter writes mirrored and turned, and a test set that is none."""

import streamlit as st

from engine.errors import LabError
from engine.images import png_address
from engine.statistics import wilson_interval
from engine.transpose_bug import WHOLE, Measured, chapter_transposed, measure
from pages.ui.session import lab
from pages.ui.tune_evidence import example_pictures, example_test
from pages.ui.when_ready import loading, when_ready

KEY = "transpose bug"
SHOWN = 6


def tune_bug() -> None:
    """Draw it."""
    st.subheader("1. Pictures that lie on their side", anchor=False)
    left, right = st.columns(2, gap="large")
    left.code(
        "image_array.resize([3, 32, 32])\n"
        "# The chapter: rows and columns swapped.\n"
        "imsave(path, image_array.transpose())\n"
        "# Height, width, colour.\n"
        "imsave(path, image_array.transpose(1, 2, 0))",
        language="python",
    )
    left.markdown(
        "`transpose()` reverses all axes: colour, height, width become width, height, colour. Every picture is "
        "mirrored and turned. Training and test are turned alike, so no accuracy shows it; a photograph taken upright "
        "does."
    )
    with right:
        _pictures()
        when_ready(_measured)
    st.subheader("2. The test set becomes the validation folder", anchor=False)
    st.markdown(
        "What one looks at to choose settings cannot also say how good the choice is. The split *honest* takes the "
        "validation pictures from the training set and leaves the test set alone."
    )
    st.subheader("3. Nothing is ever fine-tuned", anchor=False)
    st.markdown("The section ends with the folders, and leaves the rest to a tutorial. This page goes on.")


def _pictures() -> None:
    shown = example_pictures()[:SHOWN]
    for images, words in ((shown, "transpose(1, 2, 0)"), (chapter_transposed(shown), "transpose()")):
        pictures = "".join(f'<img src="{png_address(image)}" alt="Test picture">' for image in images)
        st.html(f'<figure class="lab-six"><figcaption>{words}</figcaption><div>{pictures}</div></figure>')


def _measured() -> None:
    note = loading()
    if st.button("Measure it", icon=":material/bug_report:", disabled=bool(note)):
        try:
            with st.spinner("Naming pictures both ways…"):
                st.session_state[KEY] = lab().call(measure, *example_test(), timeout_s=120)
        except LabError as error:
            st.error(str(error), icon=":material/error:")
    if found := st.session_state.get(KEY):
        _both(found)
    upright, swapped, total = WHOLE
    st.caption(
        f"{note or 'The network of CIFAR-10 that comes with the app names both.'} Of all {total:,} test pictures it "
        f"names {upright / total:.1%} right upright, and {swapped / total:.1%} swapped."
    )


def _both(found: Measured) -> None:
    columns = st.columns(2)
    for column, words, right in zip(columns, ("Upright", "Swapped"), (found.upright, found.swapped), strict=True):
        low, high = wilson_interval(int(right.sum()), len(right))
        column.metric(f"{words}, {len(right):,} pictures", f"{right.mean():.1%}")
        column.caption(f"95% interval {low:.1%} to {high:.1%}")
