"""The slides' pooling examples."""

import numpy as np

from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.lessons.lesson import Lesson, matrix
from vizcore.ops import pool2d

PAGE = "pooling"

SLICE = matrix("1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4")


def _pooled_shape(shape, **settings):
    return pool2d(np.zeros(shape), **settings).shape


POOLING_LESSONS = {
    "max-pool-slice": Lesson(
        "Max pooling by hand",
        "I, K",
        PAGE,
        {"x": SLICE, "size": 2},
        matrix("6 8 / 3 4"),
        pool2d,
    ),
    "pool-the-429-map": Lesson(
        "The 429 map, pooled",
        "I",
        PAGE,
        {"x": CONVOLUTION_LESSONS["pixels-to-429"].expected, "size": 2},
        matrix("792 856 / 913 851"),
        pool2d,
    ),
    "pool-happy-face": Lesson(
        "Happy face, partial windows",
        "I",
        PAGE,
        {"x": CONVOLUTION_LESSONS["happy-face"].expected, "size": 2, "ceil_mode": True},
        matrix("1 1 0 / 4 2 1 / 0 2 1"),
        pool2d,
        correction="The slide's result, 3×3 and flattened to 9 numbers, needs the partial windows "
        "at the right and at the bottom. The slide's code, MaxPooling2D((2, 2)), drops them and "
        "gives 2×2: both are shown below.",
    ),
    "average-pool": Lesson(
        "Average pooling",
        "B, D",
        PAGE,
        {"x": SLICE, "size": 2, "mode": "average"},
        matrix("3.25 5.25 / 2 2"),
        pool2d,
    ),
    "depth-preserved": Lesson(
        "The depth stays: 32×32×8",
        "K",
        PAGE,
        {"shape": (32, 32, 8), "size": 2},
        (16, 16, 8),
        _pooled_shape,
    ),
}
"""Slug → `Lesson`."""
