"""A number of things in words."""


def counted(number: int, one: str, many: str = "") -> str:
    """`number` with the word for one of them or for many, which is `one` with an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
