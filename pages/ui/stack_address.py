"""A stack of layers as a text for the page's address: `28-1-same_conv-4-1-1-32_pool-2-2-1-`."""

from dataclasses import dataclass

from engine.receptive_field import LIMITS

KINDS = {"Convolution": "conv", "Depthwise": "depthwise", "Pooling": "pool"}
PADDINGS = ("same", "valid")
LARGEST = 4096
MOST_LAYERS = 60

Row = tuple[str, int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Stack:
    """Side and channels of the input, the padding of all layers, and a row a layer.

    A row is a name of `KINDS`, then kernel, stride, dilation and channels; None is a number that was left out.
    """

    size: int
    channels: int
    padding: str
    rows: tuple[Row, ...]


def text_of(stack: Stack) -> str:
    """The stack as a short text."""
    rows = ["-".join([KINDS[name], *("" if n is None else str(n) for n in numbers)]) for name, *numbers in stack.rows]
    return "_".join([f"{stack.size}-{stack.channels}-{stack.padding}", *rows])


def stack_of(text: str) -> Stack | None:
    """The stack that `text_of` wrote, or None for a text that is none."""
    head, *rows = text.split("_")
    try:
        size, channels, padding = head.split("-")
        stack = Stack(int(size), int(channels), padding, tuple(map(_row, rows)))
    except (ValueError, KeyError):
        return None
    whole = 1 <= stack.size <= LARGEST and 1 <= stack.channels <= LIMITS["channels"] and padding in PADDINGS
    return stack if whole and len(rows) <= MOST_LAYERS else None


def _row(text: str) -> Row:
    kind, *numbers = text.split("-")
    name = {kind: name for name, kind in KINDS.items()}[kind]
    kernel, stride, dilation, channels = (_number(*pair) for pair in zip(LIMITS, numbers, strict=True))
    return name, kernel, stride, dilation, channels


def _number(name: str, text: str) -> int | None:
    """The number in `text`, or None where it is empty. Raises `ValueError` beyond the limits of `name`."""
    if text and not 1 <= int(text) <= LIMITS[name]:
        raise ValueError(f"{name} is {text}")
    return int(text) if text else None
