"""The program of a CIFAR-10 run, and its `.keras` file, in a Python that knows nothing of the lab."""

from dataclasses import asdict

import numpy as np
import pytest

from engine.events import Arrays
from engine.experiments import start
from engine.history import points
from engine.keras_file import keras_file
from engine.settings import CifarSettings
from engine.standalone import program
from tests.conftest import REAL_DATA
from tests.engine.cifar_files import binary_members, small_batches, write_tar
from tests.engine.test_standalone import rows_of, run_alone

# Keras asks TensorFlow's variables for arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TINY = {"steps": 24, "batch_size": 16, "width": 8, "eval_every": 10, "precision": "float32"}
KINDS = {
    "as written": {},
    "as meant": CifarSettings.presets["The chapter as meant"] | {"decay_steps": 10},
    "quick": CifarSettings.presets["Quick (2 minutes)"],
    "adam": {"optimizer": "adam", "schedule": "exponential", "decay_steps": 9, "learning_rate": 0.002, "seed": 3},
    "cosine": {"optimizer": "momentum", "schedule": "cosine", "learning_rate": 0.02, "flip": False},
}
METRICS = ("train_loss", "train_accuracy", "gradient_norm", "learning_rate", "validation_loss", "validation_accuracy")

USE_THE_FILE = """
loaded = keras.saving.load_model("taken.keras")
tested = tf.image.per_image_standardization(tf.cast(x_test[:, 4:28, 4:28], tf.float32))
print("#", *loaded(tested, training=False).numpy().argmax(axis=1))
"""


def values(settings, **others):
    return asdict(settings) | {"learning_rates": {}, "whole_cifar": False} | others


def assert_alike(rows, events, rel):
    run = points(events)
    assert [int(row["step"]) for row in rows] == [point.step for point in run]
    for row, point in zip(rows, run, strict=True):
        for name in METRICS:
            if name in point.metrics:
                assert float(row[name]) == pytest.approx(point.metrics[name], rel=rel), (point.step, name)
            else:
                assert row[name] == ""


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_of_a_run_reproduces_it_and_plain_keras_loads_its_file(kind, tmp_path):
    settings = CifarSettings(**KINDS[kind] | TINY)
    events = list(start(settings))
    weights = next(e for e in reversed(events) if isinstance(e, Arrays) and e.name == "weights").arrays
    (tmp_path / "taken.keras").write_bytes(keras_file("engine.models.portable_cifar", settings, weights))
    (tmp_path / "run.py").write_text(program("cifar", values(settings)) + USE_THE_FILE)
    text, folder = run_alone(tmp_path)
    assert_alike(rows_of(text), events, rel=2e-3)
    assert (folder / "cifar.keras").stat().st_size > 1000
    said, loaded = (line for line in text.splitlines() if line[0] == "#")
    accuracy = events[-1].result["test_accuracy"]
    assert f"{accuracy:.2%}"[:2] in said
    answers = next(e for e in events if isinstance(e, Arrays) and e.name == "test").arrays["probabilities"].argmax(1)
    assert np.mean(np.array(loaded.split()[1:], int) == answers) > 0.995


def test_the_program_reads_the_archive_that_it_is_given(tmp_path):
    batches = small_batches(images=20)
    write_tar(tmp_path / "cifar10" / "cifar-10-binary.tar.gz", binary_members(batches))
    settings = CifarSettings(**TINY)
    events = list(start(settings, tmp_path))
    (tmp_path / "run.py").write_text(program("cifar", values(settings, whole_cifar=True)))
    text, _ = run_alone(tmp_path, arguments=[str(tmp_path / "cifar10" / "cifar-10-binary.tar.gz")])
    assert_alike(rows_of(text), events, rel=2e-3)


@pytest.mark.skipif(
    not REAL_DATA or not any(REAL_DATA.glob("**/cifar-10-binary.tar.gz")), reason="CNN_LAB_DATA holds no CIFAR-10"
)
def test_on_the_real_pictures_in_bfloat16_the_result_is_the_same_within_noise(tmp_path):
    settings = CifarSettings(**CifarSettings.presets["Quick (2 minutes)"] | {"steps": 120, "width": 32})
    result = list(start(settings, REAL_DATA))[-1].result
    (tmp_path / "run.py").write_text(
        program("cifar", values(settings, whole_cifar=True, precision=result["precision"]))
    )
    archive = next(REAL_DATA.glob("**/cifar-10-binary.tar.gz"))
    text, _ = run_alone(tmp_path, arguments=[str(archive)])
    said = float(text.rpartition("pictures ")[2].split("%")[0]) / 100
    assert said == pytest.approx(result["test_accuracy"], abs=0.03)
    assert said > 0.3
