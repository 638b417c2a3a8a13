"""Boards of a class: who has joined with the code, and how far each has come with the challenges.

A board looks at the runs that its players have made since it was opened and keeps what came out, so that a result stays
when its run is deleted. Of a player it tells a nickname and results, and nothing else.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.challenges import Attempt, Verdict, attempts
from engine.challenges_of_pages import CHALLENGES
from engine.errors import InvalidInput, TooMany
from engine.joining import LASTS_S, fresh_code
from engine.nicknames import clean_nickname, likeness
from engine.records import Run
from engine.settings import EXPERIMENTS

MOST_BOARDS = 60
MOST_OF_ONE = 3
"""Boards that one visitor has open."""

MOST_PLAYERS = 60
MOST_ATTEMPTS = 100
"""Runs of a player on one page that are judged together: the newest."""

LOOK_S = 1.0
"""Runs are looked through at most this often, however many watch a board."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How one player stands in one challenge: the verdict, and the run behind it.

    place: when it came, counted over the board: who solved first has the lowest among the solved.
    """

    verdict: Verdict
    steps: int
    elapsed_s: float
    place: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A player as others see them: the entries of a page by the challenge's title, where there is a run for it."""

    nickname: str
    entries: Mapping[str, Entry]

    @property
    def solved(self) -> int:
        """How many challenges of the page are solved."""
        return sum(entry.verdict.solved for entry in self.entries.values())


@dataclass(frozen=True, slots=True)
class View:
    """A board as it is now. experiment: a name of `CHALLENGES`; standings: in the order in which they joined."""

    code: str
    owner: str
    experiment: str
    standings: tuple[Standing, ...]


@dataclass(slots=True)
class _Player:
    """tried: the last attempts by experiment; judged: the ids of all runs that were ever among them."""

    nickname: str
    tried: dict[str, list[Attempt]] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)


@dataclass(slots=True)
class _Board:
    """opened: seconds of `time.time`; changed and looked: of `time.monotonic`; players: by who they are."""

    owner: str
    experiment: str
    opened: float
    changed: float
    looked: float = -LOOK_S
    players: dict[str, _Player] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)
    places: "itertools.count[int]" = field(default_factory=itertools.count)


