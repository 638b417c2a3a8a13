"""What is taken away, used by a Python that knows nothing of the lab: the program and the `.keras` file of a run."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.events import Control, Progress
from engine.experiments import start
from engine.history import learning_rates, points
from engine.keras_file import LARGEST, check_size, keras_file
from engine.models.mnist import build_network
from engine.settings import MnistSettings
from engine.standalone import program

SMALL = {"conv1_features": 3, "conv2_features": 4, "pool1": 3, "dense_size": 8, "precision": "float32"}
SETTINGS = MnistSettings(steps=23, batch_size=30, eval_every=5, eval_size=700, **SMALL)
# Keras asks TensorFlow's variables for arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

USE_THE_FILE = """
loaded = keras.saving.load_model("taken.keras")
logits = loaded(np.zeros((1, 28, 28, 1), np.float32)).numpy()
print("#", [layer.__class__.__name__ for layer in loaded.layers], logits.tolist(), sep="|")
"""


def values(settings, rates=None, whole_mnist=False):
    return asdict(settings) | {"learning_rates": rates or {0: settings.learning_rate}, "whole_mnist": whole_mnist}


def weights_of(model):
    return {str(number): array for number, array in enumerate(model.get_weights())}


@pytest.fixture(scope="module")
def run():
    """The events of a run whose learning rate was changed after step 10."""
    events, seen, control = start(SETTINGS), [], None
    with contextlib.suppress(StopIteration):
        while True:
            seen.append(events.send(control))
            at_ten = isinstance(seen[-1], Progress) and seen[-1].metrics and seen[-1].step == 10
            control = Control(learning_rate=0.03) if at_ten else None
    return seen


@pytest.fixture(scope="module")
def taken(run, tmp_path_factory):
    """What the program of the run printed, what plain Keras said of a `.keras` file, and where they ran."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "taken.keras").write_bytes(
        keras_file("engine.models.mnist", SETTINGS, weights_of(build_network(SETTINGS)))
    )
    rates = learning_rates(run, SETTINGS.learning_rate)
    assert rates == {0: 0.005, 10: 0.03}
    (folder / "run.py").write_text(program("mnist", values(SETTINGS, rates)) + USE_THE_FILE)
    return run_alone(folder)


def run_alone(folder, arguments=(), **environment):
    done = subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "PYTHONPATH": "", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, folder


def rows_of(text):
    return list(csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if line[0] != "#"))))


def assert_same_history(rows, events):
    run = points(events)
    assert [int(row["step"]) for row in rows] == [point.step for point in run]
    for row, point in zip(rows, run, strict=True):
        for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
            if name in point.metrics:
                assert float(row[name]) == pytest.approx(point.metrics[name], rel=1e-4, abs=1e-6), (point.step, name)
            else:
                assert row[name] == ""


def test_the_program_of_a_run_reproduces_it_without_the_lab(run, taken):
    text, folder = taken
    assert_same_history(rows_of(text), run)
    assert (folder / "mnist.keras").stat().st_size > 1000


def test_plain_keras_loads_the_file_with_the_same_network(taken):
    _, layers, logits = next(line for line in taken[0].splitlines() if line[0] == "#").split("|")
    assert json.loads(layers.replace("'", '"')) == [
        *("Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"),
    ]
    expected = build_network(SETTINGS)(np.zeros((1, 28, 28, 1), np.float32)).numpy()
    np.testing.assert_allclose(json.loads(logits), expected, rtol=1e-5)


def test_the_program_is_under_80_lines_and_holds_the_settings():
    settings = MnistSettings(steps=77, momentum=0.25, seed=9)
    text = program("mnist", values(settings, {0: 0.5, 30: 0.001}, whole_mnist=True), "It was stopped.")
    assert len(text.splitlines()) < 80
    names = {}
    head = text[text.index("# The run. It was stopped.\n") : text.index("if WHOLE_MNIST")]
    exec(head, names)
    assert (names["STEPS"], names["MOMENTUM"], names["SEED"]) == (77, 0.25, 9)
    assert names["LEARNING_RATES"] == {0: 0.5, 30: 0.001}
    assert names["WHOLE_MNIST"] is True
    compile(text, "run.py", "exec")


def test_the_program_of_a_run_in_bfloat16_computes_in_it():
    line = 'keras.config.set_dtype_policy("mixed_bfloat16")'
    for precision in ("float32", "bfloat16"):
        text = program("mnist", values(replace(SETTINGS, precision=precision)))
        assert (line in text.splitlines()) == (precision == "bfloat16")
        compile(text, "run.py", "exec")


def test_a_setting_that_is_missing_is_not_left_at_another_run_s_value():
    with pytest.raises(KeyError, match="steps"):
        program("mnist", {"precision": "float32"})


def test_weights_of_another_network_are_told():
    other = weights_of(build_network(MnistSettings(conv1_features=1, conv2_features=1, dense_size=1)))
    with pytest.raises(InvalidInput, match="are of the shapes .* but the network's are"):
        keras_file("engine.models.mnist", SETTINGS, other)


def test_weights_too_large_to_send_are_told():
    huge = {"0": np.broadcast_to(np.float32(0), (LARGEST // 4 + 1,))}
    with pytest.raises(InvalidInput, match="but at most 100 MB can be downloaded"):
        check_size(huge)
    check_size({"0": np.zeros(3)})
