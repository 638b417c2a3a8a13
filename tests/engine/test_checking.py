"""The dataset check: counts, duplicates across splits, files that are no pictures, and which way pictures lie."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput
from engine.images import shrink
from engine.preparing.checking import check_folder, grey_9x8, hashes, near_pairs
from engine.preparing.orientation import WAYS, check_orientation, orientation, turned
from engine.preparing.plan import class_folder
from engine.preparing.png import png_bytes
from engine.preparing.zip_stream import zip_bytes, zip_pieces
from engine.sources.photographs import load_photograph
from engine.transpose_bug import chapter_transposed


def written(folder, pictures):
    for path, picture in pictures.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(picture if isinstance(picture, bytes) else png_bytes(picture))
    return folder


def crop(top, left, side=64):
    return np.ascontiguousarray(load_photograph("Cat")[top : top + side, left : left + side])


def test_counts_sizes_balance_and_unreadable(tmp_path):
    pictures = {f"train_dir/a/{n}.png": crop(20 * n, 0) for n in range(4)}
    pictures |= {"train_dir/b/0.png": crop(0, 200, 32), "validation_dir/b/0.png": crop(100, 200, 32)}
    check = check_folder(str(written(tmp_path, pictures | {"train_dir/b/1.png": b"no picture"})))
    assert check.counts == {"train_dir": {"a": 4, "b": 1}, "validation_dir": {"b": 1}}
    assert check.sizes == {"64×64": 4, "32×32": 2}
    assert check.unreadable == ["train_dir/b/1.png"]
    assert check.balance == pytest.approx(0.25)
    assert (check.exact_count, check.near_count) == (0, 0)


def test_duplicates_count_across_splits_only(tmp_path):
    again = np.asarray(Image.fromarray(crop(0, 0)).resize((60, 60))).copy()
    pictures = {
        "train_dir/a/0.png": crop(0, 0),
        "train_dir/a/1.png": crop(0, 0),
        "validation_dir/a/0.png": crop(0, 0),
        "validation_dir/b/0.png": again,
        "validation_dir/b/1.png": crop(120, 200),
    }
    check = check_folder(str(written(tmp_path, pictures)))
    left, right = "train_dir/a/", "validation_dir/"
    assert sorted(check.exact) == [(f"{left}{n}.png", f"{right}a/0.png") for n in range(2)]
    assert sorted(check.near) == [(f"{left}{n}.png", f"{right}b/0.png") for n in range(2)]


def test_many_copies_are_counted_and_not_held(tmp_path):
    plain = png_bytes(np.full((1, 1, 3), 7, np.uint8))
    counts = {"train_dir": 700, "validation_dir": 200, "test_dir": 100}
    written(tmp_path, {f"{split}/a/{n:03}.png": plain for split, count in counts.items() for n in range(count)})
    tracemalloc.start()
    check = check_folder(str(tmp_path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert check.exact_count == 700 * 200 + 700 * 100 + 200 * 100
    assert len(check.exact) == len(set(check.exact)) == 40
    assert peak < 4e6


def test_near_copies_are_counted_beyond_those_that_are_listed(tmp_path):
    small, copies = crop(0, 0, 16), 60
    almost = [np.clip(small + np.uint8(n), 0, 255) for n in (0, 1)]
    pictures = {f"train_dir/a/{n}.png": almost[0] for n in range(copies)}
    check = check_folder(str(written(tmp_path, pictures | {"test_dir/a/0.png": almost[1]})))
    assert (check.exact_count, check.near_count, len(check.near)) == (0, copies, 40)


def test_a_hash_has_a_bit_for_each_rise_to_the_right():
    grey = np.tile(np.array([0, 1, 0, 1, 0, 1, 0, 1, 0], np.uint8), (8, 1))
    assert hashes(grey[np.newaxis])[0] == np.uint64(0b10101010 * 0x0101010101010101)


def test_near_pairs_are_those_of_a_search_through_all():
    rng = np.random.default_rng(0)
    base = rng.integers(0, 256, (30, 8, 9))
    small = np.concatenate([base, np.clip(base + rng.integers(-2, 3, base.shape), 0, 255)]).astype(np.uint8)
    marks = hashes(small)
    every = {
        (a, b)
        for a in range(60)
        for b in range(a + 1, 60)
        if (int(marks[a]) ^ int(marks[b])).bit_count() <= 3 and np.abs(small[a].astype(float) - small[b]).mean() <= 4
    }
    assert set(near_pairs(small)) == every
    assert len(every) > 10


def test_plain_pictures_are_not_near_one_another():
    plain = np.full((2, 8, 9), 40, np.uint8)
    plain[1] += 1
    assert list(near_pairs(plain)) == []


def test_grey_is_small():
    assert grey_9x8(crop(0, 0)).shape == (8, 9)


def test_a_folder_without_pictures_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="has no prepared pictures any more"):
        check_folder(str(tmp_path))


@pytest.mark.parametrize("way", WAYS)
def test_each_of_the_eight_ways_is_recognised(way):
    picture = crop(0, 0, 8)
    assert orientation(np.ascontiguousarray(turned(picture, way)), picture) == way


def test_the_chapters_transpose_is_the_transposed_way():
    picture = crop(0, 0, 32)
    planes = picture.transpose(2, 0, 1)
    assert np.array_equal(planes.transpose(), chapter_transposed(picture[np.newaxis])[0])
    assert orientation(planes.transpose(), picture) == "mirrored and turned (transposed)"


def test_missing_files_are_counted_as_missing(tmp_path):
    assert check_orientation(str(tmp_path), "chapter") == {"missing": 200}


@pytest.mark.parametrize("shape", [(1, 1), (32, 32), (7, 300), (300, 7)])
def test_png_files_keep_every_pixel(shape, tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    (tmp_path / "a.png").write_bytes(png_bytes(picture))
    with Image.open(tmp_path / "a.png") as opened:
        assert opened.mode == "RGB"
        assert np.array_equal(np.asarray(opened), picture)


def test_the_zip_comes_in_pieces_no_larger_than_a_file(tmp_path):
    sizes = [10, 200_000, 3_000]
    for number, size in enumerate(sizes):
        (tmp_path / f"Größe {number}.png").write_bytes(bytes(size))
    pieces = list(zip_pieces(tmp_path))
    assert max(map(len, pieces)) < max(sizes) + 1_000
    assert sum(map(len, pieces)) < sum(sizes) + 1_000
    assert sum(map(len, pieces)) == zip_bytes(tmp_path)


@pytest.mark.parametrize(("name", "folder"), [("a/b", "a_b"), ("../up", "___up"), ("", "_"), ("Größe 1", "Größe 1")])
def test_names_become_folders_of_any_system(name, folder):
    assert class_folder(name) == folder


def test_shrunk_pictures_are_near(tmp_path):
    pictures = {"train_dir/a/0.png": crop(0, 0), "validation_dir/a/0.png": shrink(crop(0, 0), 48)}
    assert check_folder(str(written(tmp_path, pictures))).near_count == 1
