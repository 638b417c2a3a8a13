"""The classes of ImageNet, which networks of several kinds were trained on."""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("imagenet_classes.txt")


@cache
def class_names() -> tuple[str, ...]:
    """The 1,000 classes in the order of the logits, each by the first of its names in WordNet."""
    return tuple(_FILE.read_text(encoding="utf-8").splitlines())
