"""What a field of a settings dataclass may hold, and how it is read from text.

A rule lives beside its field; widgets, the command line and `check` all read it from there. Nothing here imports
TensorFlow.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

from engine.errors import InvalidInput, InvalidSettings
from engine.images import MOST_BYTES
from engine.paths import user_path


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number; `low` and `high` are both allowed. `whole`: it is an int."""

    low: float
    high: float
    help: str
    whole: bool

    @property
    def wanted(self) -> str:
        """What would be right."""
        return f"a {'whole ' if self.whole else ''}number from {self.low:g} to {self.high:g}"

    def allows(self, value: Any) -> bool:
        """Whether `value` is a finite number of the right type within the bounds."""
        kind = int if self.whole else int | float
        number = isinstance(value, kind) and not isinstance(value, bool)
        # The bounds first: a whole number may be too large to be asked whether it is finite.
        return number and self.low <= value <= self.high and math.isfinite(value)

    def parse(self, text: str) -> Any:
        """The number in `text`. Raises `ValueError`."""
        return int(text) if self.whole else float(text)


@dataclass(frozen=True, slots=True)
class Choices:
    """One of a few words."""

    options: tuple[str, ...]
    help: str

    @property
    def wanted(self) -> str:
        """What would be right."""
        return f"one of {', '.join(self.options)}"

    def allows(self, value: Any) -> bool:
        """Whether `value` is one of the words."""
        return value in self.options

    def parse(self, text: str) -> str:
        """The word itself."""
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """On or off."""

    help: str
    wanted: ClassVar[str] = "true or false"

    def allows(self, value: Any) -> bool:
        """Whether `value` is a bool."""
        return isinstance(value, bool)

    def parse(self, text: str) -> bool:
        """True for true, yes, on and 1; false for their opposites. Raises `ValueError`."""
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]


@dataclass(frozen=True, slots=True)
class Text:
    """A short text, which the settings check themselves."""

    help: str
    wanted: ClassVar[str] = "a text of at most 1,000 characters"

    def allows(self, value: Any) -> bool:
        """Whether `value` is a short text."""
        return isinstance(value, str) and len(value) <= 1_000

    def parse(self, text: str) -> str:
        """The text itself."""
        return text


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture file, or no bytes for the experiment's own sample. It is decoded by the experiment."""

    help: str
    wanted: ClassVar[str] = "a picture file of at most 20 MB"

    def allows(self, value: Any) -> bool:
        """Whether `value` is bytes, and not too many."""
        return isinstance(value, bytes) and len(value) <= MOST_BYTES

    def parse(self, text: str) -> bytes:
        """The bytes of the file whose path is `text`. Raises `ValueError`."""
        try:
            return user_path("The picture", text).read_bytes()
        except (OSError, InvalidInput) as error:
            raise ValueError(text) from error


Rule = Bounds | Choices | Flag | Text | Picture


@dataclass(frozen=True, slots=True)
class OnlyWhere:
    """When a field matters: where the field `name` has one of `values`. Otherwise it does nothing."""

    name: str
    values: tuple[str, ...]


class Settings(Protocol):
    """What the lab asks of a settings dataclass: the module whose `run` it configures, and the slots it takes."""

    module: ClassVar[str]
    slots: ClassVar[int]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


class ExperimentSettings(Settings, Protocol):
    """What the command line and the widgets ask beside: a line about it, and sets of values by name."""

    summary: ClassVar[str]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]]


S = TypeVar("S", bound=Settings)


def setting(default: float, low: float, high: float, help: str, only: OnlyWhere | None = None) -> Any:
    """A field that holds a number; a whole one if `default` is."""
    return _ruled(default, Bounds(low, high, help, isinstance(default, int)), only)


PRECISIONS = ("auto", "float32", "bfloat16")
"""What a network may compute in; for "auto" `device.precision_of` says which."""


def choice(default: str, options: tuple[str, ...], help: str, only: OnlyWhere | None = None) -> Any:
    """A field that holds one of `options`."""
    return _ruled(default, Choices(options, help), only)


def flag(default: bool, help: str, only: OnlyWhere | None = None) -> Any:
    """A field that is true or false."""
    return _ruled(default, Flag(help), only)


def text(default: str, help: str, only: OnlyWhere | None = None) -> Any:
    """A field that holds a short text."""
    return _ruled(default, Text(help), only)


def picture(help: str) -> Any:
    """A field that holds an encoded picture file, none by default."""
    return _ruled(b"", Picture(help))


def _ruled(default: Any, rule: Rule, only: OnlyWhere | None = None) -> Any:
    if only:
        rule = replace(rule, help=f"{rule.help} Only where {only.name} is {' or '.join(only.values)}.")
    return field(default=default, metadata={"rule": rule, "only": only})


def rules_of(settings: type[Settings] | Settings) -> dict[str, Rule]:
    """Rules by field name, in the order of the fields."""
    return {f.name: f.metadata["rule"] for f in fields(settings) if "rule" in f.metadata}


def idle(cls: type[Settings], values: Mapping[str, Any]) -> set[str]:
    """Names of the fields that do nothing where the other fields have these values, or their defaults."""
    values = {f.name: f.default for f in fields(cls)} | dict(values)
    needs: dict[str, OnlyWhere | None] = {f.name: f.metadata.get("only") for f in fields(cls)}
    return {name for name, only in needs.items() if only and values[only.name] not in only.values}


def check(settings: Settings) -> None:
    """Raise `InvalidSettings` for the first field whose value its rule does not allow."""
    for name, rule in rules_of(settings).items():
        value = getattr(settings, name)
        if not rule.allows(value):
            raise InvalidSettings(f"{name} is {_shown(value)}, but must be {rule.wanted}.")


def parse(cls: type[S], texts: Mapping[str, str]) -> S:
    """Settings from `{field: text}`, as the command line and addresses give them.

    Raises `InvalidSettings` for an unknown field, or a text that its rule cannot read.
    """
    rules = rules_of(cls)
    values = {}
    for name, written in texts.items():
        if name not in rules:
            raise InvalidSettings(f"{name!r} is not a setting; the settings are {', '.join(rules)}.")
        try:
            values[name] = rules[name].parse(written)
        except ValueError:
            raise InvalidSettings(f"{name} is {written!r}, but must be {rules[name].wanted}.") from None
    return cls(**values)


def as_plain(settings: Settings) -> dict[str, Any]:
    """The values by field name, as JSON knows them; pictures as base64."""
    values = {f.name: getattr(settings, f.name) for f in fields(settings)}
    return {name: base64.b64encode(v).decode() if isinstance(v, bytes) else v for name, v in values.items()}


def from_plain(cls: type[S], values: Mapping[str, Any]) -> S:
    """The settings that `as_plain` wrote. Raises `InvalidSettings` for values that are not those of `cls`."""
    rules = rules_of(cls)
    try:
        return cls(**{n: base64.b64decode(v) if isinstance(rules.get(n), Picture) else v for n, v in values.items()})
    except (TypeError, ValueError) as error:
        raise InvalidSettings(f"These are not settings of {cls.__name__}: {error}.") from error


def _shown(value: Any) -> str:
    match value:
        case bytes():
            return f"{len(value):,} bytes"
        case float():
            return f"{value:g}"
        case _:
            return repr(value)
