"""What components hold, in the page's address; Streamlit's own widgets put themselves there.

An address is emptied when the page is left, so each value is kept beside it as well.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.sent import sent_text


def recall(name: str, default: str = "") -> str:
    """The value of `name`: as it was remembered, else as the address has it, or `default`.

    The address counts first only where the visitor went back or forth: a browser that has not heard of what was
    remembered a moment ago still sends its old address. Whoever made a link may have written anything into it; what is
    far too long counts as not written.
    """
    context = get_script_run_ctx()
    went_back = bool(context and context.is_history_navigation)
    kept = None if went_back else st.session_state.get(f"{name} kept")
    text = sent_text(st.query_params.get(name, default) if kept is None else kept)
    return default if text is None else text


def remember(name: str, value: str, default: str = "") -> None:
    """Put `value` into the address, unless it is the default."""
    st.session_state[f"{name} kept"] = value
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
