"""The board's page: joined, judged, managed and closed, each visitor in an app of their own."""

import hashlib
import json

import pytest
from streamlit.testing.v1 import AppTest

from engine.events import Completed
from engine.settings import MnistSettings
from pages.ui import guessing
from pages.ui.board_view import board_data
from pages.ui.boards import board_now, boards
from pages.ui.session import lab

TEACHER, ADA, BEN = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture(autouse=True)
def no_boards():
    boards.clear()
    guessing._wrong.clear()
    yield
    guessing._wrong.clear()


@pytest.fixture
def code():
    return boards().open(name_of(TEACHER), "mnist")


def name_of(word):
    """Under which the lab keeps this visitor's runs."""
    return hashlib.sha256(f"CNN Lab {word}".encode()).hexdigest()[:16]


def page(word, code=""):
    """The page as the visitor with this word in their cookie sees it."""
    app = AppTest.from_file("../../pages/board.py", default_timeout=60)
    app.session_state["visitor word"] = word
    if code:
        app.query_params["code"] = code
    return checked(app.run())


def checked(app):
    assert not app.exception
    return app


def press(app, name):
    next(button for button in app.button if button.label == name).click()
    return checked(app.run())


def labels(app):
    return [button.label for button in app.button]


def joined(word, code, nickname):
    app = page(word, code)
    app.text_input(key="nickname").set_value(nickname)
    return press(app, "Join the board")


def bodies(app):
    return " ".join(element.proto.body for element in app.get("html"))


def completed(owner, accuracy):
    with lab().runs.changed:
        run_id = lab().runs.add(MnistSettings(steps=150), owner)
        record = lab().runs.get(run_id)
        record.sent = True
        record.add(Completed({"test_accuracy": accuracy, "diverged_at": None, "parameters": 266_585, "steps": 150}))
    return run_id


def test_without_a_code_one_may_join_or_open():
    assert {"Find the board", "Open a board"} <= set(labels(page(ADA)))


@pytest.mark.parametrize("wrong", ["KWMBT", "<b>%00" + "ß" * 400])
def test_a_wrong_code_is_told_and_nothing_breaks(wrong):
    app = page(ADA, wrong)
    assert "is not the code of a board that is open now" in app.warning[0].value
    app.text_input(key="board code").set_value("WRONG")
    assert "WRONG is not" in press(app, "Find the board").warning[0].value


def test_while_others_guess_codes_a_board_stays_open_to_its_own(code):
    joined(ADA, code, "Ada")
    for number in range(guessing.WRONG_OF_ALL):
        guessing._wrong().take(f"guesser {number}")
    assert "You play as <b>Ada</b>" in bodies(page(ADA, code))
    assert "Close the board" in labels(page(TEACHER, code))
    app = page(BEN, code)
    assert [warning.value for warning in app.warning] == [guessing.WAIT]
    app.text_input(key="board code").set_value(code)
    del app.query_params["code"]
    assert {warning.value for warning in press(app, "Find the board").warning} == {guessing.WAIT}


def test_a_student_finds_the_board_by_its_code_and_joins(code):
    app = page(ADA)
    app.text_input(key="board code").set_value(f" {code.lower()} ")
    app = press(app, "Find the board")
    app.text_input(key="nickname").set_value(" Ada  Lovelace ")
    app = press(app, "Join the board")
    assert "You play as <b>Ada Lovelace</b>" in bodies(app)
    assert "Close the board" not in labels(app)
    assert [s.nickname for s in boards().view(code).standings] == ["Ada Lovelace"]


def test_a_nickname_that_is_taken_or_none_is_refused_with_a_sentence(code):
    joined(ADA, code, "Ada")
    app = joined(BEN, code, "ADA")
    assert "ADA is taken on this board" in app.warning[0].value
    app.text_input(key="nickname").set_value("!!!")
    assert "at least one letter" in press(app, "Join the board").warning[0].value
    app.text_input(key="nickname").set_value("<i>Ben</i>")
    assert "You play as <b>&lt;i&gt;Ben&lt;/i&gt;</b>" in bodies(press(app, "Join the board"))


def test_results_come_by_themselves_and_tell_no_more_than_they_must(code, monkeypatch):
    monkeypatch.setattr("engine.board.LOOK_S", 0.0)
    joined(ADA, code, "Ada")
    run_id = completed(name_of(ADA), 0.98)
    completed(name_of(BEN), 0.99)
    board = board_now(code)
    data = board_data(board, "Ada")
    assert data["players"] == [{"name": "Ada", "solved": 1, "mine": True}]
    assert data["challenges"][0]["rows"] == [
        {
            "name": "Ada",
            "mine": True,
            "solved": True,
            "brief": "98.0%",
            "words": "Best so far 98.0%.",
            "cost": "150 steps · 0 s",
        }
    ]
    sent = json.dumps(data)
    assert run_id not in sent
    assert name_of(ADA) not in sent
    checked(page(TEACHER, code))


def test_only_who_opened_it_manages_it(code):
    joined(ADA, code, "Ada")
    app = page(TEACHER, code)
    assert {"Take off the board", "Close the board"} <= set(labels(app))
    assert not {"Take off the board", "Close the board"} & set(labels(page(ADA, code)))
    assert not {"Take off the board", "Close the board"} & set(labels(page(BEN, code)))
    assert app.button[labels(app).index("Take off the board")].disabled
    app.selectbox(key="to remove").set_value("Ada").run()
    app = press(app, "Take off the board")
    assert boards().view(code).standings == ()
    assert next(b for b in app.button if b.label == "Close the board").disabled
    next(box for box in app.checkbox if box.label.startswith("Close it for everybody")).check().run()
    app = press(app, "Close the board")
    assert boards().view(code) is None
    assert app.toast[0].value == f"You closed the board {code}."
    assert not app.warning


def test_the_teacher_turns_it_to_other_challenges_and_students_follow(code):
    student = joined(ADA, code, "Ada")
    teacher = page(TEACHER, code)
    teacher.segmented_control(key=f"challenges of {code}").set_value("cifar").run()
    assert boards().view(code).experiment == "cifar"
    assert '<a class="lab-download" href="cifar?cifar_tab=Your+turn" target="_self">Go to CIFAR-10</a>' in bodies(
        checked(student.run())
    )
    assert "Leave" in labels(student)
    press(student, "Leave")
    assert boards().view(code).standings == ()


def test_the_tab_of_a_page_says_as_whom_one_plays(code):
    joined(ADA, code, "A*d*a")
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    app.session_state["visitor word"] = ADA
    app.query_params["mnist_tab"] = "Your turn"
    checked(app.run())
    assert any("You play as **A&#42;d&#42;a**" in caption.value for caption in app.caption)
    assert f'href="board?code={code}" target="_self">See the board</a>' in bodies(app)
