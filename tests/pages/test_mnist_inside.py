"""The tabs of the MNIST page that look into a network, before any run and on a run. The lab and its worker are real."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.evaluation import confusion
from engine.events import Completed
from engine.records import State
from engine.settings import MnistSettings
from engine.sources.locate import cache_folder
from engine.sources.mnist import load_digits
from pages.ui import draw_digit
from pages.ui.charts import calibration_chart, evaluations_chart, seen_chart
from pages.ui.confusion_matrix import _checked
from pages.ui.mistakes import cards_html, class_table
from pages.ui.mnist_evidence import example_answers, example_learned, learned_for, pick_digits, trained
from pages.ui.run_answers import answers_for
from pages.ui.session import lab
from tests.drawn_digits import as_sent

TINY = MnistSettings(steps=25, eval_size=20, batch_size=20, conv1_features=3, conv2_features=4, dense_size=6)
TABS = ("Where it is wrong", "What it learned", "Spot the bug", "Your turn")


@pytest.fixture(scope="module")
def run_id():
    made = lab().start(TINY)
    assert lab().wait(made, 120).state == State.COMPLETED
    return made


@pytest.fixture
def run(run_id):
    return lab().watch(run_id)


def digits_answers(run):
    return answers_for(run, example_answers, "digits")


def opened(tab, run_id=""):
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=100)
    app.query_params["mnist_tab"] = tab
    if run_id:
        app.query_params["run"] = run_id
    app.run()
    assert not app.exception
    assert not app.warning
    return app


def captions(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_works_before_any_run(tab):
    app = opened(tab)
    if tab != "Your turn":
        assert "the example that comes with the app" in captions(app) + " ".join(m.value for m in app.markdown)


@pytest.mark.parametrize("tab", TABS[:2])
def test_tabs_show_a_run(tab, run_id):
    app = opened(tab, run_id)
    assert "the example that comes with the app" not in captions(app)


def test_the_answers_of_a_run_are_those_of_its_result(run):
    answers, note = digits_answers(run)
    assert note == ""
    assert np.trace(confusion(answers)) == run.result["test_correct"]
    np.testing.assert_array_equal(answers.labels, load_digits().test_labels)


def test_the_example_is_that_of_the_record():
    assert np.count_nonzero(example_answers().correct) == 961
    learned = example_learned()
    assert (learned.steps[0], learned.steps[-1]) == (0, 500)
    # Trained, the digits of a class lie closer together than all do, which they do not before.
    near = [spread_within(points, learned.labels) for points in learned.points]
    assert near[-1] < 0.9 * near[0]


def spread_within(points, labels):
    """Mean distance to the centre of one's class, as a share of that to the centre of all."""
    centres = np.stack([points[labels == label].mean(axis=0) for label in range(10)])
    within = np.linalg.norm(points - centres[labels], axis=1).mean()
    return within / np.linalg.norm(points - points.mean(axis=0), axis=1).mean()


def test_what_a_run_learned_has_its_first_and_its_last_step(run):
    learned, note = learned_for(run)
    assert note == ""
    assert learned.steps == (0, 5, 10, 15, 20, 25)
    assert learned.convolutions[0][0].shape == (4, 4, 1, 3)
    assert learned.points.shape == (6, 400, 2)
    assert learned.moved(0)[0] == 0
    assert learned.moved(0)[-1] > 0


def test_images_are_picked_by_their_place_in_the_test_set():
    digits = load_digits()
    np.testing.assert_array_equal(pick_digits(digits.test_labels, np.array([3, 999])), digits.test_images[[3, 999]])


def folder_of(run_id):
    return cache_folder() / "runs" / run_id


@pytest.mark.parametrize(("harm", "words"), [("delete", "is gone"), ("truncate", "is damaged")])
def test_a_run_whose_files_are_harmed_is_told_and_the_page_goes_on(harm, words):
    made = lab().start(TINY)
    run = lab().wait(made, 120)
    for path in folder_of(made).glob("*.npz"):
        if harm == "delete":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:200])
    for find in (digits_answers, learned_for):
        _, note = find(run)
        assert words in note
        assert "the example that comes with the app" in note
    _, view = draw_digit._seen(as_sent(7), run)
    assert words in view["note"]
    assert view["says"] == ""
    assert words in captions(opened("Where it is wrong", made))


def test_a_run_that_was_stopped_says_that_it_has_no_test_yet():
    made = lab().start(MnistSettings(steps=20_000))
    lab().stop(made)
    _, note = digits_answers(lab().watch(made))
    assert "ended before it saw all test digits" in note


