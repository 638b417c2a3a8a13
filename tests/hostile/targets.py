"""What a hostile file of each kind is given to: the functions that pages and sources give a visitor's file to."""

import os
from functools import partial
from pathlib import Path

from engine.archive import Archive
from engine.preparing.own_classes import write_classes
from engine.preparing.plan_zip import plan_zip
from engine.runs import Runs
from engine.settings import EXPERIMENTS
from engine.sources import mnist, vgg
from engine.sources.cifar10 import read_archive
from engine.sources.efficientnet_lite0 import read_weights
from engine.sources.zip_folders import list_classes
from pages.ui import picture_choice, picture_source
from pages.ui.run_list import told
from tests.hostile import pictures
from tests.hostile.containers import seeds
from tests.hostile.mutations import tar_of

RUN = "0123456789abcdef"
PICTURE_KINDS = ("png", "jpeg", "gif", "webp", "bmp", "tiff")


def shown(content):
    """A picture that a page works on."""
    picture_source._decoded.__wrapped__(content)


def kept(content):
    """A picture that a run is given."""
    made = picture_choice.kept_picture.__wrapped__(content)
    assert made.startswith(b"\xff\xd8"), "what is kept is a JPEG file"


def classes(content):
    """A picture of a class of one's own."""
    named = {"one": [pictures.seeds("png")[0], content], "two": [pictures.seeds("png")[1]]}
    write_classes(named, list(named))


def zip_file(content):
    path = kept_as("own.zip", content)
    classes = list_classes(path)
    with plan_zip(path, "honest") as plan:
        for place in range(min(len(plan.paths), 4)):
            assert ".." not in plan.paths[place], plan.paths[place]
            plan.read(place)
    assert len(classes) >= 2


def tar(content):
    read_archive(kept_as("cifar-10-python.tar.gz", content))


def pickle(content):
    """A batch in an archive that is sound otherwise."""
    from tests.engine.cifar_files import python_members, small_batches

    read_archive(
        kept_as("a.tar.gz", tar_of({**python_members(small_batches(3)), "cifar-10-batches-py/data_batch_2": content}))
    )


def npz(content):
    """MNIST as Keras has it."""
    mnist._read.__wrapped__((kept_as("mnist.npz", content),), (0,))


def arrays(content):
    """What a run has kept."""
    kept_as(f"runs/{RUN}/run.json", seeds("run")[0])
    path = kept_as(f"runs/{RUN}/weights-5.npz", content)
    Archive(path.parents[1], EXPERIMENTS, 10**9).arrays(RUN, "weights", 5)


def images(content):
    """MNIST's images."""
    _idx(content, seeds("idx")[1])


def labels(content):
    """MNIST's labels."""
    _idx(seeds("idx")[0], content)


def _idx(images, labels):
    paths = tuple(kept_as(f"{n}.gz", part) for n, part in enumerate((images, labels, *seeds("idx"))))
    mnist._read.__wrapped__(paths, (0,))


def h5(content):
    path = kept_as("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", content)
    vgg._load.__wrapped__("vgg19", path, 0, "", "No published checksum.")


def mat(content):
    path = kept_as("imagenet-vgg-verydeep-19.mat", content)
    vgg._load.__wrapped__("vgg19", path, 0, "", "No published checksum.")


def head(content):
    """What a run is listed by: everything that the app does with it when it starts and when somebody opens it."""
    _opened(content, seeds("run")[1])


def events(content):
    """What a run showed."""
    _opened(seeds("run")[0], content)


def _opened(head, events):
    path = kept_as(f"runs/{RUN}/run.json", head)
    kept_as(f"runs/{RUN}/events.jsonl", events)
    kept_as(f"runs/{RUN}/weights-x.npz", b"")
    runs = Runs(Archive(path.parents[1], EXPERIMENTS, 10**9))
    for shown in runs.listed():
        told(shown)
        runs.watch(shown.id)


def pb(content):
    from engine.models.dream_networks import load_inception5h

    frozen = load_inception5h(kept_as("tensorflow_inception_graph.pb", content))
    import tensorflow as tf

    @partial(tf.function, autograph=False)
    def maps(pictures):
        return frozen.maps(pictures, list(frozen.layers)[:2])

    maps.get_concrete_function(tf.TensorSpec([1, 32, 32, 3]))


def kept_as(name, content):
    """The path of a file of this content in the app's own folder."""
    path = Path(os.environ["CNN_LAB_CACHE"]) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


TARGETS = {
    **dict.fromkeys(PICTURE_KINDS, (shown, kept, classes)),
    "zip": (zip_file,),
    "tar": (tar,),
    "pickle": (pickle,),
    "torch": (read_weights,),
    "npz": (npz, arrays),
    "idx": (images, labels),
    "run": (head, events),
    "h5": (h5,),
    "mat": (mat,),
    "pb": (pb,),
}
"""The functions of each kind: a file that is hostile as it stands goes to each of them, a spoilt one to one of them."""
