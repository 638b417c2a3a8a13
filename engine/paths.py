"""Paths as users write them."""

from pathlib import Path

from engine.errors import InvalidInput


def user_path(name: str, text: str) -> Path:
    """The path `text`, where `~` is the home folder and `~anna` Anna's; `name` says what gave it.

    Raises `InvalidInput` where there is no such user.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InvalidInput(f"{name} is {text!r}, but there is no home folder of that user; write the path.") from error
