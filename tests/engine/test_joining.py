"""Codes of shared runs."""

from engine import joining
from engine.joining import ALPHABET, LENGTH, Codes


def test_a_code_leads_to_its_run_in_capitals_or_not():
    codes = Codes()
    code = codes.of("run-1")
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert codes.of("run-2") != code
    assert codes.of("run-1") == code
    assert codes.run(f" {code.lower()} ") == "run-1"


def test_what_is_no_code_leads_nowhere():
    assert Codes().run("KWMBT") == Codes().run("") == ""


def test_a_code_lapses(monkeypatch):
    codes = Codes()
    now = 1000.0
    monkeypatch.setattr(joining.time, "monotonic", lambda: now)
    code = codes.of("run-1")
    now += joining.LASTS_S - 1
    assert codes.run(code) == "run-1"
    now += 1
    assert codes.run(code) == ""
