"""One lab for all pages that are tested in a process, whose worker loads TensorFlow once."""

import pytest

from pages.ui.session import lab


@pytest.fixture(scope="session", autouse=True)
def close_the_lab(own_folders):
    yield
    lab().close()
    lab.clear()


@pytest.fixture(scope="module", autouse=True)
def no_runs_of_another_file(close_the_lab):
    yield
    for record in lab().runs.all():
        lab().stop(record.id)
        lab().runs.delete(record.id)
