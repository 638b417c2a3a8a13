"""`python -m engine`, as a user and a script call it."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.__main__ import main
from engine.events import Completed, Snapshot
from engine.rules import rules_of
from engine.settings import EXPERIMENTS
from tests.engine.mnist_files import IDX_FILES, small_arrays, write_idx

ROOT = Path(__file__).parents[2]
QUICK = [
    *("--set", "steps=4", "--set", "eval_every=2", "--set", "eval_size=20", "--set", "batch_size=10"),
    *("--set", "conv1_features=2", "--set", "conv2_features=2", "--set", "dense_size=4"),
]


def encoded(image, kind):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_json_is_one_object_an_event_and_nothing_else():
    done = command("run", "mnist", "--json", *QUICK)
    assert done.returncode == 0
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert records[-1]["event"] == "completed"
    assert 0 <= records[-1]["result"]["test_accuracy"] <= 1
    progress = [record for record in records if record["event"] == "progress"]
    assert progress[-1]["step"] == progress[-1]["total"] == 4
    assert {"train_loss", "train_accuracy", "test_accuracy", "examples_per_second"} <= set(progress[-1]["metrics"])
    elapsed = [record["elapsed_s"] for record in records]
    assert elapsed == sorted(elapsed)


def test_out_writes_settings_events_and_result(tmp_path, capsys):
    assert main(["run", "mnist", "--out", str(tmp_path / "run.json"), *QUICK]) == 0
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["settings"]["steps"] == 4
    assert record["events"][-1]["event"] == "completed"
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert "4 of 4" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["b.png", "b.webp"])
def test_out_writes_the_dream_itself_and_not_the_last_frame_of_its_zoom(name, tmp_path, monkeypatch):
    red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    events = [Snapshot(1, encoded(red, "PNG"), "dream"), Snapshot(2, encoded(blue, "JPEG"), "zoom"), Completed({})]
    monkeypatch.setattr("engine.__main__._timed", lambda *_: ((event, 0.0) for event in events))
    assert main(["run", "deep_dream", "--out", str(tmp_path / name)]) == 0
    with Image.open(tmp_path / name) as written:
        assert written.format == name[2:].upper()
        assert written.convert("RGB").getpixel((4, 4))[0] > 240


def test_data_is_looked_for_where_it_is_said_to_be(tmp_path, capsys):
    write_idx(tmp_path / "mnist", small_arrays())
    assert main(["run", "mnist", "--json", "--data", str(tmp_path), *QUICK]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["result"]
    assert (result["train_images"], result["test_images"], result["real_data"]) == (60, 20, True)


def test_list_names_every_setting_with_its_bounds(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for name, cls in EXPERIMENTS.items():
        assert f"{name}: " in out
        assert all(field in out for field in rules_of(cls))


def test_sources_tells_what_is_here_and_what_would_be_real(capsys):
    assert main(["sources"]) == 0
    out = capsys.readouterr().out
    assert "here: 5,000 of the real digits" in out
    assert "python -m engine download mnist" in out


BAD = {
    "out of bounds": (["run", "mnist", "--set", "learning_rate=-1"], "learning_rate is -1, but must be a number from"),
    "unknown setting": (["run", "mnist", "--set", "lerning_rate=1"], "'lerning_rate' is not a setting"),
    "not a number": (["run", "mnist", "--set", "steps=many"], "steps is 'many', but must be a whole number"),
    "no value": (["run", "mnist", "--set", "steps"], "--set steps must be written as field=value"),
    "unknown experiment": (["run", "minst"], "'minst' is not an experiment; the experiments are mnist"),
    "unknown source": (["download", "minst"], "'minst' is not a source; the sources are mnist"),
    "no picture wanted": (["run", "mnist", "--image", "cat.png"], "mnist takes no --image"),
    "no such data": (["run", "mnist", "--data", "/nowhere"], "--data is '/nowhere', but must be an existing folder"),
    "no such place": (["run", "mnist", "--out", "/nowhere/run.json"], "--out is '/nowhere/run.json'"),
    "no pictures": (["run", "mnist", "--out", "o.png"], "--out is 'o.png', but must end in .json for mnist."),
    "no such kind": (
        ["run", "deep_dream", "--out", "o.txt"],
        "must end in .json or .png or .jpg or .jpeg or .webp for",
    ),
    "a number of 401 digits": (["run", "mnist", "--set", "steps=1" + "0" * 400], "0, but must be a whole number from"),
    "nobody's picture": (
        ["run", "style_transfer", "--image", "~nosuchuser/x.png"],
        "image is '~nosuchuser/x.png', but",
    ),
    "nobody's folder": (
        ["run", "fine_tuning", "--set", "folder=~nosuchuser/x"],
        "folder is '~nosuchuser/x', but there",
    ),
    "nobody's place": (["run", "prepare", "--out", "~nosuchuser/x"], "folder is '~nosuchuser/x', but there is no home"),
    "nobody's ZIP": (["run", "prepare", "--set", "archive=~nosuchuser/x.zip"], "archive is '~nosuchuser/x.zip', but"),
    "nobody's data": (["run", "mnist", "--data", "~nosuchuser/x"], "--data is '~nosuchuser/x', but there is no home"),
    "unknown command": (["fly"], "invalid choice: 'fly'"),
    "no command": ([], "the following arguments are required: command"),
}


def outcome(arguments):
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_status_2(name, capsys):
    arguments, sentence = BAD[name]
    assert outcome(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_a_data_folder_that_does_not_exist_or_holds_rubbish(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CNN_LAB_DATA", "/nowhere")
    assert main(["run", "mnist", *QUICK]) == 2
    assert "CNN_LAB_DATA is '/nowhere', but must be an existing folder." in capsys.readouterr().err
    (tmp_path / "notes.txt").write_text("rubbish")
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    for arguments in (["run", "mnist", *QUICK], ["sources"]):
        assert main(arguments) == 2
        assert "holds none of the files looked for" in capsys.readouterr().err


def test_a_truncated_file_is_one_sentence(tmp_path, capsys):
    write_idx(tmp_path, small_arrays())
    whole = (tmp_path / IDX_FILES[0]).read_bytes()
    (tmp_path / IDX_FILES[0]).write_bytes(whole[: len(whole) // 2])
    assert main(["run", "mnist", "--data", str(tmp_path), *QUICK]) == 2
    err = capsys.readouterr().err
    assert "train-images-idx3-ubyte.gz is not a whole gzip file" in err
    assert err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_crash():
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "run", "mnist", "--json", "--set", "steps=20000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


def test_an_interrupt_ends_it_with_a_word():
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "run", "mnist", "--json", "--set", "steps=20000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("python -m engine: stopped.\n")
