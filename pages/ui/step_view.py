"""Step through it: the settings of a small convolution, its size formula, and every multiplication."""

from typing import Any

import numpy as np
import streamlit as st

from engine.convolution import convolve
from engine.demonstration import (
    LARGEST_INPUT,
    LARGEST_KERNEL,
    MOST_CHANNELS,
    MOST_FILTERS,
    Numbers,
    accepted_edits,
    demo_numbers,
    with_edits,
)
from engine.errors import InvalidSettings, LabError
from engine.sliding import Sliding
from pages.ui.address import recall, remember
from pages.ui.anatomy import settings_and_stage
from pages.ui.convolution_stepper import convolution_stepper, stepper_work
from pages.ui.sent import sent_number, sent_text
from pages.ui.session import lab
from pages.ui.sliding_inputs import number, padding_input
from pages.ui.sliding_words import padding_words, size_formula
from pages.ui.when_ready import loading, when_ready

BOXES = (
    (("Input size", "size", 5, 1, LARGEST_INPUT), ("Channels", "channels", 3, 1, MOST_CHANNELS)),
    (("Filters", "filters", 2, 1, MOST_FILTERS), ("Kernel size", "kernel", 3, 1, LARGEST_KERNEL)),
    (("Stride", "stride", 2, 1, 4), ("Dilation", "dilation", 1, 1, 3)),
)
"""Label, key, default, lowest and highest of the number boxes, row by row."""


def step_view() -> None:
    """View 1 of the page."""
    when_ready(_view)


def stepped_window() -> Sliding:
    """The window as this view's widgets stand, or as they start."""
    kept = st.session_state
    padding = kept.get("padding", "1")
    return Sliding(
        kept.get("kernel", 3),
        kept.get("stride", 2),
        int(padding) if padding.isdecimal() else padding,
        kept.get("dilation", 1),
        kept.get("transposed", False),
    )


def _view() -> None:
    settings, stage = settings_and_stage()
    with settings:
        numbers, sliding = _settings()
    with stage:
        try:
            size = sliding.output_size(numbers.volume.shape[0])
        except InvalidSettings as error:
            st.warning(str(error), icon=":material/block:")
            return
        _stage(numbers, sliding, size)


def _settings() -> tuple[Numbers, Sliding]:
    values = []
    for boxes in BOXES:
        # A row of its own: a phone, and the keyboard, then go through the boxes as they are read.
        for cell, box in zip(st.columns(2), boxes, strict=True):
            with cell:
                values.append(number(*box))
    size, channels, filters, kernel, stride, dilation = values
    padding = padding_input("padding", "1")
    transposed = st.toggle(
        "Transposed",
        key="transposed",
        bind="query-params",
        persist_state="session",
        help="Runs the window backwards: each input cell is spread over a window of the output, which grows.",
    )
    seed = number("Random seed", "numbers", 0, 0, 999, help="Another seed fills input and kernels with other numbers.")
    sliding = Sliding(kernel, stride, padding, dilation, transposed)
    return demo_numbers(seed, size, channels, filters, kernel), sliding


def _stage(numbers: Numbers, sliding: Sliding, size: int) -> None:
    height = numbers.volume.shape[0]
    st.html(
        f'<p class="lab-formula">{size_formula(height, sliding)}</p>'
        f'<p class="lab-note">{padding_words(height, sliding)}</p>'
    )
    work = stepper_work()
    edits = accepted_edits(sent_text(work.get("edits", recall("edits"))) or "")
    outputs = size * size * numbers.bias.size
    cell = sent_number(work.get("cell", recall("cell", "0")), 0, outputs - 1) or 0
    remember("edits", edits)
    remember("cell", str(cell), "0")
    convolution_stepper(_data(numbers, sliding, size, edits, cell))


def _data(numbers: Numbers, sliding: Sliding, size: int, edits: str, cell: int) -> dict[str, Any]:
    before, after = sliding.pads(numbers.volume.shape[0])
    shape, filters = numbers.volume.shape, numbers.bias.size
    output, trouble = _tensorflow(with_edits(numbers, edits), sliding)
    lists = [numbers.volume.ravel().tolist(), numbers.kernels.ravel().tolist(), numbers.bias.tolist()]
    return {
        "structure": repr((sliding, lists)),
        "input": shape,
        "kernel": sliding.kernel,
        "filters": filters,
        "output": (size, size),
        "stride": sliding.stride,
        "dilation": sliding.dilation,
        "transposed": sliding.transposed,
        "before": (before, before),
        "after": (after, after),
        "volume": lists[0],
        "kernels": lists[1],
        "bias": lists[2],
        "edits": edits,
        "cell": cell,
        "tensorflow": output,
        "trouble": trouble,
        "operation": "tf.nn.conv2d_transpose" if sliding.transposed else "tf.nn.conv2d",
    }


def _tensorflow(numbers: Numbers, sliding: Sliding) -> tuple[list[float] | None, str]:
    """TensorFlow's output [filters, height, width] as a flat list, or None and why not yet."""
    if trouble := loading():
        return None, f"Check: {trouble}"
    try:
        return _computed(numbers.volume, numbers.kernels, numbers.bias, sliding), ""
    except LabError as error:
        return None, f"Check: {error}"


@st.cache_data(max_entries=200, show_spinner=False)
def _computed(volume: Any, kernels: Any, bias: Any, sliding: Sliding) -> list[float]:
    values: list[float] = np.moveaxis(lab().call(convolve, volume, kernels, bias, sliding), 2, 0).ravel().tolist()
    return values
