"""A board as one looks at it: who is there, and under each challenge who has solved it and who is how near."""

from pathlib import Path
from typing import Any

import streamlit as st

from engine.board import Entry, Standing, View
from engine.challenges_of_pages import CHALLENGES
from pages.ui.live import duration

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "board",
    html=(HERE / "board.html").read_text(),
    css=(HERE / "board.css").read_text(),
    js=(HERE / "board.js").read_text(),
    isolate_styles=False,
)


def board_view(board: View, mine: str) -> None:
    """Show it; `mine` is the nickname of who looks, or empty. Names that come or move are seen to do so."""
    _component(key=f"board {board.code}", data=board_data(board, mine))


def board_data(board: View, mine: str) -> dict[str, Any]:
    """What the browser is sent of a board: nicknames and results, nothing else."""
    challenges = CHALLENGES[board.experiment]
    return {
        "players": [
            {"name": standing.nickname, "solved": standing.solved, "mine": standing.nickname == mine}
            for standing in board.standings
        ],
        "challenges": [
            {"title": c.title, "task": c.task, "rows": _rows(board.standings, c.title, mine)} for c in challenges
        ],
    }


def _rows(standings: tuple[Standing, ...], title: str, mine: str) -> list[dict[str, Any]]:
    """Those who solved it as they came, then the others, the nearest first."""
    found = [(standing.nickname, standing.entries[title]) for standing in standings if title in standing.entries]
    return [
        {
            "name": name,
            "mine": name == mine,
            "solved": entry.verdict.solved,
            "brief": entry.verdict.brief,
            "words": entry.verdict.words,
            "cost": f"{entry.steps:,} steps · {duration(entry.elapsed_s)}",
        }
        for name, entry in sorted(found, key=_order)
    ]


def _order(named: tuple[str, Entry]) -> tuple[bool, float]:
    entry = named[1]
    return not entry.verdict.solved, entry.place if entry.verdict.solved else -entry.verdict.score
