"""Nicknames: what is cleaned away, what is refused."""

import pytest

from engine.errors import InvalidInput
from engine.nicknames import LONGEST, MOST_MARKS, clean_nickname, likeness


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Ada \t  Lovelace\n", "Ada Lovelace"),
        ("A\u200bd\u202ea\x00\x1b", "Ada"),
        ("Ａｄａ", "Ada"),
        ("Zoë", "Zoë"),
        ("अदिति", "अदिति"),
        ("李雷 🙂", "李雷 🙂"),
        ("<b>Ada</b>", "<b>Ada</b>"),
        ("z" + "\u0323" * 30, "ẓ" + "\u0323" * MOST_MARKS),
    ],
)
def test_what_is_seen_stays_and_the_rest_goes(typed, cleaned):
    assert clean_nickname(typed) == cleaned


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200b", "!?", "🙂"])
def test_it_needs_a_letter_or_a_digit(typed):
    with pytest.raises(InvalidInput, match="at least one letter or digit"):
        clean_nickname(typed)


def test_it_may_not_be_long():
    assert clean_nickname("a" * LONGEST) == "a" * LONGEST
    with pytest.raises(InvalidInput, match=f"has {LONGEST + 1} characters"):
        clean_nickname("a" * (LONGEST + 1))
    with pytest.raises(InvalidInput, match="characters"):
        clean_nickname("a" * 10_000_000)


def test_what_looks_alike_is_alike():
    assert likeness("Ada 1") == likeness("ADA-1") != likeness("Ada 2")
