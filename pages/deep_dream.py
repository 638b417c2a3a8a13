"""DeepDream: not built yet; what the page will teach."""

from pages.ui.planned import planned_page

planned_page(
    "deep_dream",
    "DeepDream",
    "Ask a network to see more of whatever it already sees, and change the picture until it does. What appears "
    "tells what each layer has learned.",
    [
        "Dream with any layer or single channel, octave by octave.",
        "A browser of what every channel wants to see.",
        "A class of objects drawn from noise.",
        "An endless zoom into a dream.",
    ],
)
