"""From whole levels to the numbers a network is given: size, channels, scale, standard spread."""

from dataclasses import dataclass

import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.imaging.stack import grey_levels
from vizcore.nets.description import channel_statistics


@dataclass(frozen=True)
class Preparation:
    """How pictures become a network's input; the same for every part of a dataset.

    Attributes
    ----------
    side : int or None
        Bring every picture to side × side; None keeps its size.
    channels : int or None
        1 mixes colour to grey, 3 repeats grey thrice; None keeps what there is.
    mean, spread : tuple of float, or None
        For each channel, black 0, white 1: what to subtract, then what to divide by. None leaves
        the levels from 0 to 1. See `fit_preparation`.
    """

    side: int | None = None
    channels: int | None = None
    mean: tuple[float, ...] | None = None
    spread: tuple[float, ...] | None = None

    def levels(self, x):
        """Resize and mix channels: uint8 (N, H, W, C) to uint8 (N, H', W', C')."""
        return with_channels(with_side(x, self.side), self.channels)

    def apply(self, x):
        """Prepare pictures.

        Parameters
        ----------
        x : ndarray of uint8, shape (N, H, W, C)

        Returns
        -------
        ndarray of float32, shape (N, H', W', C')
            From 0 to 1, or standardised.

        Examples
        --------
        >>> x = np.uint8([0, 51, 255]).reshape(3, 1, 1, 1)
        >>> Preparation().apply(x).ravel()
        array([0. , 0.2, 1. ], dtype=float32)
        >>> Preparation(mean=(0.2,), spread=(0.4,)).apply(x).ravel()
        array([-0.5,  0. ,  2. ], dtype=float32)
        """
        scaled = np.divide(self.levels(x), 255, dtype=np.float32)
        if self.mean is None:
            return scaled
        scaled -= np.float32(self.mean)
        scaled /= np.float32(self.spread)
        return scaled


def fit_preparation(train_x, *, side=None, channels=None, standardise=False) -> Preparation:
    """Settle a preparation by the pictures that are learned from, and by no others.

    Parameters
    ----------
    train_x : ndarray of uint8, shape (N, H, W, C)
        The training part alone: neither validation nor test.
    side, channels : int, optional
        As in `Preparation`.
    standardise : bool
        Whether every channel of the training part shall have mean 0 and standard deviation 1. A
        channel without any spread keeps its own.

    Examples
    --------
    >>> x = np.uint8([0, 255, 0, 255]).reshape(4, 1, 1, 1)
    >>> fit_preparation(x, standardise=True)
    Preparation(side=None, channels=None, mean=(0.5,), spread=(0.5,))
    """
    preparation = Preparation(side, channels)
    if not standardise:
        return preparation
    mean, spread = channel_statistics(preparation.levels(train_x))
    spread = np.where(spread > 0, spread, 1)
    return Preparation(side, channels, tuple(mean.tolist()), tuple(spread.tolist()))


def with_side(x, side):
    """Bring pictures (N, H, W, C) to side × side; None keeps them."""
    if side is None or x.shape[1:3] == (side, side):
        return x
    resized = np.empty((len(x), side, side, x.shape[3]), x.dtype)
    # One by one into its place: a list of them would take the memory twice.
    for place, picture in zip(resized, x, strict=True):
        place[:] = resize(picture, side, side)
    return resized


def with_channels(x, channels):
    """Bring pictures (N, H, W, C) to 1 channel or 3; None keeps them.

    Grey is the luma of ITU-R BT.601, rounded.

    Examples
    --------
    >>> with_channels(np.uint8([[[[255, 0, 0]]]]), 1).tolist()
    [[[[76]]]]
    """
    if channels is None or x.shape[3] == channels:
        return x
    if channels == 3:
        return np.repeat(x, 3, axis=3)
    if channels == 1:
        return grey_levels(x)[..., np.newaxis]
    raise ValueError(f"channels must be 1, 3 or None. Received: channels={channels!r}")