def test_a_drawing_is_read_by_the_network_of_a_run(run):
    strokes, view = draw_digit._seen(as_sent(7), run)
    assert strokes
    assert view["note"] == ""
    assert sum(view["probabilities"]) == pytest.approx(1, abs=1e-4)
    # Two halves of a unit's maps: three and four maps fill no second row.
    assert [unit["caption"] for unit in view["units"]] == [
        "Unit 1 after pooling: 3 feature maps of 14 × 14",
        "Unit 2 after pooling: 4 feature maps of 7 × 7",
    ]
    assert view["units"][0]["images"][1] == ""
    _, shipped = draw_digit._seen(as_sent(7))
    assert shipped["probabilities"] != view["probabilities"]


@pytest.mark.parametrize(("sent", "words"), [([], "Nothing is drawn yet"), (None, "clear the pad")])
def test_nothing_drawn_and_nonsense_are_told_on_a_run_too(run, sent, words):
    strokes, view = draw_digit._seen(sent, run)
    assert strokes == []
    assert words in view["note"]


def test_everything_black_is_told_on_a_run_too(run):
    rows = [{"brush": 48, "points": [0, y, 280, y]} for y in range(0, 281, 20)]
    _, view = draw_digit._seen(rows, run)
    assert "whole pad is ink" in view["note"]


@pytest.mark.parametrize("sent", [None, 3, [1], [1, 2, 3], [10, 0], [-1, 0], [0.5, 1], ["0", 1], [True, 0]])
def test_a_cell_that_is_none_is_not_taken(sent):
    assert _checked(sent, 10) is None
    assert _checked([9, 0], 10) == (9, 0)


@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 3)], ids=["grey", "colour"])
def test_cards_show_grey_and_colour_with_their_names_escaped(shape):
    probabilities = np.array([[0.2, 0.7, 0.1, 0.0], [0.999, 0.001, 0.0, 0.0]])
    page = cards_html(np.zeros(shape, np.uint8), np.array([0, 0]), probabilities, ["<b>", "cat", "dog", "eel"])
    assert page.count("<figure>") == 2
    assert page.count('class="answer-right"') == 2
    assert "&lt;b&gt;" in page
    assert "eel" not in page


def test_empty_classes_are_told():
    table = class_table(np.array([[3, 0], [0, 0]]), ["a", "b"])
    assert table.count("<td>none</td>") == 2
    assert "100.0%" in table


def test_the_charts_are_charts_of_plotly():
    go = pytest.importorskip("plotly.graph_objects")
    from engine.evaluation import calibration

    figures = (
        calibration_chart(calibration(example_answers())),
        evaluations_chart([0.95, 0.96], 0.955, "all 1,000"),
        seen_chart([5, 3, 1], [0, 9]),
    )
    for figure in figures:
        assert go.Figure(figure).data


def test_challenges_are_read_in_their_order():
    titles = [m.value for m in opened("Your turn").markdown if m.value.startswith("**:material/")]
    assert [title.split(" ")[1].rstrip(".") for title in titles] == ["1", "2", "3", "4", "5"]


def test_ones_own_runs_count_after_a_reload_and_those_of_others_once_they_are_opened(monkeypatch):
    monkeypatch.setattr("pages.ui.visitor.visitor", lambda: "me")
    completed = {}
    for owner, accuracy, steps in (("me", 0.98, 100), ("somebody else", 0.99, 110)):
        with lab().runs.changed:
            completed[owner] = lab().runs.add(MnistSettings(steps=steps), owner)
            result = {"test_accuracy": accuracy, "steps": steps, "parameters": 1, "diverged_at": None}
            lab().runs.get(completed[owner]).add(Completed(result))
    assert "Best so far 98.0%. Steps 100, " in captions(opened("Your turn"))
    assert "Steps 110" not in captions(opened("Your turn"))
    monkeypatch.setattr("pages.ui.your_turn.runs_seen", lambda _settings: {completed["somebody else"]})
    assert "Best so far 99.0%. Steps 110, " in captions(opened("Your turn"))


def test_weights_of_a_run_stay_on_disk_and_are_not_kept_in_the_app_as_well(run, monkeypatch):
    read, arrays = [], lab().runs.arrays

    def reading(*wanted):
        read.append(wanted)
        return arrays(*wanted)

    monkeypatch.setattr(lab().runs, "arrays", reading)
    name, step = run.newest_weights
    first, second = (trained(run, name, step).weights for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert read == [(run.id, name, step)] * 2
