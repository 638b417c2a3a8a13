import numpy as np
import pytest

from engine.errors import InvalidSettings
from engine.sliding import Sliding


def places(size: int, sliding: Sliding) -> int:
    """Count the places where the window fits, one cell after the other."""
    before, after = sliding.pads(size)
    starts = range(0, size + before + after, sliding.stride)
    return sum(start + sliding.reach <= size + before + after for start in starts)


@pytest.mark.parametrize("seed", range(200))
def test_output_size_is_the_number_of_places(seed: int) -> None:
    random = np.random.default_rng(seed)
    kernel, stride, dilation = (int(n) for n in random.integers(1, 6, 3))
    padding = [("valid"), ("same"), int(random.integers(0, 4))][seed % 3]
    sliding = Sliding(kernel, stride, padding, dilation)
    size = int(random.integers(1, 20))
    if fits := places(size, sliding):
        assert sliding.output_size(size) == fits
    else:
        with pytest.raises(InvalidSettings, match="fits nowhere"):
            sliding.output_size(size)


@pytest.mark.parametrize("seed", range(100))
def test_transposed_size_is_where_the_last_cell_ends(seed: int) -> None:
    random = np.random.default_rng(seed)
    kernel, stride, dilation, size = (int(n) for n in random.integers(1, 6, 4))
    padding = int(random.integers(0, 3))
    sliding = Sliding(kernel, stride, padding, dilation, transposed=True)
    touched = [i * stride + a * dilation for i in range(size) for a in range(kernel)]
    if (left := max(touched) + 1 - 2 * padding) < 1:
        with pytest.raises(InvalidSettings, match="nothing is left"):
            sliding.output_size(size)
    else:
        assert sliding.output_size(size) == left
    assert Sliding(kernel, stride, "same", dilation, transposed=True).output_size(size) == size * stride


def test_same_puts_the_odd_cell_after() -> None:
    assert Sliding(2, 1, "same").pads(5) == (0, 1)
    assert Sliding(3, 2, "same").pads(6) == (0, 1)
    assert Sliding(3, 2, "same").pads(5) == (1, 1)


@pytest.mark.parametrize("wrong", [{"kernel": 0}, {"stride": 0}, {"dilation": 0}, {"padding": -1}])
def test_impossible_windows_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidSettings, match=next(iter(wrong))):
        Sliding(**{"kernel": 3} | wrong)
