"""What augmentation makes of a training picture: the same code that training uses, on one picture.

`preview` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imports import load_module
from engine.settings import CifarSettings
from engine.sources.cifar10 import load_pictures

COUNT = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """A training picture and what a network would be given instead of it.

    picture: uint8 [32, 32, 3]; name: what it shows; distorted: uint8 [12, 24, 24, 3], cut off at black and white;
    given: uint8 [12, 24, 24, 3], the standardised numbers, grey being 0 and black and white −2 and 2.
    """

    picture: NDArray[np.uint8]
    name: str
    distorted: NDArray[np.uint8]
    given: NDArray[np.uint8]


def preview(settings: CifarSettings, number: int, seed: int) -> Preview:
    """Training picture `number` (counted on from the start where there are fewer), distorted `COUNT` times.

    Raises `InvalidInput` as `load_pictures` does.
    """
    pictures = load_pictures()
    place = number % len(pictures.train_images)
    picture = pictures.train_images[place]
    augmentation = load_module("engine.models.augmentation")
    distorted, given = augmentation.distort_once(np.repeat(picture[np.newaxis], COUNT, axis=0), settings, seed)
    name = pictures.names[pictures.train_labels[place]]
    return Preview(picture, name, _bytes(distorted), _bytes(127.5 + 63.75 * given))


def _bytes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(values, 0, 255).round().astype(np.uint8)
