"""Whoever tries one code after another is slowed down, and who mistypes one is not."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.allowance import Allowance, OneEach
from engine.errors import TooMany
from pages.ui import guessing, session
from pages.ui.guessing import WAIT, WRONG_A_MINUTE


def page():
    import streamlit as st

    from pages.ui.guessing import guessed_wrong, may_guess

    if may_guess():
        guessed_wrong(st.query_params["code"])


@pytest.fixture(autouse=True)
def nothing_guessed_yet():
    guessing._wrong.clear()
    yield
    guessing._wrong.clear()


def guess(app, code):
    app.query_params["code"] = code
    app.run()
    assert not app.exception
    return [warning.value for warning in app.warning]


def test_ten_wrong_codes_a_minute_and_no_more():
    app = AppTest.from_function(page)
    assert [guess(app, f"AAAA{letter}") for letter in "BCDEFGHJKL"] == [[]] * WRONG_A_MINUTE
    assert guess(app, "AAAAM") == [WAIT]


def test_a_wrong_code_that_stays_in_the_address_counts_once():
    app = AppTest.from_function(page)
    assert [guess(app, "AAAAA") for _ in range(2 * WRONG_A_MINUTE)] == [[]] * 2 * WRONG_A_MINUTE


def test_another_visitor_may_still_try():
    app = AppTest.from_function(page)
    for letter in "BCDEFGHJKLM":
        guess(app, f"AAAA{letter}")
    assert guess(AppTest.from_function(page), "AAAAN") == []


def test_short_calls_are_counted_for_each_visitor(monkeypatch):
    monkeypatch.setattr(session.SharedLab, "calls", Allowance(2, of_all=3))
    monkeypatch.setattr(session.Lab, "call", lambda _lab, function, *arguments, timeout_s: function(*arguments))
    shared, name = object.__new__(session.SharedLab), "ann"
    monkeypatch.setattr(session, "visitor", lambda: name)
    assert [shared.call(abs, -1), shared.call(abs, -2)] == [1, 2]
    with pytest.raises(TooMany, match="answers within a minute"):
        shared.call(abs, -3)
    name = "bob"
    assert shared.call(abs, -4) == 4
    with pytest.raises(TooMany):
        shared.call(abs, -5)


def test_a_visitor_has_one_long_call_at_a_time(monkeypatch):
    def again():
        with pytest.raises(TooMany, match="takes minutes already: wait"):
            shared.call_long(abs, -2, timeout_s=1)
        return "done"

    monkeypatch.setattr(session.SharedLab, "calls", Allowance(10, of_all=10))
    monkeypatch.setattr(session.SharedLab, "long_calls", OneEach())
    monkeypatch.setattr(session.Lab, "call", lambda _lab, function, *arguments, timeout_s: function(*arguments))
    monkeypatch.setattr(session, "visitor", lambda: "ann")
    shared = object.__new__(session.SharedLab)
    assert shared.call_long(again, timeout_s=1) == "done"
    assert shared.call_long(abs, -3, timeout_s=1) == 3
