"""Nicknames that a room can read: cleaned of what is not seen, and told apart by what is."""

import unicodedata

from engine.errors import InvalidInput

LONGEST = 20
MOST_MARKS = 2
"""Accents on one letter: more would run into the lines above and below."""


def clean_nickname(text: str) -> str:
    """`text` without invisible characters, its spaces single.

    Raises `InvalidInput` where it is longer than `LONGEST`, or has neither letter nor digit.
    """
    kept = ""
    marks = 0
    # Looked at up to a bound: whoever sends more than the field takes has no nickname in mind.
    for letter in unicodedata.normalize("NFKC", text[: 20 * LONGEST]):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MOST_MARKS and (not category.startswith("C") or letter.isspace()):
            kept += letter
    nickname = " ".join(kept.split())
    if len(nickname) > LONGEST:
        raise InvalidInput(f"The nickname has {len(nickname)} characters, but may have at most {LONGEST}.")
    if not likeness(nickname):
        raise InvalidInput("The nickname needs at least one letter or digit.")
    return nickname


def likeness(nickname: str) -> str:
    """What two nicknames have in common that look alike: letters and digits, small."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", nickname).casefold() if letter.isalnum())
