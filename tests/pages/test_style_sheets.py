"""A style sheet with a brace too few is no error anywhere: the rest of it is just not obeyed."""

from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[2] / "pages" / "ui").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_block_is_closed(sheet):
    depth = 0
    for line in sheet.read_text().splitlines():
        # A comment at the start of a line introduces a part of the sheet, never something inside a block.
        assert not (line.startswith("/*") and depth), line
        depth += line.count("{") - line.count("}")
    assert depth == 0
