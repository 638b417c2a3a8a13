"""The pictures and words that stand for each page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """name: of the page's script and of its picture `static/cards/<name>.svg`; alt: what the picture shows."""

    name: str
    title: str
    icon: str
    line: str
    alt: str


CARDS = (
    Card(
        "convolution",
        "Convolution",
        ":material/grid_on:",
        "Slide a kernel over a picture and follow every multiplication.",
        "A kernel of nine orange cells lies on a blue grid; the sum of its products is one green cell.",
    ),
    Card(
        "mnist",
        "MNIST",
        ":material/edit:",
        "Watch a network learn to read handwritten digits in seconds.",
        "Handwritten digits from MNIST beside a rising accuracy curve.",
    ),
    Card(
        "cifar",
        "CIFAR-10",
        ":material/pets:",
        "Go deeper: augmentation, normalisation and the learning rate.",
        "One small picture cropped, flipped, darkened and brightened.",
    ),
    Card(
        "fine_tuning",
        "Fine-tuning",
        ":material/tune:",
        "Prepare a data set, then teach a trained network your own classes.",
        "A network whose first layers are frozen and whose last layer is being trained.",
    ),
    Card(
        "style_transfer",
        "Style transfer",
        ":material/brush:",
        "Paint a photograph in the style of another picture.",
        "A landscape whose right half is made of brush strokes.",
    ),
    Card(
        "deep_dream",
        "DeepDream",
        ":material/cloud:",
        "Let a network exaggerate what it sees, and look into its layers.",
        "Rings of eyes that repeat at three scales.",
    ),
)


def picture_html(name: str) -> str:
    """The picture of a page, with what it shows for those who cannot see it."""
    card = next(card for card in CARDS if card.name == name)
    return f'<img class="lab-card-picture" src="app/static/cards/{card.name}.svg" alt="{card.alt}">'
