"""What somebody else has written, such as the name of a run, as part of a text that Streamlit reads as Markdown."""

WORD_JOINER = "&#8288;"
"""Takes no room. Streamlit looks for addresses also in what was written as character references."""


def plain(text: str) -> str:
    """`text` for Markdown, with nothing in it that Markdown or Streamlit would read as more than letters."""
    return "".join(map(_plain, text))


def _plain(letter: str) -> str:
    if letter.isalnum() or letter == " ":
        return letter
    return f"{WORD_JOINER if letter in '.:@' else ''}&#{ord(letter)};"
