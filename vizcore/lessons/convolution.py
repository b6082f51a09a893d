"""The slides' convolutions that are worked out by hand."""

import numpy as np

from vizcore.lessons.lesson import Lesson, channels, matrix
from vizcore.ops import conv2d

PAGE = "convolution_step_by_step"

X_FILTER = matrix("1 0 1 / 0 1 0 / 1 0 1")

HAPPY_FACE = matrix(
    "0 0 0 0 0 0 0 / 0 1 0 0 0 1 0 / 0 0 0 0 0 0 0 / 0 0 0 1 0 0 0 /"
    "0 1 0 0 0 1 0 / 0 0 1 1 1 0 0 / 0 0 0 0 0 0 0"
)

_FILTER_1 = channels(
    "-1 0 -1 / 0 1 0 / 1 1 0", "-1 1 1 / -1 -1 1 / 0 1 -1", "1 -1 0 / -1 1 0 / -1 1 0"
)
_FILTER_2 = channels(
    "-1 -1 -1 / 1 1 1 / -1 -1 1", "-1 1 0 / 1 1 1 / 1 1 0", "0 -1 -1 / -1 0 -1 / -1 0 0"
)


def _shape_of(**settings):
    return conv2d(**settings).shape


def _convolution_sum(x, kernel, flip):
    return conv2d(x, kernel[::-1, ::-1] if flip else kernel)


CONVOLUTION_LESSONS = {
    "activity-2": Lesson(
        "6×6 by hand",
        "D",
        PAGE,
        {
            "x": matrix(
                "4 5 1 0 0 0 / 9 2 3 1 0 0 / 7 1 1 1 1 0 / 3 1 1 1 0 0 / 2 2 1 1 1 0 / 1 0 0 0 0 0"
            ),
            "kernel": matrix("0 2 1 / 4 1 0 / 1 0 1"),
        },
        matrix("57 15 15 5 / 40 14 8 6 / 19 11 10 7 / 14 12 7 5"),
        conv2d,
    ),
    "pixels-to-429": Lesson(
        "Pixels to 429",
        "I",
        PAGE,
        {
            "x": matrix(
                "18 54 51 239 244 188 / 55 121 75 78 95 88 / 35 24 204 113 109 221 /"
                "3 154 104 235 25 130 / 15 253 225 159 78 233 / 68 85 180 214 245 0"
            ),
            "kernel": X_FILTER,
        },
        matrix("429 505 686 856 / 261 792 412 640 / 633 653 851 751 / 608 913 713 657"),
        conv2d,
    ),
    "binary-x": Lesson(
        "Binary picture, X filter",
        "B",
        PAGE,
        {
            "x": matrix("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0"),
            "kernel": X_FILTER,
        },
        matrix("4 3 4 / 2 4 3 / 2 3 4"),
        conv2d,
    ),
    "happy-face": Lesson(
        "Happy face",
        "I",
        PAGE,
        {"x": HAPPY_FACE, "kernel": matrix("0 0 1 / 1 0 0 / 0 1 1")},
        matrix("0 1 0 0 0 / 0 1 1 1 0 / 1 0 0 2 1 / 1 4 2 1 0 / 0 0 1 2 1"),
        conv2d,
        correction="The slide has 1 in row 3, column 3 of the result; the sum there is 0.",
    ),
    "pad-to-keep-size": Lesson(
        "Padding keeps the size",
        "I",
        PAGE,
        {"x": HAPPY_FACE, "kernel": np.ones((3, 3)), "stride": 1, "padding": 1},
        (7, 7),
        _shape_of,
    ),
    "volume-5x5x3": Lesson(
        "Volume 5×5×3, two filters",
        "K",
        PAGE,
        {
            "x": channels(
                "2 2 1 0 1 / 0 0 1 0 2 / 2 1 1 0 2 / 2 1 2 1 2 / 2 0 1 0 0",
                "2 1 0 0 1 / 0 2 2 1 0 / 2 1 2 2 0 / 0 2 1 2 0 / 2 0 1 1 2",
                "0 1 2 1 0 / 0 0 0 0 2 / 0 1 1 1 1 / 0 0 0 2 0 / 2 1 2 0 0",
            ),
            "kernel": np.stack([_FILTER_1, _FILTER_2], axis=-1),
            "bias": np.array([1.0, 0.0]),
            "stride": 2,
            "padding": 1,
        },
        channels("0 4 4 / 4 4 -1 / 4 2 -3", "6 5 0 / 4 5 -5 / 0 -5 -2"),
        conv2d,
    ),
    "convolution-sum": Lesson(
        "The convolution sum turns the kernel",
        "K",
        PAGE,
        {
            "x": matrix("0 0 0 0 0 / 0 0 0 0 0 / 0 0 1 0 0 / 0 0 0 0 0 / 0 0 0 0 0"),
            "kernel": matrix("1 2 3 / 4 5 6 / 7 8 9"),
            "flip": True,
        },
        # Of f[n₁, n₂] a single one is not 0, so that the sum is g itself, moved there.
        matrix("1 2 3 / 4 5 6 / 7 8 9"),
        _convolution_sum,
    ),
}
"""Slug → `Lesson`."""
