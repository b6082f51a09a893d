"""Datasets in one .npz file: the layouts of keras.datasets and of MedMNIST."""

import numpy as np

from vizcore.nets.dataset import Dataset, DatasetError, Part
from vizcore.nets.npz import STANDARD, NpzReader

MAX_CLASSES = 100
MAX_SIDE = 256
MAX_NAME = 40

# Part of the dataset → its arrays of pictures and of classes. Sources: the docstrings of
# keras.datasets.mnist.load_data; MedMNIST v2 (Yang et al., 2023), https://medmnist.com.
KERAS = {"train": ("x_train", "y_train"), "test": ("x_test", "y_test")}
MEDMNIST = {
    "train": ("train_images", "train_labels"),
    "validation": ("val_images", "val_labels"),
    "test": ("test_images", "test_labels"),
}
CLASS_NAMES = "class_names"


def read_dataset(source, name, title, note, *, class_names=None, limits=STANDARD) -> Dataset:
    """Read a dataset file from anyone.

    Pictures are (N, H, W), (N, H, W, 1) or (N, H, W, 3): bytes, whole numbers from 0 to 255,
    booleans, or real numbers from 0 to 1 or from 0 to 255, which are rounded to whole levels.
    Labels are whole numbers from 0, (N,) or (N, 1). An array `class_names` may name the classes.

    Parameters
    ----------
    source : bytes or path
    name, title, note : str
        The dataset's `name`, `title` and `source`.
    class_names : tuple of str, optional
        Where the file holds no names.
    limits : npz.Limits

    Raises
    ------
    DatasetError
        When the file is hostile, damaged, or no such dataset. What headers tell is judged before
        any array is read.

    Examples
    --------
    >>> import io
    >>> file, x = io.BytesIO(), np.zeros((2, 8, 8), np.uint8)
    >>> np.savez(file, x_train=x, y_train=[0, 1], x_test=x[:1], y_test=[1])
    >>> dataset = read_dataset(file.getvalue(), "mine", "Mine", "Drawn by me.")
    >>> dataset.shape, dataset.train.y, dataset.class_names
    ((8, 8, 1), array([0, 1]), ('0', '1'))
    """
    with NpzReader(source, limits) as npz:
        layout = _layout_of(npz.headers)
        _check_headers(npz.headers, layout)
        names = _names(npz.read(CLASS_NAMES)) if CLASS_NAMES in npz.headers else class_names
        parts = {
            part: Part(_levels(x, npz.read(x)), _classes(y, npz.read(y)))
            for part, (x, y) in layout.items()
        }
    return Dataset(name, title, _named_classes(parts, names), note, **parts)


def _layout_of(headers):
    """Choose the layout by the arrays' names; the validation part may be missing."""
    medmnist = dict(MEDMNIST)
    if not headers.keys() & {*MEDMNIST["validation"]}:
        del medmnist["validation"]
    whole = [
        layout
        for layout in (KERAS, medmnist)
        if {array for pair in layout.values() for array in pair} <= headers.keys()
    ]
    if len(whole) != 1:
        raise DatasetError(
            f"This file holds {', '.join(headers) or 'no arrays'}; a dataset has x_train, y_train,"
            " x_test and y_test, or train_images, train_labels, test_images and test_labels."
        )
    return whole[0]


def _check_headers(headers, layout):
    for x, y in layout.values():
        _check_pictures(x, headers[x])
        _check_labels(y, headers[y], x, headers[x].shape[0])
    first, *others = (x for x, _ in layout.values())
    for other in others:
        if _picture_shape(headers[other]) != _picture_shape(headers[first]):
            raise DatasetError(
                f"The pictures of {first} and {other} differ in size: give all parts one size."
            )
    names = headers.get(CLASS_NAMES)
    if names and (names.dtype.kind not in "US" or not _is_list(names.shape, MAX_CLASSES)):
        raise DatasetError(f"{CLASS_NAMES} must be a list of at most {MAX_CLASSES} names.")


def _check_pictures(name, header):
    shape = header.shape
    layered = len(shape) == 4 and shape[3] in (1, 3)
    if header.dtype.kind not in "buif" or not (len(shape) == 3 or layered) or 0 in shape:
        raise DatasetError(
            f"{name} has shape {_times(shape)} of {header.dtype}: pictures are"
            " number × rows × columns, for colour × 3."
        )
    if max(shape[1:3]) > MAX_SIDE:
        raise DatasetError(
            f"The pictures of {name} are {_times(shape[1:3])} and the limit is {MAX_SIDE} a side:"
            " make them smaller."
        )


def _check_labels(name, header, pictures, count):
    if header.dtype.kind not in "ui" or not _is_list(header.shape):
        raise DatasetError(
            f"{name} has shape {_times(header.shape)} of {header.dtype}: labels are one whole"
            " number a picture, counted from 0."
        )
    if header.shape[0] != count:
        raise DatasetError(
            f"The number of labels in {name} is {header.shape[0]:,}, and of pictures in {pictures}"
            f" {count:,}: each picture needs one."
        )


def _is_list(shape, longest=None):
    """Whether (N,) or (N, 1), with N at least 1."""
    return shape[1:] in ((), (1,)) and shape[:1] > (0,) and shape[0] <= (longest or shape[0])


def _picture_shape(header):
    height, width, *channels = header.shape[1:]
    return height, width, *(channels or [1])


def _times(shape):
    return " × ".join(map(str, shape)) or "a single number"


def _levels(name, pictures):
    """Bring pictures to whole levels 0 to 255, (N, H, W, C).

    >>> _levels("x", np.array([[[0.0, 0.5, 1.0]]])).ravel()
    array([  0, 128, 255], dtype=uint8)
    """
    if pictures.dtype.kind == "f" and not np.isfinite(pictures).all():
        raise DatasetError(f"{name} holds NaN or infinite numbers: replace them first.")
    low, high = pictures.min(), pictures.max()
    if low < 0 or high > 255:
        raise DatasetError(
            f"{name} reaches from {low:.6g} to {high:.6g}: scale the pictures to 0–255 or 0–1."
        )
    in_unit = pictures.dtype.kind == "b" or (pictures.dtype.kind == "f" and high <= 1)
    if pictures.dtype != np.uint8:
        pictures = np.rint(pictures * np.float32(255 if in_unit else 1)).astype(np.uint8)
    return np.ascontiguousarray(pictures).reshape(*pictures.shape[:3], -1)


def _classes(name, labels):
    if labels.min() < 0 or labels.max() >= MAX_CLASSES:
        raise DatasetError(
            f"{name} reaches from {labels.min()} to {labels.max()}: classes are counted from 0, and"
            f" at most {MAX_CLASSES}."
        )
    return labels.reshape(-1).astype(np.int64)


def _names(array):
    """Read class names as plain, short, printable text."""
    texts = (
        name.decode("utf-8", "replace") if isinstance(name, bytes) else name
        for name in array.reshape(-1).tolist()
    )
    return tuple(
        "".join(filter(str.isprintable, text)).strip()[:MAX_NAME] or str(place)
        for place, text in enumerate(texts)
    )


def _named_classes(parts, names):
    needed = 1 + max(int(part.y.max()) for part in parts.values())
    names = names or tuple(map(str, range(needed)))
    if len(names) < needed:
        raise DatasetError(
            f"The labels reach {needed - 1}, and the last class with a name is {len(names) - 1}:"
            " classes are counted from 0."
        )
    if len(names) < 2:
        raise DatasetError("All pictures are of one class: there is nothing to tell apart.")
    return names
