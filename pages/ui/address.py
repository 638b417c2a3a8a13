"""What components hold, in the page's address; Streamlit's own widgets put themselves there.

An address is emptied when the page is left, so each value is kept beside it as well.
"""

import streamlit as st

from pages.ui.sent import sent_text


def recall(name: str, default: str = "") -> str:
    """The value of `name`: as the address has it, or as it was when the page was left, or `default`.

    Whoever made a link may have written anything into it; what is far too long counts as not written.
    """
    text = sent_text(st.query_params.get(name, st.session_state.get(f"{name} kept", default)))
    return default if text is None else text


def remember(name: str, value: str, default: str = "") -> None:
    """Put `value` into the address, unless it is the default."""
    st.session_state[f"{name} kept"] = value
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
