"""What is on paper only: every setting of a run, and its link."""

import pytest

from engine.records import Run, State
from engine.rules import Picture, rules_of
from engine.settings import EXPERIMENTS, FineTuningSettings, MnistSettings
from pages.ui.controls import label
from pages.ui.handout import handout_html

LINK = "http://lab.school/mnist?run=0123456789abcdef"


def paper(settings, name=""):
    return handout_html(Run("0123456789abcdef", settings, State.COMPLETED, 0, 22.0, "", (), name=name), LINK)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_setting_is_on_it_and_no_path_or_picture(name):
    settings = EXPERIMENTS[name]()
    text = paper(settings)
    assert f"lab-handout-{name}" in text
    for field, rule in rules_of(settings).items():
        there = f"<dt>{label(field)}</dt>" in text
        assert there == (not isinstance(rule, Picture) and field not in ("folder", "archive")), field


def test_what_was_changed_is_marked_and_names_are_text():
    text = paper(MnistSettings(steps=120), "Ada's <b>")
    assert text.count("lab-handout-changed") == 1
    assert '<div class="lab-handout-changed"><dt>Steps</dt><dd>120</dd></div>' in text
    assert "Ada&#x27;s &lt;b&gt;" in text
    assert "<b>Quick, Seed 3</b>" in paper(MnistSettings(steps=150, seed=3))
    assert "/home/ann" not in paper(FineTuningSettings(folder="/home/ann/classes"))
    assert LINK in text
    assert "after 22 s" in text
