"""The convolution sum: as SciPy has it, and by its own definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import convolve2d, correlate2d

from vizcore.lessons import LESSONS

LESSON = LESSONS["convolution-sum"]
NUMBERS = st.integers(-9, 9)


def test_as_scipy():
    x, kernel = LESSON.settings["x"], LESSON.settings["kernel"]
    np.testing.assert_array_equal(LESSON.expected, convolve2d(x, kernel, "valid"))
    np.testing.assert_array_equal(
        LESSON.operation(x, kernel, flip=False), correlate2d(x, kernel, "valid")
    )


def test_the_kernel_is_such_that_turning_it_matters():
    without = LESSON.operation(**{**LESSON.settings, "flip": False})
    assert without.tolist() == [[9, 8, 7], [6, 5, 4], [3, 2, 1]]


@given(arrays(float, (4, 5), elements=NUMBERS), arrays(float, (2, 3), elements=NUMBERS))
def test_it_is_the_sum_of_the_slide(f, g):
    # (f ∗ g)[x, y] = Σ Σ f[n₁, n₂]·g[x − n₁, y − n₂], where g lies wholly on f.
    summed = np.zeros((3, 3))
    for x, y in np.ndindex(3, 3):
        for n1, n2 in np.ndindex(f.shape):
            place = x + 1 - n1, y + 2 - n2
            if place[0] in range(2) and place[1] in range(3):
                summed[x, y] += f[n1, n2] * g[place]
    np.testing.assert_array_equal(LESSON.operation(f, g, flip=True), summed)
