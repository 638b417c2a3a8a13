"""What style transfer can be told. The defaults suit the VGG-16 that comes with the app; a preset has the chapter's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import InvalidSettings
from engine.rules import PRECISIONS, OnlyWhere, check, choice, flag, picture, setting, text
from engine.vgg_layers import weighted_layers

MISTAKES = ("none", "black style", "stretched style", "swapped denominators")
STYLE_LAYERS = "relu1_1:2 relu1_2:2 relu2_1 relu2_2 relu3_1 relu3_3:0.5 relu4_1:0.3"
"""Mostly shallow ones: what deep layers of a network tuned for edges ask for looks like grain."""


LAST_RATE = 0.1
"""Share of the learning rate that a size ends with where it decays: steps that stay long leave grain."""

ADAM = OnlyWhere("optimizer", ("adam",))

BLENDS = {"style": "blend_1", "style_2": "blend_2", "style_3": "blend_3"}
"""The share of each style, which counts beside those of the others that are given."""


@dataclass(frozen=True)
class StyleSettings:
    """Style transfer by optimisation, section "Stylenet" of the chapter.

    A loss is "normalised" where each squared difference is divided by its target's squared norm, or the "chapter"'s
    means; weights are of that loss.
    """

    module: ClassVar[str] = "engine.experiments.style_transfer"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "paint a photograph in the style of another picture"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Oil paint": {},
        "Quick": {"steps": 90, "max_size": 256},
        "Bold": {"style_weight": 25.0, "content_weight": 0.5},
        "The chapter": {
            "network": "auto",
            "loss": "chapter",
            "steps": 100,
            "sizes": 1,
            "init": "noise",
            "beta_1": 0.9,
            "beta_2": 0.999,
            "decay": False,
            "pooling": "max",
            "padding": "zeros",
            "content_layers": "relu4_2 relu5_2",
            "content_weight": 5.0,
            "style_layers": "relu1_1 relu2_1 relu3_1 relu4_1 relu5_1",
            "style_weight": 500.0,
            "total_variation_weight": 100.0,
        },
    }

    image: bytes = picture("The photograph to paint.")
    style: bytes = picture("The picture whose style is taken.")
    style_2: bytes = picture("A second style.")
    style_3: bytes = picture("A third style.")
    mask: bytes = picture(
        "Where which style goes: the first where it is dark, the last where it is bright. With a single style: that "
        "style where it is bright, the photograph where it is dark."
    )
    steps: int = setting(140, 1, 5_000, "Steps of the optimizer, over all sizes.")
    max_size: int = setting(384, 64, 2_048, "Longest side of the result, in pixels.")
    sizes: int = setting(3, 1, 4, "Sizes that it is painted in, coarse to fine.")
    content_weight: float = setting(1.0, 0.0, 1e6, "How much the result keeps of what the photograph shows.")
    style_weight: float = setting(8.0, 0.0, 1e6, "How much it takes of how the style is painted.")
    total_variation_weight: float = setting(1e-3, 0.0, 1e6, "How smooth it is.")
    learning_rate: float = setting(10.0, 0.01, 100.0, "How far each step moves a pixel, of 255.", ADAM)
    beta_1: float = setting(
        0.7, 0.0, 0.99, "Adam's β1: how much of its direction a step keeps; the paper's is 0.9.", ADAM
    )
    beta_2: float = setting(0.9, 0.0, 0.9999, "Adam's β2: how long slopes are remembered; the paper's is 0.999.", ADAM)
    decay: bool = flag(True, "Make steps shorter towards the end of each size.", ADAM)
    init: str = choice("content", ("content", "style", "noise"), "The picture to start from.")
    content_layers: str = text("relu4_1 relu3_3:0.5", "Layers whose feature maps are kept, each with its weight.")
    style_layers: str = text(STYLE_LAYERS, "Layers whose Gram matrices are matched, each with its weight.")
    style_scale: float = setting(1.0, 0.25, 2.0, "Size of the style beside the result: larger makes broader strokes.")
    blend_1: float = setting(1.0, 0.0, 1.0, "Share of the first style, where there are several.")
    blend_2: float = setting(1.0, 0.0, 1.0, "Share of the second style, where there are several.")
    blend_3: float = setting(1.0, 0.0, 1.0, "Share of the third style, where there are several.")
    colours: str = choice(
        "style",
        ("style", "luminance", "histogram"),
        "Whose colours: the style's; or the photograph's, by painting only its brightness, or by giving the style the "
        "photograph's colours beforehand.",
    )
    network: str = choice("vgg16", ("vgg16", "vgg19", "auto"), "auto: VGG-19 where its weights are here, else VGG-16.")
    pooling: str = choice("average", ("average", "max"), "How the network pools: averages make smoother strokes.")
    padding: str = choice(
        "edge",
        ("edge", "zeros"),
        "What convolutions see beyond the picture: its edge once more, or the chapter's zeros, which leave a frame.",
    )
    loss: str = choice("normalised", ("normalised", "chapter"), "Divided by the targets' norms, or as in the chapter.")
    optimizer: str = choice("adam", ("adam", "lbfgs"), "L-BFGS goes further a step, and has no learning rate.")
    precision: str = choice("auto", PRECISIONS, "auto: bfloat16 where it is faster.")
    mistake: str = choice("none", MISTAKES, "A mistake of the chapter's, to see what it does.")
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers of the noise.")

    def __post_init__(self) -> None:
        check(self)
        network = "vgg19" if self.network == "auto" else self.network
        weighted_layers(self.content_layers, network, "content_layers")
        weighted_layers(self.style_layers, network, "style_layers")
        # A mask says where each style goes instead of how much, and a style alone is all of the blend.
        given = [blend for name, blend in BLENDS.items() if getattr(self, name)] or list(BLENDS.values())
        if not self.mask and len(given) > 1 and not any(getattr(self, blend) for blend in given):
            names = f"{', '.join(given[:-1])} and {given[-1]} are {'both' if len(given) == 2 else 'all'}"
            raise InvalidSettings(f"{names} 0, but one of them must be more.")
        if not self.content_weight and not self.style_weight:
            raise InvalidSettings("content_weight and style_weight are both 0, but one of them must be more.")
