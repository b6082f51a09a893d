import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.written_layers import written_changes
from vizcore.imaging.geometry import warp
from vizcore.nets.augmentation import (
    DRAWS,
    Augmentation,
    augment,
    augmenter,
    source_maps,
)

ROWS = np.float32([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
EVERYTHING = Augmentation(shift=0.2, rotate=25, zoom=0.15, flip=True)

# Three soft dots on a black field: where they end up tells every change apart.
DOTS = np.array([[20.0, 20], [44, 20], [20, 44]])


def dots(side=65):
    y, x = np.mgrid[:side, :side][..., np.newaxis]
    return np.exp(-((x - DOTS[:, 0]) ** 2 + (y - DOTS[:, 1]) ** 2) / 8)[np.newaxis]


def found(pictures):
    """Measure each picture of three dots: shift, degrees, zoom (as a window's size), mirrored."""
    y, x = np.mgrid[: pictures.shape[1], : pictures.shape[2]]
    mass = pictures.sum(axis=(1, 2))
    centres = np.stack(
        [(pictures * along[..., np.newaxis]).sum(axis=(1, 2)) / mass for along in (x, y)], axis=2
    )
    right, down = centres[:, 1] - centres[:, 0], centres[:, 2] - centres[:, 0]
    area = right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]
    window = 24 / np.sqrt(np.abs(area))
    degrees = np.degrees(np.arctan2(-down[:, 0], down[:, 1]))
    return centres, degrees, window, area < 0


def batch(count):
    return np.repeat(dots(), count, axis=0).astype(np.float32)


def with_numpy(settings, count):
    return augment(batch(count), settings, seed=5)


def with_tensors(settings, count):
    return np.asarray(augmenter(settings)(batch(count), np.array([5, 6])))


def layers_of_the_script(settings):
    """Keras's own layers, as the script that one downloads names them."""
    from keras import layers

    space = {"layers": layers}
    exec("\n".join(written_changes(settings, seed=5)), space)
    return space["changes"]


def with_the_script(settings, count):
    pictures = batch(count)
    for layer in layers_of_the_script(settings):
        pictures = layer(pictures, training=True)
    return np.asarray(pictures)


tensorflow = pytest.mark.xdist_group("tensorflow")
ENGINES = pytest.mark.parametrize(
    "engine",
    [
        with_numpy,
        pytest.param(with_tensors, marks=tensorflow),
        pytest.param(with_the_script, marks=tensorflow),
    ],
)


def fills(values, least, most):
    """Whether values lie in a range and reach nearly to its ends."""
    slack = 0.02 * (most - least)
    assert least - slack <= values.min() and values.max() <= most + slack
    assert values.min() < least + 10 * slack and values.max() > most - 10 * slack


@ENGINES
def test_every_engine_keeps_to_the_ranges_and_uses_them(engine):
    centres, degrees, window, mirrored = found(engine(Augmentation(shift=0.1), 80))
    for axis in (0, 1):
        fills(centres[:, 0, axis] - DOTS[0, axis], -6.5, 6.5)
    assert not mirrored.any() and window == pytest.approx(1, abs=0.02)
    assert np.abs(degrees).max() < 1
    assert np.corrcoef(centres[:, 0].T)[0, 1] == pytest.approx(0, abs=0.35)

    fills(found(engine(Augmentation(rotate=20), 80))[1], -20, 20)
    centres, degrees, window, _ = found(engine(Augmentation(zoom=0.2), 80))
    fills(window, 0.8, 1.2)
    assert np.abs(degrees).max() < 1

    centres, _, window, mirrored = found(engine(Augmentation(flip=True), 80))
    assert 20 < mirrored.sum() < 60 and window == pytest.approx(1, abs=0.01)
    assert centres[mirrored, 0] == pytest.approx(np.tile([44, 20], (mirrored.sum(), 1)), abs=0.01)
    assert centres[~mirrored, 0] == pytest.approx(np.tile(DOTS[0], ((~mirrored).sum(), 1)))


@tensorflow
def test_the_preview_is_what_training_sees():
    import tensorflow as tf

    x = np.random.default_rng(0).random((9, 12, 10, 3)).astype(np.float32)
    draws = np.asarray(tf.random.stateless_uniform((9, DRAWS), [3, 4]))
    maps = source_maps(draws.astype(float), (12, 10), EVERYTHING)
    expected = np.stack(
        [warp(picture, m.reshape(2, 3)) for picture, m in zip(x, maps, strict=True)]
    )
    # OpenCV rounds places to 1/32 of a pixel.
    assert np.abs(np.asarray(augmenter(EVERYTHING)(x, [3, 4])) - expected).max() < 0.08


@tensorflow
def test_in_a_pipeline_the_seed_decides():
    import tensorflow as tf

    change = augmenter(EVERYTHING)
    x = np.random.default_rng(0).random((4, 9, 9, 1)).astype(np.float32)
    batches = tf.data.Dataset.from_tensors(x).repeat(3).enumerate()
    batches = batches.map(lambda number, v: change(v, tf.stack([7, tf.cast(number, "int32")])))
    first, second = ([np.asarray(changed) for changed in batches] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])


