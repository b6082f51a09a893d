"""Small random changes that leave the class as it is: every epoch sees the pictures anew."""

import math
from dataclasses import dataclass, fields

import numpy as np

from vizcore.imaging.geometry import warp

_LARGEST = {"shift": 0.5, "rotate": 180, "zoom": 0.5}


@dataclass(frozen=True)
class Augmentation:
    """How far a picture may be changed; each time anew, evenly over the range.

    What comes in from beyond the edge repeats the edge.

    Attributes
    ----------
    shift : float
        Up and down by at most this part of the height, left and right of the width; 0 to 0.5.
    rotate : float
        By at most so many degrees, either way; 0 to 180.
    zoom : float
        Seen through a window from 1 − zoom to 1 + zoom times its size; 0 to 0.5.
    flip : bool
        Every other picture mirrored, left to right.

    Raises
    ------
    ValueError
        When a setting is impossible.
    """

    shift: float = 0.0
    rotate: float = 0.0
    zoom: float = 0.0
    flip: bool = False

    def __post_init__(self):
        for name, largest in _LARGEST.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name} must be a number. Received: {name}={value!r}")
            if not 0 <= value <= largest:
                raise ValueError(f"{name} must be from 0 to {largest}. Received: {name}={value!r}")
        if not isinstance(self.flip, bool):
            raise ValueError(f"flip must be True or False. Received: flip={self.flip!r}")

    def __bool__(self):
        return any(getattr(self, field.name) for field in fields(self))


def augment(x, settings: Augmentation, seed) -> np.ndarray:
    """Change every picture of a batch.

    Shift, rotation, zoom and flip are joined to one map, so that a picture is drawn anew, and
    blurred by that, only once.

    Parameters
    ----------
    x : ndarray of uint8 or float32, shape (N, H, W, C)
    settings : Augmentation
    seed : int
        The same seed, the same changes.

    Returns
    -------
    ndarray
        Type and shape of `x`; a new array.
    """
    draws = np.random.default_rng(seed).random((len(x), DRAWS))
    maps = source_maps(draws, x.shape[1:3], settings).reshape(-1, 2, 3)
    return np.stack([warp(picture, source) for picture, source in zip(x, maps, strict=True)])


DRAWS = 5
"""How many random numbers decide how one picture is changed."""


def source_maps(draws, size, settings: Augmentation, ops=np):
    """Turn random numbers into maps from each output pixel to where it is taken from.

    Parameters
    ----------
    draws : array, shape (N, DRAWS)
        Evenly from 0 to 1: shift right and down, rotation, zoom, flip.
    size : (int, int)
        Height and width of the pictures.
    settings : Augmentation
    ops : module
        What computes: `numpy`, or `keras.ops` for tensors.

    Returns
    -------
    array, shape (N, 6)
        The two rows of an affine map, joined; see `vizcore.imaging.geometry.warp`.

    Examples
    --------
    >>> source_maps(np.array([[1, 0.5, 0.5, 0.5, 0]]), (8, 10), Augmentation(shift=0.1))[0, :3]
    array([1., 0., 1.])
    """
    height, width = size
    right, down, turn, scale = (2 * draws[:, place] - 1 for place in range(4))
    angle, zoom = turn * math.radians(settings.rotate), 1 + scale * settings.zoom
    cos, sin = zoom * ops.cos(angle), zoom * ops.sin(angle)
    mirror = 1.0
    if settings.flip:
        mirror = ops.where(draws[:, 4] < 0.5, -1.0, 1.0)
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    from_x = centre_x + right * settings.shift * width - mirror * cos * centre_x - sin * centre_y
    from_y = centre_y + down * settings.shift * height + mirror * sin * centre_x - cos * centre_y
    return ops.stack([mirror * cos, sin, from_x, -mirror * sin, cos, from_y], axis=1)


def augmenter(settings: Augmentation):
    """Give what `vizcore.nets.training.train` takes to augment; for workers: it imports Keras.

    Changes are those of `augment`, drawn by a seed of their own for each batch, so that a run which
    was interrupted goes on as if it had not been.

    Returns
    -------
    callable
        (float32 tensor (N, H, W, C), integer tensor of two seeds) → float32 tensor.
    """
    import tensorflow as tf
    from keras import ops

    def changed(levels, seed):
        count = tf.shape(levels)[0]
        draws = tf.random.stateless_uniform((count, DRAWS), seed)
        maps = source_maps(draws, levels.shape[1:3], settings, ops)
        return ops.image.affine_transform(
            levels,
            tf.concat([maps, tf.zeros((count, 2))], axis=1),
            interpolation="bilinear",
            fill_mode="nearest",
            data_format="channels_last",
        )

    return changed
