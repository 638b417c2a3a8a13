"""The losses against an independent implementation in NumPy and SciPy, and against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.signal import correlate2d

from engine import style_pictures
from engine.experiments import painting
from engine.experiments.painting import Targets, gram_matrix, masked_grams, painter, variations
from engine.experiments.style_targets import build_targets
from engine.experiments.style_transfer import Painting
from engine.models.vgg import build_features
from engine.style_pictures import prepare
from engine.style_settings import StyleSettings
from engine.vgg_layers import layers
from tests.engine.test_style_pictures import png
from tests.engine.tiny_vgg import MEAN, tiny_vgg

CONTENT, STYLE = "relu2_2 relu3_1:0.5", "relu1_1 relu2_1:3 relu3_3"
VGG = tiny_vgg()
RNG = np.random.default_rng(5)
PHOTO = RNG.integers(0, 256, (22, 18, 3)).astype(np.uint8)
PAINT = RNG.integers(0, 256, (18, 18, 3)).astype(np.uint8)
IMAGE = RNG.uniform(0, 255, (22, 18, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def every_size(monkeypatch):
    """Odd sizes are seen as they are, so that what pooling does with them is compared too."""
    monkeypatch.setattr(style_pictures, "grid_of", lambda side: 1)


def features(image, wanted, pooling, padding):
    """VGG-16 up to block 3 in float64, without TensorFlow."""
    maps, found = image.astype(np.float64) - MEAN, {}
    for name in [n for n in layers("vgg16") if n[4] in "123"]:
        if name.startswith("conv"):
            kernel, bias = VGG.convolutions[name]
            framed = np.pad(maps, [(1, 1), (1, 1), (0, 0)], "edge" if padding == "edge" else "constant")
            planes = [
                sum(correlate2d(framed[..., i], kernel[..., i, o], "valid") for i in range(maps.shape[2])) + bias[o]
                for o in range(kernel.shape[3])
            ]
            maps = np.stack(planes, axis=2)
        elif name.startswith("relu"):
            maps = np.maximum(maps, 0)
        else:
            maps = pooled(maps, pooling)
        if name in wanted:
            found[name] = maps
    return found


def pooled(maps, pooling):
    """2×2; a single row or column at the end is pooled alone."""
    rows = [maps[i : i + 2] for i in range(0, len(maps), 2)]
    blocks = [[row[:, j : j + 2] for j in range(0, maps.shape[1], 2)] for row in rows]
    reduce = np.max if pooling == "max" else np.mean
    return np.array([[reduce(block, axis=(0, 1)) for block in row] for row in blocks])


def gram(maps):
    flat = maps.reshape(-1, maps.shape[2])
    return flat.T @ flat / len(flat)


def losses_in_numpy(settings):
    """The three losses as the settings' docstring and the chapter say them."""
    content_w = {"relu2_2": 1 / 1.5, "relu3_1": 0.5 / 1.5}
    style_w = {"relu1_1": 1 / 5, "relu2_1": 3 / 5, "relu3_3": 1 / 5}
    names = {*content_w, *style_w}
    now, photo, paint = (features(image, names, settings.pooling, settings.padding) for image in (IMAGE, PHOTO, PAINT))
    chapter = settings.loss == "chapter"
    content = style = 0.0
    for name, weight in content_w.items():
        difference = np.sum((now[name] - photo[name]) ** 2)
        content += weight * difference / (photo[name].size if chapter else np.sum(photo[name] ** 2))
    for name, weight in style_w.items():
        a, b = gram(now[name]), gram(paint[name])
        if chapter:
            channels = len(a)
            style += weight * np.sum((a / channels - b / channels) ** 2) / a.size
        else:
            style += weight * np.sum((a - b) ** 2) / np.sum(b**2)
    x = IMAGE.astype(np.float64)
    variation = np.mean((x[1:] - x[:-1]) ** 2) + np.mean((x[:, 1:] - x[:, :-1]) ** 2)
    return settings.content_weight * content, settings.style_weight * style, settings.total_variation_weight * variation


def prepared(**changes):
    settings = StyleSettings(
        image=png(PHOTO),
        style=png(PAINT),
        content_layers=CONTENT,
        style_layers=STYLE,
        max_size=64,
        style_scale=18 / 22,
        **changes,
    )
    work = Painting(settings, prepare(settings), VGG, "float32")
    return settings, work, build_targets(work, PHOTO.shape[:2])


