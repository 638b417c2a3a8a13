import math

import pytest

from engine.errors import InvalidSettings
from engine.settings import EXPERIMENTS, MnistSettings, bounds_of, parse


def test_defaults_are_the_constants_of_the_chapter():
    assert MnistSettings() == MnistSettings(
        steps=500,
        batch_size=100,
        learning_rate=0.005,
        momentum=0.9,
        eval_every=5,
        eval_size=500,
        conv1_features=25,
        conv2_features=50,
        pool1=2,
        pool2=2,
        dense_size=100,
    )


@pytest.mark.parametrize("cls", EXPERIMENTS.values())
def test_both_ends_of_every_bound_are_allowed_and_nothing_beyond(cls):
    for name, bounds in bounds_of(cls).items():
        kind = type(getattr(cls(), name))
        for value in (kind(bounds.low), kind(bounds.high)):
            assert getattr(cls(**{name: value}), name) == value
        for value in (kind(bounds.low) - 1, kind(bounds.high) + 1):
            with pytest.raises(InvalidSettings, match=f"{name} is .* must be .* from"):
                cls(**{name: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "0.1", None, True])
def test_what_is_not_a_finite_number_is_refused(value):
    with pytest.raises(InvalidSettings, match="learning_rate"):
        MnistSettings(learning_rate=value)


@pytest.mark.parametrize("value", [2.5, 2.0, "2", False])
def test_whole_numbers_must_be_whole(value):
    with pytest.raises(InvalidSettings, match="steps .* whole number from 1 to 20000"):
        MnistSettings(steps=value)


def test_a_whole_number_does_for_a_real_setting():
    assert MnistSettings(momentum=0).momentum == 0


def test_parse_reads_texts():
    assert parse(MnistSettings, {"steps": "7", "learning_rate": "1e-3"}) == MnistSettings(steps=7, learning_rate=0.001)


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"sets": "7"}, "'sets' is not a setting; the settings are steps, batch_size"),
        ({"steps": "many"}, "steps is 'many', but must be a whole number from 1 to 20000."),
        ({"steps": "1.5"}, "steps is '1.5', but must be a whole number"),
        ({"learning_rate": "-1"}, "learning_rate is -1, but must be a number from 1e-06 to 1."),
        ({"learning_rate": "nan"}, "learning_rate is nan"),
    ],
)
def test_parse_names_the_field_the_value_and_what_would_be_right(texts, sentence):
    with pytest.raises(InvalidSettings) as caught:
        parse(MnistSettings, texts)
    assert sentence in str(caught.value)


def test_every_preset_is_allowed():
    for values in MnistSettings.presets.values():
        MnistSettings(**values)
