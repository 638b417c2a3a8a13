"""The tour of each page: where to look, in which order, and a line or two. Keys are the last part of the address.

A step whose place is not on the page just now is left out.
"""

from typing import NamedTuple


class Step(NamedTuple):
    """place: a CSS selector; the first match that can be seen is meant."""

    place: str
    title: str
    text: str


def _column(number: int, key: str = "anatomy") -> str:
    """The settings (1) or the stage (2) of a page: `pages.ui.anatomy`."""
    inside = f".stHorizontalBlock > .stColumn:nth-child({number}) > div"
    return f"[class*='st-key-{key}'] > {inside}, [class*='st-key-{key}'] > div > {inside}"


SETTINGS, STAGE = _column(1), _column(2)
BUTTON = "[class*='st-key-anatomy'] [data-testid='stBaseButton-primary']"
TABS = ".stTabs [role='tablist']"
SWITCH = ".stMain [data-testid='stButtonGroup']"

TOURS: dict[str, tuple[Step, ...]] = {
    "": (
        Step(
            ".st-key-cards",
            "Six pages",
            "Each is an experiment that you run yourself. They go from easy to deep.",
        ),
        Step(
            "[class*='st-key-share']",
            "For a class",
            "Join what a teacher shows with its code, or open a board for your own class.",
        ),
        Step(
            ".stMain .stColumn:has(h3)",
            "What it runs on",
            "The computer behind it, and the data that it has here.",
        ),
    ),
    "convolution": (
        Step(SWITCH, "Four views", "From a single multiplication to a whole network of them."),
        Step(
            SETTINGS,
            "Settings",
            "Size, stride, padding. The drawing follows at once.",
        ),
        Step(
            STAGE,
            "The stage",
            "Step through it, or click any number and change it.",
        ),
        Step(TABS, "And then", "What to notice, a mistake of the textbook's, and things to try."),
    ),
    "mnist": (
        Step(
            SETTINGS,
            "Settings",
            "All that the network and its training can be told. The presets are good places to begin.",
        ),
        Step(BUTTON, "Train", "Starts a run, here and now. It can be paused, stepped and given another learning rate."),
        Step(STAGE, "The stage", "What the network is learning. Until you train, it shows a finished example."),
        Step(".digit-lab", "Draw a digit", "Write one, and see what a trained network makes of it."),
        Step(TABS, "And then", "What to notice, where it is wrong, challenges, comparisons and the code."),
    ),
    "cifar": (
        Step(
            SETTINGS,
            "Settings",
            "Take the quick preset first: two minutes. Below is the learning rate, drawn before you train.",
        ),
        Step(BUTTON, "Train", "Starts a run, here and now. You can leave the page and come back to it."),
        Step(STAGE, "The stage", "What the network is learning. Until you train, it shows a finished example."),
        Step(TABS, "And then", "What distortions do, where it is wrong, the textbook's mistakes beside their mends."),
    ),
    "fine_tuning": (
        Step(
            "[class*='st-key-anatomy'] [data-testid='stBaseButton-primary']",
            "Prepare",
            "Sorts pictures into folders, one a class. You may skip it: fine-tuning has pictures of its own.",
        ),
        Step(
            _column(1, "anatomy-tune"),
            "Settings",
            "Few pictures, a trained backbone, and how much of it may change.",
        ),
        Step(
            _column(2, "anatomy-tune"),
            "The stage",
            "The curves, with the moment at which the top blocks are unfrozen.",
        ),
        Step(TABS, "And then", "Your own classes from a camera, where it is wrong, and what more pictures bring."),
    ),
    "style_transfer": (
        Step(
            SETTINGS, "Two pictures", "One for what is shown, one for how it is painted. Bring your own, or take ours."
        ),
        Step(BUTTON, "Stylize", "Paints before your eyes, from coarse to fine."),
        Step(STAGE, "The stage", "Move the line between the photograph and the painting."),
        Step(TABS, "And then", "What to notice, what each layer calls style, and the textbook's mistakes."),
    ),
    "deep_dream": (
        Step(
            SETTINGS,
            "What to dream of",
            "A picture, and what the network shall see more of in it: a layer, a channel, a class.",
        ),
        Step(BUTTON, "Dream", "Changes the picture, octave by octave."),
        Step(STAGE, "The stage", "The picture as it changes, and its making afterwards."),
        Step(TABS, "And then", "Browse what every channel wants to see; dream with a network that you trained."),
    ),
    "runs": (
        Step("h1", "Runs", "Whatever you run in this browser is kept here, with a picture of what came out."),
        Step(
            ".stMain .stTextInput",
            "Search",
            "By name, setting or state; the buttons beside it narrow it to one experiment.",
        ),
        Step(
            "[class*='st-key-run-card']",
            "A run",
            "Open it, rename it, delete it, or tick it to compare it with others.",
        ),
        Step(
            "[class*='st-key-runs-compared']",
            "Compared",
            "The curves of the ticked runs over one another, and their settings.",
        ),
    ),
}
