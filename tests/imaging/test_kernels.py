import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from vizcore.imaging import (
    KERNELS,
    as_kernel,
    box_kernel,
    gaussian_kernel,
    is_separable,
    kernel_facts,
    log_kernel,
    motion_kernel,
    separate,
)

SLIDES = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "edge_diagonal": [[1, 0, -1], [0, 0, 0], [-1, 0, 1]],
    "edge_laplacian4": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "edge_laplacian8": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "box_blur": [[1 / 9] * 3] * 3,
    "gaussian_blur": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
}

SIDES = st.integers(1, 15)
SIGMAS = st.floats(0.1, 100)


@pytest.mark.parametrize("key", SLIDES)
def test_slide_kernels_are_typed_in_right(key):
    assert np.array_equal(KERNELS[key].weights, SLIDES[key])


def test_menu_begins_with_the_slides():
    assert list(KERNELS)[:7] == list(SLIDES)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS.keys())
def test_every_kernel_is_a_read_only_quotient_with_two_sentences(kernel):
    assert kernel.weights.dtype == np.float64
    assert np.array_equal(kernel.weights, kernel.numerators / kernel.divisor)
    assert np.array_equal(kernel.numerators, np.rint(kernel.numerators))
    with pytest.raises(ValueError, match="read-only"):
        kernel.weights[0, 0] = 7
    with pytest.raises(AttributeError):
        kernel.title = "mine"
    assert kernel.about.count(". ") == 1 and kernel.about.endswith(".")
    assert kernel.title and kernel.family


def test_sums():
    sums = {key: round(kernel.weights.sum(), 12) for key, kernel in KERNELS.items()}
    assert {key for key, total in sums.items() if total == 1} == {
        *("identity", "sharpen", "box_blur", "gaussian_blur", "motion_blur", "emboss")
    }
    assert {total for total in sums.values()} == {0, 1}


@pytest.mark.parametrize("name", ["sobel", "prewitt"])
def test_gradients_agree_with_scipy(name):
    ramp = np.random.default_rng(1).random((6, 7))
    for axis, scipy_axis in (("x", 1), ("y", 0)):
        expected = getattr(ndimage, name)(ramp, axis=scipy_axis)
        response = ndimage.correlate(ramp, KERNELS[f"{name}_{axis}"].weights)
        assert np.allclose(response, expected)


def test_vertical_gradients_are_the_horizontal_ones_transposed():
    for name in ("sobel", "prewitt", "scharr"):
        assert np.array_equal(KERNELS[f"{name}_y"].weights, KERNELS[f"{name}_x"].weights.T)


@given(SIDES, SIDES)
def test_box_is_even(height, width):
    kernel = box_kernel(height, width)
    assert kernel.shape == (height, width)
    assert np.allclose(kernel, 1 / (height * width))


@given(SIDES, SIGMAS)
def test_gaussian_sums_to_one_and_falls_from_the_middle(size, sigma):
    kernel = gaussian_kernel(size, sigma)
    assert np.isclose(kernel.sum(), 1)
    assert np.allclose(kernel, kernel.T) and np.allclose(kernel, kernel[::-1])
    assert np.all(np.diff(kernel[(size - 1) // 2, size // 2 :]) <= 0)
    assert is_separable(kernel)


def test_gaussian_agrees_with_scipy():
    spot = np.zeros((15, 15))
    spot[7, 7] = 1
    expected = ndimage.gaussian_filter(spot, 2.0, truncate=3.5, mode="constant")
    assert np.allclose(gaussian_kernel(15, 2.0), expected)


@given(SIDES, SIGMAS)
def test_log_sums_to_zero(size, sigma):
    kernel = log_kernel(size, sigma)
    assert abs(kernel.sum()) <= 1e-12 * max(1, np.abs(kernel).sum())


def test_log_agrees_with_scipy():
    spot = np.zeros((15, 15))
    spot[7, 7] = 1
    expected = ndimage.gaussian_laplace(spot, 1.5, truncate=4.6, mode="constant")
    assert np.allclose(log_kernel(15, 1.5), expected, atol=1e-3)
    assert log_kernel(15, 1.5)[7, 7] < 0


@given(SIDES, st.floats(-720, 720))
def test_motion_is_a_line_through_the_middle(size, angle):
    kernel = motion_kernel(size, angle)
    assert np.isclose(kernel.sum(), 1) and (kernel >= 0).all()
    assert np.allclose(kernel, kernel[::-1, ::-1])


def test_motion_directions():
    assert np.array_equal(motion_kernel(3, 0), np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]) / 3)
    rising = motion_kernel(5, 45)
    assert np.allclose([rising[0, 4], rising[4, 0]], rising.max()) and rising[0, 0] == 0
    assert np.allclose(motion_kernel(5, 135), rising[::-1])


@pytest.mark.parametrize("side", [0, 16, -3, 2.0, True, "3", None])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: gaussian_kernel(n, 1),
        lambda n: log_kernel(n, 1),
        lambda n: motion_kernel(n, 0),
        lambda n: box_kernel(n, 3),
    ],
)
def test_makers_refuse_impossible_sides(make, side):
    with pytest.raises(ValueError, match=r"(size|height) must be .* Received: (size|height)="):
        make(side)


@pytest.mark.parametrize("sigma", [0, 0.05, -1, 101, np.nan, np.inf, "1", True, [1]])
def test_makers_refuse_impossible_sigmas(sigma):
    for make in (gaussian_kernel, log_kernel):
        with pytest.raises(ValueError, match="sigma must"):
            make(3, sigma)


@pytest.mark.parametrize(
    "array", [1, [1, 2], [[[1]]], [], [[]], [[np.nan]], [[np.inf]], [["a"]], [[1j]], [[1], [1, 2]],
              np.zeros((16, 1)), np.zeros((1, 16)), None]
)  # fmt: skip
def test_as_kernel_refuses(array):
    with pytest.raises(ValueError, match="kernel must .* Received: "):
        as_kernel(array)


def test_as_kernel_copies():
    mine = np.ones((2, 15))
    kernel = as_kernel(mine)
    kernel[0, 0] = 5
    assert mine[0, 0] == 1 and kernel.shape == (2, 15)


VECTORS = st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=15)


@given(VECTORS, VECTORS)
def test_outer_products_separate_into_what_gives_them_back(column, row):
    kernel = np.outer(column, row)
    assert is_separable(kernel)
    assert np.allclose(np.outer(*separate(kernel)), kernel, atol=1e-9)


def test_separable_ones_of_the_menu():
    separable = {key for key, kernel in KERNELS.items() if is_separable(kernel.weights)}
    gradients = {f"{n}_{axis}" for n in ("sobel", "prewitt", "scharr") for axis in "xy"}
    assert separable == gradients | {*("identity", "edge_diagonal", "box_blur", "gaussian_blur")}


def test_the_rest_does_not_separate():
    with pytest.raises(ValueError, match="kernel must be separable"):
        separate(np.eye(3))


@pytest.mark.parametrize(
    ("weights", "facts"),
    [
        ([[1, 2], [2, 4]], ["sum to 9", "column (2, 4) times the row (0.5, 1)", "turn changes"]),
        (np.eye(3) / 3, ["sum to 1:", "Not separable", "leaves it unchanged"]),
        ([[-1, 0, 1]], ["sum to 0:", "one direction", "flips its sign"]),
        ([[-2.5]], ["sum to −2.5", "one direction", "leaves it unchanged"]),
    ],
)
def test_facts(weights, facts):
    for sentence, fact in zip(kernel_facts(weights), facts, strict=True):
        assert fact in sentence
