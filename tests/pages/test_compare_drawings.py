"""What the tabs "Compare" and "Take away" draw from runs: curves, labels, marks, the table, the program."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from engine.dream_settings import DeepDreamSettings
from engine.events import Mark, Progress
from engine.history import learning_rates
from engine.records import Run, State
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings
from engine.sources.styles import style_file
from engine.style_settings import StyleSettings
from pages.ui.charts import loss_chart, marked
from pages.ui.compare_chart import COLOURS, LABEL_GAP, SYMBOLS, compare_chart, compare_height, sign_of, spread
from pages.ui.compare_table import compare_table, setting_text
from pages.ui.counted import counted
from pages.ui.live import bar_html
from pages.ui.mnist_files import mnist_charts, mnist_program
from pages.ui.picture_choice import photograph_file
from pages.ui.run_names import run_name
from pages.ui.style_inputs import area_mask


def run(number=0, accuracy=0.5, **settings):
    events = tuple(
        Progress(step, 10, {"test_accuracy": accuracy * step / 10, "train_loss": 1.0}) for step in (0, 5, 10)
    )
    result = {"test_accuracy": accuracy, "test_accuracy_low": 0.4, "test_accuracy_high": 0.6, "train_images": 4000}
    made = MnistSettings(steps=10, **settings)
    return Run(f"{number:08x}", made, State.COMPLETED, 0, 12.0, "", events, f"run {number}", result=result)


def drawn(figure, narrow=False):
    """The figure as Plotly takes it."""
    return go.Figure(figure["data"], {**figure["layout"], **(figure["narrow"] if narrow else {})})


def test_places_stay_where_there_is_room_and_move_apart_around_their_middle_where_not():
    assert spread([0, 100, 50], 16) == [0, 100, 50]
    assert spread([10, 10], 16) == [2, 18]
    assert spread([10, 10, 10], 16) == [-6, 10, 26]
    assert spread([0, 4, 100], 16) == [-6, 10, 100]
    # The two at 20 push what is at 30 up, and are pushed down by it: the three stand around their mean.
    assert spread([30, 20, 20], 16) == pytest.approx([70 / 3 + 16, 70 / 3 - 16, 70 / 3])
    assert spread([], 16) == []


def test_places_are_never_closer_than_the_gap():
    wanted = [math.sin(n * n) * 60 for n in range(40)]
    places = spread(wanted, 16)
    assert min(b - a for a, b in pairwise(sorted(places))) >= 16 - 1e-9
    assert [n for _, n in sorted(zip(places, range(40), strict=True))] == sorted(range(40), key=lambda n: wanted[n])


def test_plotly_accepts_the_comparison_of_many_runs_and_no_label_lies_on_another():
    runs = [run(n, accuracy=0.9 + 0.001 * n) for n in range(20)]
    figure = drawn(compare_chart(runs, [r.name for r in runs], "test_accuracy"))
    assert len(figure.data) == len(figure.layout.annotations) == 20
    pixels = (compare_height(20) - 52) / 1.02
    heights = sorted(a.y * pixels + a.yshift for a in figure.layout.annotations)
    assert min(b - a for a, b in pairwise(heights)) >= LABEL_GAP - 0.2
    assert "run 3 90.3%" in figure.layout.annotations[3].text


def test_a_narrow_chart_keeps_its_room_for_the_curves():
    figure = compare_chart([run()], ["a long name of a run"], "test_accuracy")
    wide, narrow = drawn(figure), drawn(figure, narrow=True)
    assert (wide.layout.annotations[0].text[-27:], narrow.layout.annotations[0].text[-6:]) == (
        " a long name of a run 50.0%",
        " 50.0%",
    )
    assert narrow.layout.margin.r < 70 < wide.layout.margin.r


def test_runs_are_told_apart_by_colour_and_marker_and_none_by_colour_alone():
    signs = [sign_of(n) for n in range(len(COLOURS) * len(SYMBOLS))]
    assert len(set(signs)) == len(signs)
    assert len({symbol for _, symbol, _ in signs[: len(COLOURS)]}) == len(COLOURS)


def test_test_curves_are_dashed_and_train_curves_solid_as_everywhere():
    test, train = (compare_chart([run()], ["a"], name)["data"][0]["line"] for name in ("test_accuracy", "train_loss"))
    assert (test["dash"], "dash" in train) == ("dash", False)


def test_only_cross_entropies_are_in_nats_and_cut_off_where_they_diverge():
    def axis(metric):
        high = replace(run(), events=(Progress(0, 10, {metric: 500.0}),))
        return compare_chart([high], ["a"], metric)["layout"]["yaxis"]

    assert axis("validation_loss")["title"]["text"] == "Validation loss (nats)"
    assert axis("validation_loss")["range"][1] < 30
    assert axis("style_loss")["title"]["text"] == "Style loss"
    assert axis("style_loss")["range"][1] > 500


def test_runs_without_the_metric_or_without_numbers_have_no_label():
    empty = replace(run(), events=())
    diverged = replace(run(), events=(Progress(0, 10, {"test_loss": math.nan}),))
    figure = compare_chart([empty, diverged], ["a", "b"], "test_loss")
    assert figure["layout"]["annotations"] == []
    drawn(figure)


def test_names_of_users_are_text_and_never_markup():
    name = "<img src=x onerror=alert(1)>"
    figure = compare_chart([run()], [name], "test_accuracy")
    assert "<img" not in str(figure)
    assert "<img" not in compare_table([run()], [name])


def test_the_table_has_a_row_a_run_the_settings_that_differ_and_the_results():
    html = compare_table([run(1, pool1=3), replace(run(2), state=State.STOPPED, result=None)], ["first", "second"])
    table = ET.fromstring(re.search(r"<table>.*</table>", html)[0])
    head = [cell.text for cell in table.findall("thead/tr/th")]
    assert head == ["Run", "Pool 1", "Test accuracy", "Train loss", "Steps done", "Time"]
    rows = [[cell.text for cell in row.findall("td")] for row in table.findall("tbody/tr")]
    assert rows == [
        ["3", "50.0% (40.0% to 60.0%)", "1", "10 (completed)", "12 s"],
        ["2", "50.0%", "1", "10 (stopped)", "12 s"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "on"), (False, "off"), (2000, "2,000"), (0.005, "0.005"), ("adam", "adam"), (b"", "sample")],
)
def test_settings_as_text(value, text):
    assert setting_text(value) == text
    assert setting_text(photograph_file("Cat")) == "Cat"
    assert setting_text(style_file("Mosaic")) == "Mosaic"
    assert setting_text(area_mask("Top to bottom", (30, 40))) == "Top to bottom"
    assert setting_text(b"x" * 1500) == "own photograph"


def test_a_run_is_called_by_its_name_or_by_what_is_special():
    assert run_name(run(1)) == "run 1"
    assert run_name(replace(run(), name="")) == "Steps 10"


CAT, TEMPLE = photograph_file("Cat"), photograph_file("Temple")
QUICK = CifarSettings.presets["Quick (2 minutes)"]
EYES = DeepDreamSettings.presets["Eyes"]
CALLED = [
    (MnistSettings(), "The chapter"),
    (MnistSettings(steps=150), "Quick"),
    (MnistSettings(steps=150, seed=3), "Quick, Seed 3"),
    (CifarSettings(**QUICK), "Quick (2 minutes)"),
    (CifarSettings(**{**QUICK, "steps": 400}), "Quick (2 minutes), Steps 400"),
    (CifarSettings(width=8), "Width 8"),
    (FineTuningSettings(folder="/home/ann/classes"), "Own folder"),
    (StyleSettings(image=CAT, style=style_file("Stained glass")), "Cat in Stained glass, Oil paint"),
    (
        StyleSettings(image=b"mine", style=style_file("Dots"), style_2=style_file("Mosaic"), steps=7),
        "Own photograph in Dots and Mosaic, Steps 7",
    ),
    (
        StyleSettings(image=CAT, style=CAT, mask=area_mask("Left to right", (9, 9))),
        "Cat in Cat, Mask Left to right, Oil paint",
    ),
    (DeepDreamSettings(image=TEMPLE, **{**EYES, "zoom_frames": 60}), "Temple, Eyes, Zoom frames 60"),
    (DeepDreamSettings(image=TEMPLE, objective="guide", guide=CAT), "Temple, Guide Cat, Objective guide"),
]


@pytest.mark.parametrize(("settings", "name"), CALLED, ids=[name for _, name in CALLED])
def test_a_run_without_a_name_is_called_by_its_pictures_its_preset_and_what_differs(settings, name):
    assert run_name(replace(run(), name="", settings=settings)) == name


def test_marks_are_lines_with_their_text_and_of_crowded_texts_the_last_is_shown():
    marks = [Mark(10, "learning rate 0.01"), Mark(50, "a"), Mark(51, "<b>")]
    figure = go.Figure(marked(loss_chart([], 100, "r"), marks, 100))
    assert sorted(shape.x0 for shape in figure.layout.shapes) == [10, 50, 51]
    assert {a.x: a.text for a in figure.layout.annotations} == {10: "learning rate 0.01", 51: "&lt;b&gt;"}


def test_the_charts_to_save_are_those_of_the_stage_with_marks_and_a_title():
    changed = replace(run(3), events=(*run().events, Mark(5, "learning rate 0.1")))
    charts = mnist_charts(changed)
    assert [chart.title for chart in charts] == ["run 3: loss", "run 3: accuracy"]
    for chart in charts:
        assert go.Figure(chart.figure).layout.shapes[0].x0 == 5


def test_the_program_follows_the_data_and_the_changes_of_the_run():
    changed = replace(run(), events=(*run().events, Mark(5, "learning rate 0.1")))
    assert learning_rates(changed.events, 0.005) == {0: 0.005, 5: 0.1}
    assert "LEARNING_RATES = {0: 0.005, 5: 0.1}  #" in mnist_program(changed)
    assert "WHOLE_MNIST = False" in mnist_program(changed)
    whole = replace(changed, result={"train_images": 60_000})
    assert "WHOLE_MNIST = True" in mnist_program(whole)


def test_the_program_of_a_run_that_did_not_reach_its_end_says_so():
    for state, word in [(State.STOPPED, "ended before"), (State.PAUSED, "still going on"), (State.COMPLETED, None)]:
        line = next(line for line in mnist_program(replace(run(), state=state)).splitlines() if "# The run." in line)
        assert (word in line) if word else line == "# The run."


def test_the_bar_of_a_paused_run_tells_its_step_and_of_one_that_is_not_saved_why():
    paused = replace(run(), state=State.PAUSED, remark="This run is not saved (No space left on device).")
    html = bar_html(paused)
    assert all(words in html for words in ("Paused", "step 10 of 10", "after 10 minutes", "No space"))


def test_one_thing_is_not_many():
    told = [counted(1, "run"), counted(1200, "run"), counted(1, "class", "classes"), counted(0, "class", "classes")]
    assert told == ["1 run", "1,200 runs", "1 class", "0 classes"]
