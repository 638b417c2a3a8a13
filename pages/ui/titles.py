"""What the navigation calls each experiment's page."""

TITLES = {
    "mnist": "MNIST",
    "cifar": "CIFAR-10",
    "prepare": "Preparing",
    "fine_tuning": "Fine-tuning",
    "style_transfer": "Style transfer",
    "deep_dream": "DeepDream",
}
