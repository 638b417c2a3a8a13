import numpy as np
import pytest

from engine.demonstration import accepted_edits, demo_numbers, with_edits


def test_the_default_is_the_demo_of_the_chapter() -> None:
    numbers = demo_numbers(0, 5, 3, 2, 3)
    assert numbers.volume.shape == (5, 5, 3)
    assert numbers.kernels.shape == (3, 3, 3, 2)
    assert set(numbers.volume.ravel()) == {0, 1, 2}
    assert set(numbers.kernels.ravel()) == {-1, 0, 1}
    assert numbers.bias.tolist() == [1, 0]


def test_sizes_share_their_numbers() -> None:
    small, large = demo_numbers(3, 4, 1, 1, 2), demo_numbers(3, 9, 4, 4, 5)
    np.testing.assert_array_equal(large.volume[:4, :4, :1], small.volume)
    np.testing.assert_array_equal(large.kernels[:2, :2, :1, :1], small.kernels)


def test_an_edit_changes_one_number() -> None:
    numbers = demo_numbers(0, 5, 3, 2, 3)
    edited = with_edits(numbers, "x2.3.0=5.5,w0.1.2.1=-7,b1=.5")
    assert edited.volume[2, 3, 0] == 5.5
    assert edited.kernels[0, 1, 2, 1] == -7
    assert edited.bias.tolist() == [1, 0.5]
    assert (edited.volume != numbers.volume).sum() == 1
    assert (edited.kernels != numbers.kernels).sum() <= 1


@pytest.mark.parametrize(
    "text", ["", "x9.9.9=1", "x1.1=1", "x0.0.0=nan", "x0.0.0=1e9", "y0=1", "<script>", "x-1.0.0=3"]
)
def test_nonsense_in_the_address_changes_nothing(text: str) -> None:
    numbers = demo_numbers(0, 5, 3, 2, 3)
    np.testing.assert_array_equal(with_edits(numbers, text).volume, numbers.volume)


def test_what_is_no_edit_at_any_size_is_not_accepted() -> None:
    odd = "z0=1,x0.0.0=5000,x9.9.4=1,w5.0.0.0=1,b4=1,b0=1e999,x0.0=1,<script>,x0.0.0=,=,,"
    assert accepted_edits(odd) == ""
    # What is outside of the numbers now may be inside at another size; of two edits of a number the later one counts.
    good = "x9.9.3=-1000,w4.4.3.3=1e-7,b3=.5,x0.0.0=0.00000123457,x0.0.0=5.0"
    assert accepted_edits(f"{odd}{good},{odd}") == good
    assert with_edits(demo_numbers(0, 5, 3, 2, 3), good).volume[0, 0, 0] == 5


def test_numbers_that_the_browser_writes_are_accepted() -> None:
    # With six digits, and without an exponent down to a millionth.
    for number in ("1000", "-999.999", "0.00000123457", "-0.00000100001", "1.23457e-7"):
        assert accepted_edits(f"x0.0.0={number}") == f"x0.0.0={number}"
