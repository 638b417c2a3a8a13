"""Who is looking: a visitor's own runs are theirs to steer, to stop and to delete, and everybody else's to watch.

A visitor is a random word in a cookie of this app. What the lab keeps is a hash of it, which proves nothing.
"""

import hashlib
import re
import secrets

import streamlit as st

from engine.records import Run

COOKIE = "cnn_lab_visitor"
_WORD = re.compile(r"[0-9a-f]{32}")

_keeper = st.components.v2.component(
    "visitor",
    html="",
    js="""export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${data.word}; path=/; max-age=31536000; SameSite=Lax${secure}`;
}""",
)


def visitor() -> str:
    """The name under which the lab keeps this visitor's runs."""
    return hashlib.sha256(f"CNN Lab {_word()}".encode()).hexdigest()[:16]


def keep_visitor() -> None:
    """Have the browser remember who this is, if it does not yet."""
    if not _known():
        _keeper(key="visitor", data={"name": COOKIE, "word": _word()})


def is_own(run: Run) -> bool:
    """Whether this visitor may steer, stop, rename and delete `run`; what is nobody's is everybody's."""
    return run.owner in ("", visitor())


def _known() -> str:
    """The word in the cookie, empty where there is none."""
    word = str(st.context.cookies.get(COOKIE))
    return word if _WORD.fullmatch(word) else ""


def _word() -> str:
    return _known() or st.session_state.setdefault("visitor word", secrets.token_hex(16))
