"""The challenges of CIFAR-10 and of fine-tuning, and those of every page that has some which check themselves.

Photo-10, which stands in for CIFAR-10, is far easier: each goal is one for the real pictures and one for those.
"""

from collections.abc import Mapping

from engine.challenges import MNIST_CHALLENGES, Challenge, reach

FEW_STEPS, FEW_PARAMETERS, FEW_PICTURES, FEW_PIXELS = 300, 100_000, 10, 64

CIFAR_CHALLENGES = (
    Challenge(
        "In a hurry",
        f"Name at least 50% of the test pictures right after at most {FEW_STEPS} steps (Photo-10: 80%).",
        "Which schedule is made for short runs? And what do the layers start to agree on with batch normalisation?",
        reach(0.5, lambda a: a.result["steps"] <= FEW_STEPS, f"No run of at most {FEW_STEPS} steps yet.", 0.8),
    ),
    Challenge(
        "A narrow network",
        f"Name at least 55% right with at most {FEW_PARAMETERS:,} parameters (Photo-10: 80%).",
        "Width counts twice: a convolution has as many kernels as it gives maps, each as deep as the maps it reads.",
        reach(0.55, lambda a: a.result["parameters"] <= FEW_PARAMETERS, "No network that small yet.", 0.8),
    ),
)

FINE_TUNING_CHALLENGES = (
    Challenge(
        "Ten of each",
        f"Name at least 50% of the test pictures right from {FEW_PICTURES} pictures of each class or fewer "
        "(Photo-10: 85%).",
        "The pictures are few, but what the backbone has seen is not: how large must they be for it?",
        reach(
            0.5,
            lambda a: not a.settings.folder and a.settings.per_class <= FEW_PICTURES,
            "No run of so few pictures yet.",
            0.85,
        ),
    ),
    Challenge(
        "Small pictures",
        f"Name at least 50% right at a size of {FEW_PIXELS} pixels or less (Photo-10: 85%).",
        "More pictures of each class make up for some of what is lost.",
        reach(
            0.5,
            lambda a: not a.settings.folder and a.settings.size <= FEW_PIXELS,
            "No run at so small a size yet.",
            0.85,
        ),
    ),
)

CHALLENGES: Mapping[str, tuple[Challenge, ...]] = {
    "mnist": MNIST_CHALLENGES,
    "cifar": CIFAR_CHALLENGES,
    "fine_tuning": FINE_TUNING_CHALLENGES,
}
"""By the name of the experiment whose completed runs are judged."""
