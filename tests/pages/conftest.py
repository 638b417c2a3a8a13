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


@pytest.fixture(autouse=True)
def no_session_of_keras_is_cleared(monkeypatch):
    """Streamlit does so after every script run, a fifth of a second, in a process that has imported Keras.

    The app has not, but this one may have, for tests of the engine.
    """
    monkeypatch.setattr("streamlit.runtime.scriptrunner.script_runner._clean_problem_modules", lambda: None)
