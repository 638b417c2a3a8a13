"""What a run is called: by its user, or by its pictures, its preset and what differs from that."""

from engine.records import Run
from engine.rules import ExperimentSettings, Picture, rules_of
from engine.style_settings import StyleSettings
from pages.ui.compare_table import setting_text
from pages.ui.controls import PATHS, label


def run_name(run: Run) -> str:
    """The user's name for a run, or its settings in a few words."""
    return run.name or ", ".join([*_pictures(run.settings), _as_preset(run.settings)])


def all_that_differs(settings: ExperimentSettings) -> str:
    """Every setting that is not at its default."""
    return ", ".join([*_pictures(settings), *_differing(settings, type(settings)())]) or "Every setting at its default."


def _as_preset(settings: ExperimentSettings) -> str:
    """The preset that they equal, or what differs from the one from which that is told shortest."""
    cls = type(settings)
    told = dict[str, str]()
    for name, values in cls.presets.items():
        differing = _differing(settings, cls(**values))
        if not differing:
            return name
        # The first preset is the defaults, which go without saying.
        told[name] = ", ".join([name, *differing] if values else differing)
    return min(told.values(), key=len)


def _differing(settings: ExperimentSettings, others: ExperimentSettings) -> list[str]:
    names = [name for name, rule in rules_of(settings).items() if not isinstance(rule, Picture)]
    return [_told(settings, name) for name in names if getattr(settings, name) != getattr(others, name)]


def _told(settings: ExperimentSettings, name: str) -> str:
    return f"Own {name}" if name in PATHS else f"{label(name)} {setting_text(getattr(settings, name))}"


def _pictures(settings: ExperimentSettings) -> list[str]:
    """Cat in Stained glass; any other picture with the name of its setting."""
    given = [n for n, rule in rules_of(settings).items() if isinstance(rule, Picture) and getattr(settings, n)]
    names = {name: setting_text(getattr(settings, name)) for name in given}
    first = names.pop("image", "")
    if isinstance(settings, StyleSettings) and given:
        styles = [names.pop(name) for name in ("style", "style_2", "style_3") if name in names]
        first = f"{first or 'Sample'} in {' and '.join(styles) or 'a sample'}"
    return [
        *([first[0].upper() + first[1:]] if first else []),
        *(f"{label(name)} {text}" for name, text in names.items()),
    ]
