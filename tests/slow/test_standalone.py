"""The program of a run on the whole of MNIST, which it finds in Keras's cache."""

import numpy as np

from engine.experiments import start
from engine.settings import MnistSettings
from engine.standalone import program
from tests.engine.mnist_files import small_arrays, write_npz
from tests.engine.test_standalone import assert_same_history, rows_of, run_alone, values


def test_the_program_finds_mnist_in_keras_s_cache(tmp_path, monkeypatch):
    write_npz(tmp_path / "datasets", small_arrays(train=300, test=120))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    settings = MnistSettings(steps=25, batch_size=40, eval_size=50, conv1_features=3, conv2_features=3, dense_size=8)
    (tmp_path / "run.py").write_text(program("mnist", values(settings, whole_mnist=True)))
    events = list(start(settings))
    assert events[-1].result["train_images"] == 300
    text, _ = run_alone(tmp_path)
    assert_same_history(rows_of(text), events)
    assert np.isfinite(events[-1].result["train_loss"])