@pytest.mark.parametrize("padding", ["edge", "zeros"])
@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("loss", ["normalised", "chapter"])
def test_losses_against_numpy(loss, pooling, padding):
    settings, work, targets = prepared(
        loss=loss, pooling=pooling, padding=padding, total_variation_weight=0.3, content_weight=7.0
    )
    _, *parts = work.painter.gradient(tf.constant(IMAGE), *targets.tensors)
    np.testing.assert_allclose([float(part) for part in parts], losses_in_numpy(settings), rtol=2e-4)


@pytest.mark.parametrize("padding", ["edge", "zeros"])
@pytest.mark.parametrize("loss", ["normalised", "chapter"])
def test_gradient_against_finite_differences(loss, padding):
    style_weight = 0.01 if loss == "chapter" else 1.0
    _, work, targets = prepared(loss=loss, padding=padding, style_weight=style_weight, total_variation_weight=1e-3)

    def total(image):
        return sum(float(part) for part in work.painter.gradient(tf.constant(image), *targets.tensors)[1:])

    slope = work.painter.gradient(tf.constant(IMAGE), *targets.tensors)[0].numpy()
    for seed in range(3):
        direction = np.random.default_rng(seed).normal(size=IMAGE.shape).astype(np.float32)
        step = np.float32(0.02)
        measured = (total(IMAGE + step * direction) - total(IMAGE - step * direction)) / (2 * step)
        assert measured == pytest.approx(float(np.sum(slope * direction)), rel=0.03)


def test_two_steps_of_adam_are_those_of_the_paper():
    """Algorithm 1 of Kingma and Ba, 2014, in float64."""
    _, work, targets = prepared()
    image, mean, square = tf.constant(IMAGE), tf.zeros_like(IMAGE), tf.zeros_like(IMAGE)
    beta1, beta2, rate = 0.6, 0.8, 0.5
    wanted, m, v = IMAGE.astype(np.float64), 0.0, 0.0
    for count in (1, 2):
        slope = work.painter.gradient(image, *targets.tensors)[0].numpy().astype(np.float64)
        m, v = beta1 * m + (1 - beta1) * slope, beta2 * v + (1 - beta2) * slope**2
        wanted -= rate * (m / (1 - beta1**count)) / (np.sqrt(v / (1 - beta2**count)) + 1e-8)
        numbers = [tf.constant(number, tf.float32) for number in (count, rate, (beta1, beta2), (-1e9, 1e9))]
        image, mean, square, *_ = work.painter.adam(image, mean, square, *numbers, *targets.tensors)
        np.testing.assert_allclose(image, wanted, atol=4e-3)


def test_a_gram_matrix_by_hand():
    maps = tf.constant([[[1.0, 2.0], [3.0, 0.0]]])
    np.testing.assert_allclose(gram_matrix(maps)[0], [[5, 1], [1, 2]])
    masks = tf.constant([[[1.0, 0.0]], [[1.0, 3.0]]])
    np.testing.assert_allclose(masked_grams(maps, masks), [[[1, 2], [2, 4]], [[7, 0.5], [0.5, 1]]])


def test_a_gram_matrix_in_bfloat16_is_that_in_float32_but_for_rounding(monkeypatch):
    monkeypatch.setattr(painting, "BLOCK", 50)
    maps = tf.cast(tf.nn.relu(tf.random.stateless_normal([23, 31, 6], (1, 2))), tf.bfloat16)
    weights = tf.random.stateless_normal([1, 6, 6], (3, 4))
    results = []
    for dtype in (tf.float32, tf.bfloat16):
        as_dtype = tf.cast(maps, dtype)
        with tf.GradientTape() as tape:
            tape.watch(as_dtype)
            found = gram_matrix(as_dtype)
            total = tf.reduce_sum(weights * found)
        results.append((found.numpy(), tf.cast(tape.gradient(total, as_dtype), tf.float32).numpy()))
    (exact, exact_slope), (rounded, rounded_slope) = results
    flat = tf.cast(tf.reshape(maps, [-1, 6]), tf.float32).numpy()
    np.testing.assert_allclose(exact[0], flat.T @ flat / len(flat), rtol=1e-5)
    np.testing.assert_allclose(rounded, exact, atol=4e-3 * np.abs(exact).max())
    np.testing.assert_allclose(rounded_slope, exact_slope, atol=2e-2 * np.abs(exact_slope).max())


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_the_gradient_of_masked_gram_matrices_is_that_of_their_formula(dtype):
    maps = tf.cast(tf.random.stateless_normal([7, 9, 5], (1, 2)), dtype)
    masks = tf.random.stateless_uniform([3, 7, 9], (3, 4))
    weights = tf.random.stateless_normal([3, 5, 5], (5, 6))

    def formula(maps, masks):
        shares = masks / tf.reduce_sum(masks, axis=[1, 2], keepdims=True)
        floats = tf.cast(maps, tf.float32)
        return tf.einsum("ryx,yxa,yxb->rab", shares, floats, floats)

    found = []
    for function in (formula, tf.function(masked_grams, autograph=False)):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            grams = function(maps, masks)
            total = tf.reduce_sum(weights * grams)
        slope = tape.gradient(total, maps)
        assert slope.dtype == dtype
        found.append((grams, tf.cast(slope, tf.float32)))
    for wanted, computed in zip(*found, strict=True):
        np.testing.assert_allclose(computed, wanted, rtol=1e-2 if dtype == tf.bfloat16 else 1e-4, atol=1e-6)


