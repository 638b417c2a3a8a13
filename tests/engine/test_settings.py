import json
import math
from dataclasses import dataclass, fields
from typing import ClassVar

import pytest

from engine.errors import InvalidSettings
from engine.rules import (
    Bounds,
    OnlyWhere,
    as_plain,
    check,
    choice,
    flag,
    from_plain,
    idle,
    parse,
    picture,
    rules_of,
    setting,
    text,
)
from engine.settings import EXPERIMENTS, MnistSettings


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
        precision="auto",
    )


@pytest.mark.parametrize("cls", EXPERIMENTS.values())
def test_both_ends_of_every_bound_are_allowed_and_nothing_beyond(cls):
    for name, bounds in rules_of(cls).items():
        if not isinstance(bounds, Bounds):
            continue
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


@dataclass(frozen=True)
class Everything:
    """A field of each kind."""

    module: ClassVar[str] = "tests.fakes"
    slots: ClassVar[int] = 1

    number: float = setting(1.0, 0, 2, "A number.")
    word: str = choice("sgd", ("sgd", "adam"), "A word.")
    on: bool = flag(True, "A flag.")
    words: str = text("relu1_1", "Words.")
    image: bytes = picture("A picture.")

    def __post_init__(self):
        check(self)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"word": "rmsprop"}, "word is 'rmsprop', but must be one of sgd, adam."),
        ({"on": 1}, "on is 1, but must be true or false."),
        ({"words": "x" * 1_001}, "must be a text of at most 1,000 characters."),
        ({"image": bytes(20_000_001)}, "image is 20,000,001 bytes, but must be a picture file of at most 20 MB."),
        ({"image": "here.png"}, "image is 'here.png'"),
    ],
)
def test_each_kind_of_field_is_checked(values, sentence):
    with pytest.raises(InvalidSettings) as caught:
        Everything(**values)
    assert sentence in str(caught.value)


def test_parse_reads_every_kind(tmp_path):
    (tmp_path / "a.png").write_bytes(b"picture")
    texts = {"number": "0.5", "word": "adam", "on": "No", "words": "relu2_1", "image": str(tmp_path / "a.png")}
    assert parse(Everything, texts) == Everything(0.5, "adam", False, "relu2_1", b"picture")


@pytest.mark.parametrize("texts", [{"on": "maybe"}, {"image": "/nowhere/a.png"}, {"word": "rmsprop"}])
def test_parse_refuses_what_it_cannot_read(texts):
    ((name, written),) = texts.items()
    with pytest.raises(InvalidSettings, match=f"{name} is '{written}', but must be"):
        parse(Everything, texts)


def test_settings_come_back_from_plain_values():
    settings = Everything(0.5, "adam", False, "relu2_1", b"\xff\x00")
    assert from_plain(Everything, json.loads(json.dumps(as_plain(settings)))) == settings
    with pytest.raises(InvalidSettings, match="not settings of Everything"):
        from_plain(Everything, {"colour": 3})


@dataclass(frozen=True)
class Kettle:
    module: ClassVar[str] = ""
    slots: ClassVar[int] = 0

    fuel: str = choice("gas", ("gas", "wood", "current"), "What heats it.")
    logs: int = setting(2, 1, 9, "How many.", OnlyWhere("fuel", ("wood",)))
    flame: bool = flag(True, "Whether one sees it.", OnlyWhere("fuel", ("wood", "gas")))


def test_fields_that_do_nothing_are_known_and_say_when_they_do():
    assert idle(Kettle, {}) == {"logs"}
    assert idle(Kettle, {"fuel": "wood"}) == set()
    assert idle(Kettle, {"fuel": "current", "logs": 3}) == {"logs", "flame"}
    assert rules_of(Kettle)["flame"].help == "Whether one sees it. Only where fuel is wood or gas."


@pytest.mark.parametrize("cls", EXPERIMENTS.values())
def test_what_others_depend_on_is_a_choice_that_has_those_words(cls):
    for field in fields(cls):
        if only := field.metadata.get("only"):
            assert set(only.values) < set(rules_of(cls)[only.name].options)
