"""The tabs below a stage."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from pages.ui.lesson_tabs import lesson_tabs

    lesson_tabs("tab", {name: lambda name=name: st.write(f"{name} is drawn") for name in ("One", "Two", "Three")})


def drawn(app):
    assert not app.exception
    return [text.value for text in app.markdown]


def test_only_the_open_tab_is_drawn_and_the_address_says_which():
    app = AppTest.from_function(page).run()
    assert drawn(app) == ["One is drawn"]
    app.query_params["tab"] = "Three"
    assert drawn(app.run()) == ["Three is drawn"]


def test_an_address_that_names_no_tab_opens_the_first():
    app = AppTest.from_function(page)
    app.query_params["tab"] = "Four"
    assert drawn(app.run()) == ["One is drawn"]
