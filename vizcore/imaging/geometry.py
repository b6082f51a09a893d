"""A picture at another size, or moved by an affine map."""

import cv2
import numpy as np


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bring a picture to a size, its aspect not kept.

    Smaller by averaging areas, larger by linear interpolation.

    Parameters
    ----------
    image : ndarray of uint8 or float32, shape (H, W) or (H, W, C)
    height, width : int

    Returns
    -------
    ndarray, shape (height, width) or (height, width, C)

    Examples
    --------
    >>> resize(np.uint8([[0, 100], [100, 200]]), 1, 1)
    array([[100]], dtype=uint8)
    """
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(image, (width, height), interpolation=method)
    return resized.reshape(height, width, *image.shape[2:])


def warp(image: np.ndarray, source_map: np.ndarray) -> np.ndarray:
    """Draw a picture through an affine map, at its own size.

    Interpolation is linear; beyond the edge the edge pixel is repeated.

    Parameters
    ----------
    image : ndarray of uint8 or float32, shape (H, W) or (H, W, C)
    source_map : ndarray of float, shape (2, 3)
        Output pixel (x, y) shows the input at `source_map @ (x, y, 1)`.

    Returns
    -------
    ndarray
        Type and shape of `image`.

    Examples
    --------
    >>> warp(np.uint8([[10, 20, 30]]), np.array([[1.0, 0, 1], [0, 1, 0]]))
    array([[20, 30, 30]], dtype=uint8)
    """
    height, width = image.shape[:2]
    warped = cv2.warpAffine(
        image,
        np.asarray(source_map, np.float64),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped.reshape(image.shape)