class Boards:
    """All boards, in memory: a restart of the app forgets them. May be used from any thread.

    A code that is none is no error: there is no such board, so nothing happens.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._boards: dict[str, _Board] = {}

    def open(self, owner: str, experiment: str) -> str:
        """Open a board of the visitor `owner` and return its code. Raises `TooMany` where there are enough."""
        with self._lock:
            self._forget_old()
            if sum(board.owner == owner for board in self._boards.values()) >= MOST_OF_ONE:
                raise TooMany(f"You have {MOST_OF_ONE} boards open already: close one of them first.")
            if len(self._boards) >= MOST_BOARDS:
                raise TooMany(f"{MOST_BOARDS} boards are open in this lab, which is the most: try again later.")
            code = fresh_code(self._boards)
            self._boards[code] = _Board(owner, experiment, time.time(), time.monotonic())
            return code

    def view(self, code: str) -> View | None:
        """The board of this code, in capitals or not, or None."""
        with self._lock:
            board = self._get(code)
            return _view(_as_code(code), board) if board else None

    def of(self, owner: str) -> list[str]:
        """The codes of the boards that a visitor has open, the newest first."""
        with self._lock:
            self._forget_old()
            return [code for code, board in reversed(self._boards.items()) if board.owner == owner]

    def playing(self, visitor: str) -> tuple[str, str]:
        """Code and nickname of the newest board that this visitor has joined, or empty texts."""
        with self._lock:
            self._forget_old()
            joined = (
                (code, board.players[visitor].nickname)
                for code, board in reversed(self._boards.items())
                if visitor in board.players
            )
            return next(joined, ("", ""))

    def nickname(self, code: str, visitor: str) -> str:
        """This visitor's on this board, empty where they have not joined."""
        with self._lock:
            board = self._get(code)
            return board.players[visitor].nickname if board and visitor in board.players else ""

    def join(self, code: str, visitor: str, nickname: str) -> None:
        """Put a visitor on a board, or give them another nickname there.

        Raises `InvalidInput` for a nickname that is none, is taken or was removed, and `TooMany` on a full board.
        """
        nickname = clean_nickname(nickname)
        with self._lock:
            board = self._get(code)
            if not board:
                raise InvalidInput(f"{_as_code(code)} is not the code of a board that is open now.")
            if likeness(nickname) in board.barred:
                raise InvalidInput(f"{nickname} was taken off this board: choose another nickname.")
            taken = {likeness(player.nickname) for who, player in board.players.items() if who != visitor}
            if likeness(nickname) in taken:
                raise InvalidInput(f"{nickname} is taken on this board: choose another nickname.")
            if visitor not in board.players and len(board.players) >= MOST_PLAYERS:
                raise TooMany(f"The board is full: {MOST_PLAYERS} have joined it.")
            board.players.setdefault(visitor, _Player(nickname)).nickname = nickname
            board.changed, board.looked = time.monotonic(), -LOOK_S

    def leave(self, code: str, visitor: str) -> None:
        """Take oneself off a board, results and all."""
        with self._lock:
            if board := self._get(code):
                board.players.pop(visitor, None)

    def remove(self, code: str, owner: str, nickname: str) -> None:
        """Take a player off the board of `owner`; nobody can come back to it under that nickname."""
        with self._lock:
            if board := self._own(code, owner):
                board.players = {who: p for who, p in board.players.items() if p.nickname != nickname}
                board.barred.add(likeness(nickname))

    def close(self, code: str, owner: str) -> None:
        """Forget the board of `owner` and all that is on it."""
        with self._lock:
            if self._own(code, owner):
                del self._boards[_as_code(code)]

    def show(self, code: str, owner: str, experiment: str) -> None:
        """Turn the board of `owner` to the challenges of another experiment."""
        with self._lock:
            if board := self._own(code, owner):
                board.experiment = experiment

    def look(self, code: str, runs: Callable[[], Iterable[Run]]) -> None:
        """Judge what the players have completed since the last look; `runs` lists all that are known."""
        with self._lock:
            board = self._get(code)
            if not board or time.monotonic() - board.looked < LOOK_S:
                return
            board.looked = time.monotonic()
            # The oldest first: who was first counts as first.
            found = sorted((r for r in runs() if r.owner in board.players), key=lambda r: r.created + r.elapsed_s)
            for who, player in board.players.items():
                own = [run for run in found if run.owner == who and run.created >= board.opened]
                for name in CHALLENGES:
                    if _take(player, name, own, board.places):
                        board.changed = time.monotonic()

    def _get(self, code: str) -> _Board | None:
        self._forget_old()
        return self._boards.get(_as_code(code))

    def _own(self, code: str, owner: str) -> _Board | None:
        board = self._get(code)
        return board if board and board.owner == owner else None

    def _forget_old(self) -> None:
        oldest = time.monotonic() - LASTS_S
        self._boards = {code: board for code, board in self._boards.items() if board.changed > oldest}


def _as_code(text: str) -> str:
    return text.strip().upper()


def _take(player: _Player, experiment: str, own: Iterable[Run], places: "itertools.count[int]") -> bool:
    """Add the new ones among a player's own runs to what they have tried; whether there were any."""
    tried = player.tried.setdefault(experiment, [])
    fresh = [a for a in attempts(own, EXPERIMENTS[experiment]) if a.run_id not in player.judged]
    for attempt in fresh:
        player.judged.add(attempt.run_id)
        tried.append(attempt)
        del tried[:-MOST_ATTEMPTS]
        _judge(player.entries.setdefault(experiment, {}), experiment, tried, places)
    return bool(fresh)


def _judge(entries: dict[str, Entry], experiment: str, tried: list[Attempt], places: "itertools.count[int]") -> None:
    """Bring the entries up to date; none becomes worse than it was."""
    by_id = {attempt.run_id: attempt for attempt in tried}
    for challenge in CHALLENGES[experiment]:
        verdict, old = challenge.judge(tried), entries.get(challenge.title)
        if not verdict.run_id or (old and _rank(verdict) <= _rank(old.verdict)):
            continue
        run = by_id[verdict.run_id]
        place = old.place if old and old.verdict.solved else next(places)
        entries[challenge.title] = Entry(verdict, int(run.result["steps"]), run.elapsed_s, place)


def _rank(verdict: Verdict) -> tuple[bool, float]:
    return verdict.solved, verdict.score


def _view(code: str, board: _Board) -> View:
    standings = (Standing(p.nickname, dict(p.entries.get(board.experiment, {}))) for p in board.players.values())
    return View(code, board.owner, board.experiment, tuple(standings))
