import numpy as np
import pytest

from vizcore.lessons.forward import (
    BIAS,
    CLASSES,
    FILTER,
    FILTERS,
    FORWARD_LESSONS,
    WEIGHTS,
    Learned,
    descend,
    examples,
    face,
    features,
    learn,
    pictures,
)
from vizcore.lessons.lesson import matrix
from vizcore.ops import conv2d, cross_entropy, pool2d, relu, softmax
from vizcore.ops.forward import forward

ONE = FILTERS[:, :, np.newaxis, :1]
LESSON = FORWARD_LESSONS["happy-face-to-class"]


def classed(picture, weights=WEIGHTS, bias=BIAS):
    trace = forward(picture, FILTER, weights=weights, dense_bias=bias, ceil_mode=True)
    return CLASSES[trace.softmax.argmax()]


def test_faces_by_hand():
    assert np.array_equal(face(7, "happy"), LESSON.settings["picture"])
    sad = matrix(
        "0 0 0 0 0 0 0 / 0 1 0 0 0 1 0 / 0 0 0 0 0 0 0 / 0 0 0 1 0 0 0 /"
        "0 0 1 1 1 0 0 / 0 1 0 0 0 1 0 / 0 0 0 0 0 0 0"
    )
    assert np.array_equal(face(7, "sad"), sad)
    straight = matrix(
        "0 0 0 0 0 0 / 0 1 0 0 1 0 / 0 0 0 0 0 0 / 0 0 0 0 0 0 / 0 1 1 1 1 0 / 0 0 0 0 0 0"
    )
    assert np.array_equal(face(6, "straight"), straight)


@pytest.mark.parametrize("size", range(5, 10))
def test_the_pictures_differ(size):
    drawn = pictures(size)
    assert len({picture.tobytes() for picture in drawn.values()}) == len(drawn)
    for picture in drawn.values():
        assert picture.shape == (size, size) and np.isin(picture, (0, 1)).all()


def test_the_shipped_weights_are_what_gradient_descent_finds():
    found = learn(7, ONE, np.zeros(1), ceil_mode=True)
    assert np.array_equal(found.weights, WEIGHTS)
    assert np.array_equal(found.bias, BIAS)


def test_what_rounding_costs_is_known():
    found = learn(7, ONE, np.zeros(1), ceil_mode=True)
    shown, labels = examples(7)
    inputs = features(shown, ONE, np.zeros(1), ceil_mode=True)
    assert found.digits == 0 and found.exact.digits is None
    assert np.array_equal(found.exact.weights.round(), found.weights)
    assert not np.array_equal(found.exact.weights, found.weights)
    assert (found.exact.right(inputs, labels), found.right(inputs, labels)) == (248, 244)


def test_no_shipped_weight_hangs_on_the_last_digit():
    shown, labels = examples(7)
    inputs = features(shown, ONE, np.zeros(1), ceil_mode=True)
    largest = inputs.max()
    weights, bias = descend(inputs / largest, labels)
    exact = np.append(weights / largest, bias)
    assert np.abs(np.abs(exact % 1) - 0.5).min() > 0.01


def test_the_faces_are_told_apart():
    assert classed(face(7, "happy")) == "Happy"
    assert classed(face(7, "sad")) == "Sad"
    assert classed(np.zeros((7, 7))) == "Neither"
    assert classed(pictures(7)["Cross"]) == "Neither"


@pytest.mark.parametrize("filters", [1, 2, 3])
@pytest.mark.parametrize("ceil_mode", [True, False])
@pytest.mark.parametrize("size", range(5, 10))
def test_at_every_size_the_faces_are_learned(size, ceil_mode, filters):
    kernel = FILTERS[:, :, np.newaxis, :filters]
    found = learn(size, kernel, np.zeros(filters), ceil_mode=ceil_mode)
    faces = np.array([face(size, "happy"), face(size, "sad")])
    inputs = features(faces, kernel, np.zeros(filters), ceil_mode=ceil_mode)
    assert found.right(inputs, [0, 1]) == 2


@pytest.mark.parametrize("ceil_mode", [True, False])
def test_features_are_those_of_each_picture_by_itself(ceil_mode):
    shown, _ = examples(6)
    shown, kernel, bias = shown[::20], FILTERS[:, :, np.newaxis, :2], np.array([1.0, -1.0])
    found = features(shown, kernel, bias, ceil_mode=ceil_mode)
    for picture, row in zip(shown, found, strict=True):
        maps = relu(conv2d(picture[..., np.newaxis], kernel, bias))
        assert np.array_equal(row, pool2d(maps, 2, ceil_mode=ceil_mode).ravel())


def test_the_examples_are_the_same_every_time_and_as_told():
    shown, labels = examples(7)
    assert np.array_equal(shown, examples(7)[0])
    assert np.bincount(labels).tolist() == [50, 50, 154]
    assert np.isin(shown, (0, 1)).all()
    for label, mouth in enumerate(("happy", "sad")):
        off = np.abs(shown[labels == label] - face(7, mouth)).sum(axis=(1, 2))
        assert sorted(off) == [0] + [1] * 49


def test_a_step_goes_down_the_gradient(monkeypatch):
    rng = np.random.default_rng(0)
    inputs, labels = rng.uniform(0, 1, (30, 4)), np.repeat(np.arange(3), [5, 10, 15])
    share = (1 / np.array([5, 10, 15]) / 3)[labels]

    def loss(weights, bias):
        shares = softmax(inputs @ weights + bias)
        return -np.sum(share * np.log(shares[np.arange(30), labels]))

    monkeypatch.setattr("vizcore.lessons.forward.STEPS", 1)
    monkeypatch.setattr("vizcore.lessons.forward.RATE", 1.0)
    weights, bias = descend(inputs, labels)
    zero, tiny = np.zeros((4, 3)), 1e-6
    for cell in np.ndindex(4, 3):
        nudge = np.zeros((4, 3))
        nudge[cell] = tiny
        slope = (loss(nudge, np.zeros(3)) - loss(-nudge, np.zeros(3))) / (2 * tiny)
        assert weights[cell] == pytest.approx(-slope, abs=1e-6)
    assert loss(weights, bias) < loss(zero, np.zeros(3)) == pytest.approx(np.log(3))
    assert float(cross_entropy(np.full(3, 1 / 3), np.eye(3)[0])) == pytest.approx(np.log(3))


def test_a_tie_counts_as_wrong():
    layer = Learned(np.array([[1.0, 1.0, 0.0]]), np.zeros(3))
    assert layer.right(np.array([[1.0], [-1.0]]), [0, 2]) == 1


def test_a_filter_that_lets_nothing_through_is_no_error():
    found = learn(7, -np.ones((3, 3, 1, 1)), np.zeros(1), ceil_mode=True)
    assert np.isfinite(found.weights).all() and not found.weights.any()


def test_the_lesson_tells_what_the_slides_code_does():
    assert LESSON.compute()[:9].tolist() == [1, 1, 0, 4, 2, 1, 0, 2, 1]
    assert "MaxPooling2D((2, 2))" in LESSON.correction
