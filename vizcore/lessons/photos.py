"""What filters do to a photo, and what a filter likes most."""

import numpy as np

from vizcore.imaging import KERNELS, SAMPLES
from vizcore.imaging.patches import strongest_patches
from vizcore.imaging.stack import Pass, apply_stack, grey_levels
from vizcore.lessons.lesson import Lesson, matrix

PAGE = "image_filters"

SLIDE_FILTERS = (
    "identity",
    "edge_diagonal",
    "edge_laplacian4",
    "edge_laplacian8",
    "sharpen",
    "box_blur",
    "gaussian_blur",
)
"""The filters of the slides' table, as `KERNELS` calls them."""

MOST_LIKED = 8
"""Patches that are shown of those a filter likes most."""


def _weights(photo, keys):
    return np.stack([KERNELS[key].weights for key in keys])


def _most_liked(photo, kernel):
    image, passes = grey_levels(SAMPLES[photo].load()), [Pass((kernel,))]
    patches = strongest_patches(apply_stack(image, passes), image, passes, MOST_LIKED)
    return np.array([(patch.row, patch.column, patch.response) for patch in patches])


PHOTO_LESSONS = {
    "slide-filters": Lesson(
        "Seven filters on a photo",
        "K",
        PAGE,
        {"photo": "cat", "keys": SLIDE_FILTERS},
        np.stack(
            [
                matrix("0 0 0 / 0 1 0 / 0 0 0"),
                matrix("1 0 -1 / 0 0 0 / -1 0 1"),
                matrix("0 1 0 / 1 -4 1 / 0 1 0"),
                matrix("-1 -1 -1 / -1 8 -1 / -1 -1 -1"),
                matrix("0 -1 0 / -1 5 -1 / 0 -1 0"),
                matrix("1 1 1 / 1 1 1 / 1 1 1") / 9,
                matrix("1 2 1 / 2 4 2 / 1 2 1") / 16,
            ]
        ),
        _weights,
    ),
    "what-neurons-like": Lesson(
        "What a neuron likes",
        "K",
        PAGE,
        {"photo": "strokes", "kernel": matrix("2 -1 -1 / -1 2 -1 / -1 -1 2")},
        # Row and column of the stroke's middle, and the response: two times the levels along the
        # stroke, less the smudges beside it.
        matrix(
            "3 4 1350 / 9 10 1250 / 9 15 1200 / 3 16 1150 /"
            "15 11 1100 / 3 23 1050 / 15 23 1000 / 15 4 950"
        ),
        _most_liked,
    ),
}
"""Slug → `Lesson`."""
