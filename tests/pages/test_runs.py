"""The Runs page: one's own runs and nobody else's, searched, opened, renamed and deleted."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.events import Completed, Progress
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings
from pages.ui.plain_text import plain
from pages.ui.run_thumbnail import thumbnail
from pages.ui.session import lab
from pages.ui.sharing import PAGES
from tests.fakes import CountSettings


@pytest.fixture(autouse=True)
def nothing_else():
    for record in lab().runs.all():
        lab().stop(record.id)
        lab().runs.delete(record.id)


STEPS = [{"test_accuracy": step / 4} for step in (1, 2, 3)]


def ended(settings, name="", owner="", steps=STEPS):
    """A run that has ended without a worker, after steps with these metrics."""
    runs = lab().runs
    with runs.changed:
        run_id = runs.add(settings, owner)
        record = runs.get(run_id)
        record.sent = True
        for step, metrics in enumerate(steps, 1):
            record.add(Progress(step, len(steps), metrics))
        record.add(Completed(result={"test_accuracy": 0.75}))
    runs.rename(run_id, name)
    return run_id


def page():
    app = AppTest.from_file("../../pages/runs.py", default_timeout=60).run()
    assert not app.exception
    return app


def bodies(app):
    return " ".join(element.proto.body for element in app.get("html"))


def test_without_runs_it_says_what_will_be_here():
    assert "There is nothing yet" in page().caption[0].value


def test_it_shows_own_runs_with_a_picture_and_what_came_out():
    ended(MnistSettings(steps=40), "first try")
    ended(CifarSettings(), owner="somebody else")
    ended(CountSettings())
    app = page()
    assert bodies(app).count('class="lab-run-name"') == 1
    assert "first try" in bodies(app)
    assert "data:image/svg+xml;base64," in bodies(app)
    assert any("MNIST · Completed · 75.0% of the test images" in caption.value for caption in app.caption)


def test_the_picture_of_a_run_is_the_curve_that_tells_most():
    metrics = {"train_loss": 1.0, "train_accuracy": 0.5, "validation_loss": 1.0}
    pictures = set()
    for last in (0.6, 0.9):
        steps = [{**metrics, "validation_accuracy": share} for share in (0.1, 0.5, last)]
        run_id = ended(FineTuningSettings(), steps=steps)
        pictures.add(thumbnail(lab().watch(run_id)))
    assert len(pictures) == 2


def test_search_and_experiment_narrow_it_down():
    ended(MnistSettings(steps=40), "first try")
    ended(CifarSettings(), "another")
    app = page()
    app.text_input(key="runs search").set_value("ANOTHER").run()
    assert "another" in bodies(app)
    assert "first try" not in bodies(app)
    app.text_input(key="runs search").set_value("nothing like it").run()
    assert "Nothing of yours is like that." in [caption.value for caption in app.caption]


def test_rename_and_delete():
    run_id = ended(MnistSettings(steps=40), "first try")
    app = page()
    app.text_input(key=f"name of {run_id}").set_value("the best")
    next(button for button in app.button if button.label == "Rename").click()
    app.run()
    assert "the best" in bodies(app)
    app.text_input(key=f"name of {run_id}").set_value("x" * 61)
    next(button for button in app.button if button.label == "Rename").click()
    app.run()
    assert "61 characters, but may have at most 60" in app.toast[0].value
    assert "the best" in bodies(app)
    assert app.button(key=f"delete {run_id}").disabled
    app.checkbox(key=f"sure to delete {run_id}").check().run()
    assert lab().runs.get(run_id)
    app.button(key=f"delete {run_id}").click().run()
    assert not app.exception
    assert lab().runs.get(run_id) is None
    assert "There is nothing yet" in app.caption[0].value


@pytest.mark.parametrize("cls", PAGES)
def test_runs_of_every_experiment_are_compared_here(cls):
    other = {"steps": 7} if "steps" in cls.__dataclass_fields__ else {}
    runs = [ended(cls(), "first"), ended(cls(**other), "second")]
    ended(MnistSettings(steps=3), "not ticked")
    app = page()
    assert "lab-compare" not in bodies(app)
    for run_id in runs:
        app.checkbox(key=f"pin {run_id}").check().run()
    assert not app.exception
    table = next(body for body in bodies(app).split("<div") if "lab-compare" in body)
    assert table.count('<th scope="row">') == 2
    assert "not ticked" not in table
    assert any("2 compared" in heading.value for heading in app.subheader)
    app.checkbox(key=f"pin {runs[0]}").uncheck().run()
    assert not app.exception
    assert any("1 run: tick another to compare it with" in heading.value for heading in app.subheader)


def test_a_card_of_every_experiment_opens_its_page():
    runs = [ended(cls(), f"run {number}") for number, cls in enumerate(PAGES)]
    app = page()
    assert {f"open {run_id}" for run_id in runs} <= {button.key for button in app.button}
    assert all((Path("pages") / Path(script).name).exists() for script in PAGES.values())


def test_the_name_of_somebody_elses_run_is_not_read_as_markdown():
    run_id = ended(MnistSettings(), "[a](//b.c)", owner="somebody else")
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    app.query_params["mnist_tab"], app.query_params["mnist_pins"] = "Compare", run_id
    app.run()
    assert not app.exception
    assert app.checkbox(key=f"pin {run_id}").label == plain("[a](//b.c)")
