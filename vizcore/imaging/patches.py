"""What a filter likes most: the patches of a picture with the strongest responses."""

from dataclasses import dataclass

import numpy as np

from vizcore.imaging.stack import placement


@dataclass(frozen=True, eq=False)
class Patch:
    """The part of a picture that one response was computed from.

    Attributes
    ----------
    row, column : int
        The output pixel.
    response : float
        Of that pixel; the mean of its channels where there are several.
    pixels : ndarray, (h, w) or (h, w, 3)
        What it has seen of the picture: its receptive field.
    """

    row: int
    column: int
    response: float
    pixels: np.ndarray


def strongest_patches(response, image, passes, count, *, edges="zero"):
    """Find the patches with the highest responses; no two of them overlap.

    The highest response comes first, the upper and then the left one of equals. Output pixels
    that have read anything beyond the edge of the picture are left out.

    Parameters
    ----------
    response : ndarray, (H', W') or (H', W', 3)
        What `vizcore.imaging.stack.apply_stack` makes of the picture.
    image : ndarray, (H, W) or (H, W, 3)
    passes : sequence of Pass
    count : int
        How many patches to look for; a small picture may have fewer.
    edges : str
        As in `apply_stack`.

    Returns
    -------
    list of Patch

    Examples
    --------
    >>> from vizcore.imaging.stack import Pass, apply_stack
    >>> image, pair = np.float32([[0, 7, 9, 0, 5, 6]]), [Pass((np.ones((1, 2)),))]
    >>> found = strongest_patches(apply_stack(image, pair), image, pair, 2)
    >>> [(patch.column, patch.response, patch.pixels.tolist()) for patch in found]
    [(1, 16.0, [[7.0, 9.0]]), (4, 11.0, [[5.0, 6.0]])]
    """
    strengths = np.array(response if response.ndim == 2 else response.mean(axis=2), float)
    rows, columns = (_fields(n, passes, axis, edges) for axis, n in enumerate(image.shape[:2]))
    strengths[~rows.whole] = strengths[:, ~columns.whole] = -np.inf
    found = []
    while len(found) < count and strengths.max() > -np.inf:
        row, column = (int(i) for i in np.unravel_index(strengths.argmax(), strengths.shape))
        field = image[rows.slice(row), columns.slice(column)]
        found.append(Patch(row, column, float(strengths[row, column]), field))
        strengths[np.ix_(rows.overlap(row), columns.overlap(column))] = -np.inf
    return found


def average_patch(patches):
    """Return the mean of the patches' pixels, float64."""
    return np.mean([patch.pixels for patch in patches], axis=0)


@dataclass(frozen=True, eq=False)
class _Fields:
    """Where the receptive fields of all output pixels lie along one axis: starts, and one size."""

    starts: np.ndarray
    size: int
    whole: np.ndarray

    def slice(self, i):
        return slice(self.starts[i], self.starts[i] + self.size)

    def overlap(self, i):
        return np.abs(self.starts - self.starts[i]) < self.size


def _fields(n, passes, axis, edges):
    place = placement(n, passes, axis, edges=edges)
    size, step = 1, 1
    for one in passes:
        size += (one.kernels[0].shape[axis] - 1) * step
        step *= one.stride
    centres = place.first + place.step * np.arange(place.count)
    starts = np.rint(centres - (size - 1) / 2).astype(int)
    return _Fields(starts, size, (starts >= 0) & (starts + size <= n))
