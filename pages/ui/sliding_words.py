"""The size of a convolution's output as a formula with the numbers filled in, and its padding in words. HTML."""

from engine.sliding import Sliding


def size_formula(size: int, sliding: Sliding) -> str:
    """How `size` input cells become the output's, along one side."""
    output = sliding.output_size(size)
    if sliding.padding == "same":
        worked = f"{size} · {sliding.stride}" if sliding.transposed else f"⌈{size} / {sliding.stride}⌉"
        general = "input · stride" if sliding.transposed else "⌈input / stride⌉"
        return f"Output = {general} = {worked} = <b>{output}</b>"
    padding = 0 if sliding.padding == "valid" else sliding.padding
    reach = f"{sliding.dilation}·({sliding.kernel} − 1) + 1" if sliding.dilation > 1 else f"{sliding.kernel}"
    name = "kernel" if sliding.dilation == 1 else "reach"
    if sliding.transposed:
        general = f"(input − 1) · stride + {name} − 2 · padding"
        worked = f"({size} − 1) · {sliding.stride} + {sliding.reach} − 2·{padding}"
    else:
        general = f"⌊(input + 2 · padding − {name}) / stride⌋ + 1"
        worked = f"⌊({size} + 2·{padding} − {sliding.reach}) / {sliding.stride}⌋ + 1"
    dilated = f", where reach = {reach} = {sliding.reach}" if sliding.dilation > 1 else ""
    return f"Output = {general} = {worked} = <b>{output}</b>{dilated}"


def padding_words(size: int, sliding: Sliding) -> str:
    """Where zeros are added, or where a transposed convolution cuts; empty when nowhere."""
    before, after = sliding.pads(size)
    if before == after == 0:
        return "No padding: the window stays inside." if not sliding.transposed else "Nothing is cut off the output."
    act = "cut off the output" if sliding.transposed else "of zeros added"
    if before == after:
        return f"{_cells(before)} {act} on every side."
    return (
        f"SAME is lopsided here: {_cells(before)} {act} at the top and left, {_cells(after)} at the bottom and right."
    )


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"
