"""A few faults at random; `python -m tests.faults` injects hundreds, with TensorFlow and the whole app as well."""

import pytest

from tests.faults.__main__ import inject


@pytest.mark.timeout(400)
def test_whatever_happens_the_lab_goes_on_and_keeps_what_it_said_to_be_saved(tmp_path, capfd):
    broke = inject(tmp_path, 15, seed=4, quick=True)
    assert broke == 0, capfd.readouterr().out
