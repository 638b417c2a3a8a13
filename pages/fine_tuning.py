"""Fine-tuning: not built yet; what the page will teach."""

from pages.ui.planned import planned_page

planned_page(
    "fine_tuning",
    "Fine-tuning",
    "A network trained on a million pictures learns new classes from a handful. Prepare the data, freeze the "
    "backbone, train a head, then unfreeze with care.",
    [
        "Turn CIFAR-10 into folders of pictures, and check them.",
        "Train a new head in seconds, then unfreeze the top blocks.",
        "How many pictures it saves, against training from scratch.",
        "Your own classes, from your own pictures.",
    ],
)