def test_total_variation_by_hand():
    image = tf.constant([[[0.0], [2.0]], [[4.0], [2.0]], [[4.0], [5.0]]])
    # Down: 4, 0, 0, 3; right: 2, −2, 1.
    np.testing.assert_allclose(variations(image), [25 / 4, 9 / 3])


def test_swapped_denominators_change_the_two_terms_only():
    _, _, right = prepared(total_variation_weight=1.0)
    _, _, wrong = prepared(total_variation_weight=1.0, mistake="swapped denominators")
    down, across = 21 * 18, 22 * 17
    np.testing.assert_allclose(right.variation, [1, 1])
    np.testing.assert_allclose(wrong.variation, [down / across, across / down])


def test_a_target_matched_has_no_loss():
    settings = StyleSettings(
        image=png(PHOTO), style=png(PHOTO), content_layers=CONTENT, style_layers=STYLE, max_size=64
    )
    work = Painting(settings, prepare(settings), VGG, "float32")
    targets = build_targets(work, PHOTO.shape[:2])
    _, content, style, _ = work.painter.gradient(tf.constant(PHOTO.astype(np.float32)), *targets.tensors)
    assert float(content) < 1e-9
    assert float(style) < 1e-9


def test_a_blend_is_between_its_styles_and_a_mask_keeps_them_apart():
    other = png(255 - PAINT)
    _, _, first = prepared()
    _, _, second = prepared(style_2=other, blend_1=0.0)
    _, _, both = prepared(style_2=other, blend_1=1.0, blend_2=0.5)
    for a, b, mixed in zip(first.grams, second.grams, both.grams, strict=True):
        np.testing.assert_allclose(mixed, (a + 0.5 * b) / 1.5, rtol=1e-3)
    halves = np.zeros((22, 18, 3), np.uint8)
    halves[:, 9:] = 255
    _, _, apart = prepared(style_2=other, mask=png(halves))
    assert [grams.shape[0] for grams in apart.grams] == [2, 2, 2]
    np.testing.assert_allclose(apart.grams[0][0], first.grams[0][0], rtol=1e-4)
    assert apart.masks[1].shape == (2, 11, 9)
    np.testing.assert_allclose(tf.reduce_sum(apart.masks[0], axis=0), np.ones((22, 18)), atol=1e-5)


def test_a_plain_picture_looks_the_same_up_to_its_edge_but_for_zeros_beyond_it():
    plain = tf.fill([20, 20, 3], 250.0)
    edge, zeros = (build_features(VGG, ["relu3_3"], padding=padding)(plain)["relu3_3"] for padding in ("edge", "zeros"))
    np.testing.assert_allclose(edge, np.broadcast_to(edge[2, 2], edge.shape), rtol=1e-4, atol=1e-4)
    assert np.abs(zeros - edge[2, 2]).max() > 0.01 * np.abs(edge).max()


def test_layers_beyond_the_last_wanted_are_not_computed():
    found = build_features(VGG, ["relu1_2"])(tf.constant(IMAGE))
    assert {name: tuple(maps.shape) for name, maps in found.items()} == {"relu1_2": (22, 18, 2)}


def test_graphs_are_made_once_for_all_sizes_and_kept():
    arguments = (VGG, ("relu2_2",), ("relu1_1",), "max", "edge", "float32", False)
    first = painter(*arguments)
    assert painter(*arguments) is first
    for side in (20, 33, 47):
        image = tf.random.stateless_uniform([side, side, 3], (1, side), 0, 255)
        targets = Targets(
            first.content_of(image), tf.ones([1]), first.grams_of(image), [tf.ones([1])], [], tf.ones([2])
        )
        first.gradient(image, *targets.tensors)
    assert first.gradient.experimental_get_tracing_count() == 1
    assert painting.painter.cache_info().maxsize == 4
