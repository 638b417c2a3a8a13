"""CIFAR-10: not built yet; what the page will teach."""

from pages.ui.planned import planned_page

planned_page(
    "cifar",
    "CIFAR-10",
    "A deeper network learns ten kinds of small colour pictures, and needs tricks to do it. See what "
    "augmentation, normalisation and the learning rate each bring.",
    [
        "Preview the distortions that make one picture into many.",
        "Draw the learning-rate schedule before training, and see why the chapter's never decays.",
        "Watch the first kernels form, and where the network is wrong.",
        "Classify your own picture.",
    ],
)
