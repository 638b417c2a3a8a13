"""How a tab "Spot the bug" shows a mistake: the chapter's lines beside the mended ones, and a button for new dice."""

import streamlit as st


def beside(title: str, wrong: str, right: str) -> None:
    """The title, and both as Python."""
    st.subheader(title, anchor=False)
    left, mended = st.columns(2, gap="medium")
    left.caption(":material/bug_report: The chapter")
    left.code(wrong, language="python", wrap_lines=True)
    mended.caption(":material/check: Mended")
    mended.code(right, language="python", wrap_lines=True)


def again(label: str, key: str) -> int:
    """A button that asks for other random numbers; returns how often it was pressed."""
    st.session_state.setdefault(key, 0)

    def count() -> None:
        st.session_state[key] += 1

    st.button(label, icon=":material/casino:", key=f"{key} button", on_click=count)
    return st.session_state[key]
