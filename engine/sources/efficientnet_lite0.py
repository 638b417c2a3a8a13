"""The weights of EfficientNet-Lite0, trained on ImageNet: a PyTorch file of 2020, read without PyTorch.

The file is a row of pickles (three of header, the tensors by name, the keys of their storages), then for each key, in
that order, a little-endian int64 element count and the elements. Pickles can run any code, so only the three things
that such a file needs are let in, and the whole file must have the published checksum before it is read at all.
"""

import io
import math
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.errors import DamagedSource
from engine.sources.catalog import EFFICIENTNET_LITE0
from engine.sources.locate import checksum, locate
from engine.sources.pickles import PlainUnpickler

HEADER = (0x1950A86A20F9469CFC6C, 1001)
"""The first two pickles of every such file: PyTorch's magic number and the version of the format."""

STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def load_weights() -> Mapping[str, NDArray[Any]]:
    """The tensors by PyTorch's names, float32 [out, in, height, width] for kernels, read-only.

    Raises `InvalidInput` where the package is not installed, `DamagedSource` where its file is not the published one.
    """
    path = locate(EFFICIENTNET_LITE0).paths[0]
    try:
        found = checksum(path, like=EFFICIENTNET_LITE0.checksums[path.name])
        content = path.read_bytes()
    except OSError as error:
        raise DamagedSource(f"{path} cannot be read ({error}); install requirements.txt again.") from error
    wanted = EFFICIENTNET_LITE0.checksums[path.name]
    if found != wanted:
        raise DamagedSource(
            f"{path} has the wrong checksum: SHA-256 {found} instead of {wanted}; install requirements.txt again."
        )
    return read_weights(content)


def read_weights(content: bytes) -> Mapping[str, NDArray[Any]]:
    """The tensors in such a file. Raises `DamagedSource` where it is cut off, or holds anything but tensors."""
    file = io.BytesIO(content)
    try:
        if (_Unpickler(file).load(), _Unpickler(file).load()) != HEADER:
            raise DamagedSource("this is not a PyTorch file of the old format.")
        _Unpickler(file).load()
        tensors = _Unpickler(file).load()
        dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in tensors.values()}
        storages = {key: _read_storage(file, dtypes[key]) for key in _Unpickler(file).load()}
        return {name: _view(tensor, storages[tensor.storage.key]) for name, tensor in tensors.items()}
    except DamagedSource as error:
        raise DamagedSource(f"The weights were not read: {error}") from error
    # A damaged pickle may fail in any of these ways, and more are not documented.
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:100]}"
        raise DamagedSource(f"The weights are damaged or cut off ({reason}).") from error


class _Storage(NamedTuple):
    """A row of numbers that tensors are views of."""

    dtype: np.dtype[Any]
    key: str


class _Tensor(NamedTuple):
    """What `torch._utils._rebuild_tensor_v2` is given; `offset` and `strides` count elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool
    hooks: Any


ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
    **{("torch", name): dtype for name, dtype in STORAGES.items()},
}
"""What the pickles may ask for."""


class _Unpickler(PlainUnpickler):
    """Lets in ordered dictionaries, tensors and storages."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, ALLOWED)

    def persistent_load(self, saved: Any) -> _Storage:
        _kind, dtype, key, *_ = saved
        return _Storage(dtype, key)


def _read_storage(file: io.BytesIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    raw = file.read(count * dtype.itemsize)
    return np.frombuffer(raw, dtype, count)


def _view(tensor: _Tensor, storage: NDArray[Any]) -> NDArray[Any]:
    last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
    beyond = min(tensor.offset, *tensor.shape, *tensor.strides, 0) < 0 or last >= storage.size
    # Strides of zero would make any number of numbers out of one.
    if beyond or math.prod(tensor.shape) > storage.size:
        raise DamagedSource("a tensor reaches beyond its numbers.")
    strides = tuple(step * storage.itemsize for step in tensor.strides)
    return as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)