def drawn(shift=(0.5, 0.5), rotate=0.5, zoom=0.5, flip=1.0):
    return np.array([[*shift, rotate, zoom, flip]])


def moved(settings, draws, picture=ROWS):
    """Draw a small picture through the map that these numbers give."""
    source = source_maps(draws, picture.shape, settings).reshape(2, 3)
    return warp(picture, source).round(5).tolist()


def test_small_pictures_by_hand():
    third = Augmentation(shift=1 / 3)
    assert moved(third, drawn(shift=(1, 0.5))) == [[1, 2, 2], [4, 5, 5], [7, 8, 8]]
    assert moved(third, drawn(shift=(0.5, 1))) == [[3, 4, 5], [6, 7, 8], [6, 7, 8]]
    assert moved(Augmentation(rotate=90), drawn(rotate=1)) == [[6, 3, 0], [7, 4, 1], [8, 5, 2]]
    assert moved(Augmentation(flip=True), drawn(flip=0)) == [[2, 1, 0], [5, 4, 3], [8, 7, 6]]
    assert moved(Augmentation(flip=True), drawn(flip=0.9)) == ROWS.tolist()
    assert moved(Augmentation(zoom=0.5), drawn(zoom=0)) == [[2, 2.5, 3], [3.5, 4, 4.5], [5, 5.5, 6]]


@given(st.floats(0, 0.5), st.floats(0, 180), st.floats(0, 0.5), st.booleans())
def test_the_middle_of_the_range_changes_nothing(shift, rotate, zoom, flip):
    maps = source_maps(drawn(), (9, 7), Augmentation(shift, rotate, zoom, flip))
    assert maps.tolist() == [[1, 0, 0, 0, 1, 0]]


@pytest.mark.parametrize("shape", [(5, 8, 6, 1), (5, 8, 6, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_type_and_shape_stay_and_the_seed_decides(shape, dtype):
    x = np.random.default_rng(0).integers(0, 256, shape).astype(dtype)
    before = x.copy()
    first, again, other = (augment(x, EVERYTHING, seed) for seed in (1, 1, 2))
    assert first.shape == shape and first.dtype == dtype and np.array_equal(x, before)
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert first.min() >= x.min() and first.max() <= x.max()


def test_nothing_asked_for_changes_nothing():
    x = np.random.default_rng(0).integers(0, 256, (3, 5, 5, 3)).astype(np.uint8)
    assert not Augmentation() and Augmentation(flip=True) and Augmentation(zoom=0.1)
    unchanged = augment(x, Augmentation(), seed=0)
    assert np.array_equal(unchanged, x) and unchanged is not x


@tensorflow
def test_only_the_layers_asked_for():
    names = [type(layer).__name__ for layer in layers_of_the_script(EVERYTHING)]
    assert names == ["RandomTranslation", "RandomRotation", "RandomZoom", "RandomFlip"]
    assert layers_of_the_script(Augmentation()) == []


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"shift": -0.1}, "shift must be from 0 to 0.5"),
        ({"shift": 0.6}, "shift must be from 0 to 0.5"),
        ({"rotate": 181}, "rotate must be from 0 to 180"),
        ({"zoom": 0.51}, "zoom must be from 0 to 0.5"),
        ({"zoom": float("nan")}, "zoom must be from 0 to 0.5"),
        ({"zoom": True}, "zoom must be a number"),
        ({"rotate": "10"}, "rotate must be a number"),
        ({"flip": 1}, "flip must be True or False"),
    ],
)
def test_impossible_settings_are_refused(setting, word):
    with pytest.raises(ValueError, match=word):
        Augmentation(**setting)
