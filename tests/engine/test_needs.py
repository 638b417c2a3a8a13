"""What runs need of the memory, what would fit, and what is free in a container."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from engine import memory
from engine.__main__ import main
from engine.dream_settings import ChannelSettings, DeepDreamSettings
from engine.errors import InvalidSettings
from engine.needs import SMALLER, check_fits, fit, needed_bytes
from engine.settings import EXPERIMENTS, CifarSettings, DownloadSettings, FineTuningSettings, MnistSettings
from engine.style_settings import StyleSettings

MB = 1e6
CIFAR10 = (5_000,) * 10

LARGE = [
    MnistSettings(batch_size=1_000, conv1_features=128, conv2_features=256),
    CifarSettings(batch_size=1_000, width=128, precision="float32"),
    FineTuningSettings(per_class=5_000),
    StyleSettings(max_size=2_048),
    DeepDreamSettings(tile_size=768, max_size=1_536, precision="float32", objective="layer", layer="block15"),
]


def picture(width, height):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_defaults_fit_a_small_cloud_machine_beside_tensorflow(name):
    assert 50 * MB < needed_bytes(EXPERIMENTS[name](), CIFAR10) < 1_500 * MB


@pytest.mark.parametrize("large", LARGE, ids=lambda settings: type(settings).__name__)
def test_what_would_fit_is_the_largest_that_does(large, monkeypatch):
    monkeypatch.setattr("engine.needs.class_sizes", lambda _folder, _data: CIFAR10)
    free = 0.7 * needed_bytes(large, CIFAR10)
    found = fit(large, free)
    name, value = found.fits
    assert name == SMALLER[type(large)][0]
    with pytest.raises(InvalidSettings, match=rf"^{name} is .*, for which .* GB of memory are needed and .* at most"):
        check_fits(large, free)
    check_fits(replace(large, **{name: value}), free)
    # Two digits of it are told, so a tenth more may be too much but never less is.
    assert needed_bytes(replace(large, **{name: int(1.12 * value) + 1}), CIFAR10) > free


def test_where_nothing_smaller_would_help_that_is_said():
    with pytest.raises(InvalidSettings, match=r"0\.0 GB are free; nothing smaller would fit"):
        check_fits(MnistSettings(), 1 * MB)


def test_more_of_anything_needs_more():
    def mb(settings):
        return needed_bytes(settings, CIFAR10) / MB

    assert mb(MnistSettings(batch_size=1_000)) > mb(MnistSettings())
    assert mb(CifarSettings(precision="float32")) > mb(CifarSettings(precision="bfloat16"))
    assert mb(FineTuningSettings(flip=False)) < mb(FineTuningSettings()) < mb(FineTuningSettings(blocks=15))
    wide, high = picture(1_600, 200), picture(1_600, 1_600)
    assert mb(DeepDreamSettings(image=wide)) < mb(DeepDreamSettings(image=high))
    deep = DeepDreamSettings(image=high, objective="layer", layer="block12")
    assert mb(DeepDreamSettings(image=high, layer="block1_expand")) < mb(deep)
    assert mb(ChannelSettings("efficientnet_lite0", "block9_expand", (1,))) > 100
    assert mb(DownloadSettings("mnist")) == 0


@pytest.mark.parametrize(
    ("changes", "peak"),
    [
        ({}, 301),
        ({"style_2": (1_536, 1_024), "style_3": (1_024, 1_024)}, 367),
        ({"style_2": (1_536, 1_024), "style_3": (1_024, 1_024), "style_scale": 2.0}, 779),
        ({"mask": (1_536, 1_024)}, 374),
        ({"style_2": (1_536, 1_024), "style_3": (1_024, 1_024), "mask": (1_536, 1_024)}, 444),
        ({"optimizer": "lbfgs"}, 471),
    ],
    ids=["one style", "three styles", "three styles twice as large", "a mask", "three styles and a mask", "L-BFGS"],
)
def test_what_was_measured_of_style_transfer_is_told(changes, peak):
    """peak: in MB, as `tests.benchmarks.memory` measured it."""
    values = {name: picture(*value) if isinstance(value, tuple) else value for name, value in changes.items()}
    settings = StyleSettings(image=picture(1_536, 1_024), style=picture(1_536, 1_024), precision="bfloat16", **values)
    assert peak < needed_bytes(settings) / MB < 1.5 * peak


def test_pictures_that_are_not_there_are_not_counted(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "train_dir" / name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "train_dir" / name / f"{number}.png").write_bytes(b"")
    settings = FineTuningSettings(folder=str(tmp_path), per_class=5_000, test_images=10)
    assert fit(settings, 1e12).needed < 1_000 * MB < needed_bytes(settings, CIFAR10)


def test_pictures_of_a_folder_count_in_the_size_that_they_are_kept_in(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "train_dir" / name).mkdir(parents=True)
        for number in range(100):
            (tmp_path / "train_dir" / name / f"{number}.png").write_bytes(picture(300, 200))
    settings = FineTuningSettings(folder=str(tmp_path), per_class=100, test_images=10, blocks=1, size=224)

    def mb(**changes):
        return fit(replace(settings, **changes), 1e12).needed / MB

    # Two hundred, twice more where they are mirrored, and 110 to look at, of 150 kB each.
    assert mb() > 380 + (3 * 200 + 110) * 0.1505
    assert mb() - mb(flip=False) > 2 * 200 * 0.1505
    assert mb(size=112) < mb() - 0.7 * (3 * 200 + 110) * 0.1505
    # From scratch they are read at 32 pixels.
    assert mb(method="scratch") < 380
    large = mb()
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(picture(32, 32))
    assert large - mb() == pytest.approx((3 * 200 + 110) * 3 * (224**2 - 32**2) / MB)


def test_the_command_line_refuses_with_status_2(monkeypatch, capsys):
    monkeypatch.setattr("engine.__main__.free_bytes", lambda: 800 * MB)
    assert main(["run", "cifar", "--set", "batch_size=1000", "--set", "precision=float32"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "batch_size is 1,000, for which" in told
    assert "0.4 GB are free" in told


@pytest.mark.parametrize(
    ("own", "folder", "names"),
    [("0::/lab/app\n", "lab/app", memory.V2), ("5:memory:/lab\n4:cpu:/\n", "memory/lab", memory.V1)],
    ids=["version 2", "version 1"],
)
def test_a_limit_of_the_container_counts_and_files_that_were_read_do_not(own, folder, names, tmp_path, monkeypatch):
    (tmp_path / "self").write_text(own)
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    monkeypatch.setattr(memory, "SELF", tmp_path / "self")
    alone = memory.free_bytes()
    group = tmp_path / folder
    group.mkdir(parents=True)
    limit, used, active, inactive, mapped = names
    (group / limit).write_text("100000000\n")
    (group / used).write_text("90000000\n")
    (group / "memory.stat").write_text(f"anon 5\n{active} 45000000\n{inactive} 40000000\n{mapped} 25000000\n")
    assert alone > 70_000_000
    assert memory.free_bytes() == 70_000_000
    # The group around it has less left.
    (group.parent / "memory.stat").write_text("anon 5\n")
    (group.parent / limit).write_text("100000000\n")
    (group.parent / used).write_text("99000000\n")
    assert memory.free_bytes() == 1_000_000
    (group.parent / limit).write_text("max\n")
    assert memory.free_bytes() == 70_000_000
