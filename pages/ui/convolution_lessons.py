"""What to notice on the convolution page, what the chapter has wrong, and things to try."""

import numpy as np
import streamlit as st

from engine.convolution import Floats, Stage, activate_and_pool
from engine.demonstration import demo_numbers
from engine.errors import LabError
from engine.sliding import Sliding
from pages.ui.code import convolution_code
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

WINDOW = np.array([[-3, 5, 1, -1], [2, -4, -6, 2], [4, 1, -2, -2], [-1, 0, 3, -5]], np.float32)

NOTICE = """
- **One output number is one sum.** As many products as the window has cells, over all channels, plus one bias. The
  same weights are used at every place: that is why a convolution has so few parameters.
- **A filter sees all channels and makes one map.** Two filters make two maps, however many channels come in.
- **A stride skips places, padding adds some.** Where *same* needs an odd number of rows or columns, TensorFlow puts the
  extra one at the bottom and at the right.
- **A kernel whose weights add up to 0 answers to change only.** Flat areas give 0, whatever their brightness; weights
  that add up to 1 keep it.
- **Pooling keeps the answer and forgets the exact place.** Move the pattern by a pixel and most windows give the same.
"""

TURN = """
1. Step through it: set the stride to 4. Which input cells are never looked at?
2. Make the kernel 5 and the padding *valid*, then lower the input size until it no longer fits.
3. On a picture: edit the Sobel kernel until the whiskers of the cat disappear and its eyes stay.
4. Find a kernel for which *Difference* is all white. What do all of those have in common?
5. Activation and pooling: ReLU may come before or after max pooling. For which activation does that matter?
"""


def lessons(sliding: Sliding) -> None:
    """The tabs below every view; the code is that of the window that is stepped through."""
    lesson_tabs(
        "convolution_tab",
        {
            "What to notice": lambda: st.markdown(NOTICE),
            "Spot the bug": _bugs,
            "Your turn": lambda: st.markdown(TURN),
            "The code": lambda: _code(sliding),
        },
    )


def _code(sliding: Sliding) -> None:
    st.caption("The layer of *Step through it*, with ReLU and max pooling after it.")
    st.code(convolution_code(sliding), language="python")


def _bugs() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**“A matrix multiplication (filter)”, says the chapter.** It is none: each weight meets one cell.")
        st.html(_product())
    with right:
        st.markdown("**“Convolution, pooling, activation” is its order.** Does the order matter?")
        when_ready(_draw_orders)


def _product() -> str:
    numbers = demo_numbers(0, 5, 3, 2, 3)
    window, kernel = numbers.volume[:3, :3, 0], numbers.kernels[:, :, 0, 0]
    return (
        f'<div class="lab-sum">{_table(window, "Window")}<span>·</span>{_table(kernel, "Kernel")}<span>=</span>'
        f"{_table(window * kernel, 'Products')}</div>"
        f'<p class="lab-note">Convolution adds the nine products: <b>{_number(float((window * kernel).sum()))}</b>, '
        "one number.</p>"
        f'<div class="lab-sum lab-wrong-sum">{_table(window, "Window")}<span>×</span>{_table(kernel, "Kernel")}'
        f"<span>=</span>{_table(window @ kernel, 'Matrix product')}</div>"
        '<p class="lab-note">A matrix product mixes rows with columns and gives nine numbers. '
        "Only when all windows are laid out as the rows of one large matrix does a convolution become one (im2col).</p>"
    )


def _draw_orders() -> None:
    try:
        st.html(f'<p class="lab-note">{trouble}</p>' if (trouble := loading()) else _orders())
    except LabError as error:
        st.warning(str(error))


def _orders() -> str:
    rows = "".join(_order(kind, _stages(kind)) for kind in ("max", "average"))
    return (
        f'<div class="lab-sum">{_table(WINDOW, "Feature map")}</div>{rows}'
        '<p class="lab-note">ReLU keeps the order of numbers, so the largest stays the largest: with max pooling the '
        "two commute, and pooling first is only cheaper. A mean mixes negative values in before ReLU can drop them, so "
        "with average pooling they do not. Computed by TensorFlow just now.</p>"
    )


def _order(kind: str, stage: Stage) -> str:
    apart = float(np.abs(stage.pooled - stage.swapped).max())
    verdict = "equal" if not apart else f"up to {_number(apart)} apart"
    return (
        f'<div class="lab-sum">{_table(stage.pooled[..., 0], f"ReLU, then {kind}")}<span>{"=" if not apart else "≠"}'
        f"</span>{_table(stage.swapped[..., 0], f'{kind.capitalize()}, then ReLU')}"
        f'<b class="{"" if not apart else "lab-differs"}">{verdict}</b></div>'
    )


@st.cache_data(show_spinner=False)
def _stages(kind: str) -> Stage:
    return lab().call(activate_and_pool, WINDOW[..., None], "relu", kind, Sliding(2, 2))


def _table(values: Floats, title: str) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{_number(float(v))}</td>" for v in row) + "</tr>" for row in values)
    return f"<table><caption>{title}</caption>{rows}</table>"


def _number(value: float) -> str:
    return f"{value or 0:.3g}".replace("-", "−")
