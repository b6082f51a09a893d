"""From pixels to a class: faces of a few pixels, and the small network that tells them apart."""

from dataclasses import dataclass

import numpy as np

from vizcore.lessons.convolution import CONVOLUTION_LESSONS, HAPPY_FACE
from vizcore.lessons.lesson import Lesson, matrix
from vizcore.ops import conv2d, pool2d, relu, softmax
from vizcore.ops.forward import forward

PAGE = "from_pixels_to_a_class"

CLASSES = ("Happy", "Sad", "Neither")

FILTER = CONVOLUTION_LESSONS["happy-face"].settings["kernel"]
FILTERS = np.stack([FILTER, FILTER[::-1], FILTER[:, ::-1]], axis=-1)
"""The slide's filter, then the same upside down and mirrored, (3, 3, 3)."""

WEIGHTS = matrix("0 0 1 / 0 0 1 / 0 -1 1 / 1 0 -1 / 0 0 0 / 0 1 0 / -1 1 0 / 0 0 0 / 0 -1 0")
"""What `learn` finds for the slide's face and filter: one row a pooled number, (9, 3)."""

BIAS = np.array([-1.0, 0.0, 1.0])

STEPS = 120
RATE = 3.0
LOST = 0.05
"""The share of the examples that rounding the weights may cost."""

MOST_DIGITS = 3
NOISE = 150
"""Random pictures among the examples of neither face."""


def face(size, mouth):
    """Draw a face of ones on zeros: two eyes, a nose where there is a middle, and a mouth.

    Parameters
    ----------
    size : int
        Rows and columns, at least 5.
    mouth : {"happy", "sad", "straight"}

    Returns
    -------
    ndarray, (size, size)

    Examples
    --------
    >>> bool((face(7, "happy") == HAPPY_FACE).all())
    True
    """
    picture = np.zeros((size, size))
    picture[1, [1, -2]] = 1
    if size % 2 and size >= 7:
        picture[size // 2, size // 2] = 1
    corners, lips = {"happy": (-3, -2), "sad": (-2, -3), "straight": (-2, -2)}[mouth]
    picture[corners, [1, -2]] = 1
    picture[lips, 2:-2] = 1
    return picture


def pictures(size):
    """Return pictures to try, name → array (size, size)."""
    winking = face(size, "happy")
    winking[1, -2] = 0
    cross = np.eye(size)
    return {
        "Happy": face(size, "happy"),
        "Sad": face(size, "sad"),
        "Straight": face(size, "straight"),
        "Winking": winking,
        "Cross": np.maximum(cross, cross[::-1]),
        "Blank": np.zeros((size, size)),
    }


def examples(size, seed=0):
    """Return the pictures from which the dense layer learns.

    Happy and sad faces, each as drawn and with every single pixel turned; for neither, pictures of
    random pixels, some dark and some bright, and a blank, a full and two inverted ones.

    Returns
    -------
    pictures : ndarray, (N, size, size)
    labels : ndarray of int, (N,)
        Places in `CLASSES`.
    """
    rng = np.random.default_rng(seed)
    faces = [face(size, mouth) for mouth in ("happy", "sad")]
    turned = np.eye(size * size).reshape(-1, size, size)
    groups = [np.concatenate([[one], np.abs(one - turned)]) for one in faces]
    bright = rng.uniform(0.05, 0.95, (NOISE, 1, 1))
    noise = (rng.random((NOISE, size, size)) < bright).astype(float)
    blank = np.zeros((size, size))
    groups.append(np.concatenate([noise, [blank, 1 - blank], 1 - np.array(faces)]))
    labels = np.repeat(np.arange(3), [len(group) for group in groups])
    return np.concatenate(groups), labels


def features(pictures, kernel, bias, *, ceil_mode):
    """Take many pictures through convolution, ReLU, max pooling and flatten.

    Parameters
    ----------
    pictures : ndarray, (N, H, W)
    kernel : ndarray, (kh, kw, 1, K)
    bias : ndarray, (K,)
    ceil_mode : bool

    Returns
    -------
    ndarray, (N, n)
    """
    count, filters = len(pictures), kernel.shape[3]
    # Each picture is a channel with filters of its own.
    maps = conv2d(
        np.moveaxis(pictures, 0, 2),
        np.tile(kernel, count),
        np.tile(bias, count),
        groups=count,
    )
    pooled = pool2d(relu(maps), 2, ceil_mode=ceil_mode)
    return np.moveaxis(pooled.reshape(*pooled.shape[:2], count, filters), 2, 0).reshape(count, -1)


@dataclass(frozen=True, eq=False)
class Learned:
    """A dense layer found by gradient descent.

    Attributes
    ----------
    weights : ndarray, (n, 3)
    bias : ndarray, (3,)
    digits : int, optional
        How many decimals were left when the weights were rounded; None where they were not.
    exact : Learned, optional
        The layer before its weights were rounded.
    """

    weights: np.ndarray
    bias: np.ndarray
    digits: int | None = None
    exact: "Learned | None" = None

    def rounded(self, digits):
        """Return this layer with weights of so many decimals."""
        return Learned(
            self.weights.round(digits) + 0.0, self.bias.round(digits) + 0.0, digits, self
        )

    def right(self, inputs, labels):
        """Count the inputs whose largest logit is that of their label, and no other is as large."""
        logits = inputs @ self.weights + self.bias
        own = logits[np.arange(len(logits)), labels]
        rivals = np.sum(logits > own[:, np.newaxis] - 1e-9, axis=1)
        return int(np.sum(rivals == 1))


def learn(size, kernel, bias, *, ceil_mode):
    """Learn the dense layer for a convolution whose weights stay as they are.

    Gradient descent from zero on the cross-entropy of softmax, whose gradient for the logits is
    probability − target; each class counts a third. The result is rounded as coarsely as costs few
    of the examples and neither of the two faces: to whole numbers, or to one or more decimals.

    Parameters
    ----------
    size : int
        Rows and columns of the pictures.
    kernel : ndarray, (kh, kw, 1, K)
    bias : ndarray, (K,)
    ceil_mode : bool
        Whether pooling keeps the windows that hang over the end.

    Returns
    -------
    Learned
    """
    shown, labels = examples(size)
    inputs = features(shown, kernel, bias, ceil_mode=ceil_mode)
    largest = inputs.max() or 1.0  # Inputs up to 1 let one learning rate serve every kernel.
    weights, bias = descend(inputs / largest, labels)
    exact = Learned(weights / largest, bias)
    faces = [np.argmax(labels == 0), np.argmax(labels == 1)]
    for digits in range(MOST_DIGITS + 1):
        rounded = exact.rounded(digits)
        kept = rounded.right(inputs, labels) >= exact.right(inputs, labels) - LOST * len(labels)
        if kept and rounded.right(inputs[faces], [0, 1]) == 2:
            break
    return rounded


def descend(inputs, labels):
    """Follow the gradient of the cross-entropy for `STEPS` steps from zero.

    Parameters
    ----------
    inputs : ndarray, (N, n)
    labels : ndarray of int, (N,)

    Returns
    -------
    weights : ndarray, (n, classes)
    bias : ndarray, (classes,)
    """
    targets = np.eye(len(CLASSES))[labels]
    share = (1 / targets.sum(axis=0) / len(CLASSES))[labels][:, np.newaxis]
    weights = np.zeros((inputs.shape[1], len(CLASSES)))
    bias = np.zeros(len(CLASSES))
    for _ in range(STEPS):
        off = share * (softmax(inputs @ weights + bias) - targets)
        weights -= RATE * inputs.T @ off
        bias -= RATE * off.sum(axis=0)
    return weights, bias


def _flat_and_logits(**settings):
    trace = forward(**settings)
    return np.concatenate([trace.flatten, trace.logits])


FORWARD_LESSONS = {
    "happy-face-to-class": Lesson(
        "Happy face to class",
        "I",
        PAGE,
        {
            "picture": HAPPY_FACE,
            "kernel": FILTER,
            "weights": WEIGHTS,
            "dense_bias": BIAS,
            "ceil_mode": True,
        },
        # The nine pooled numbers, then the logits of happy, sad and neither.
        np.array([1, 1, 0, 4, 2, 1, 0, 2, 1, 3, 0, -1], dtype=float),
        _flat_and_logits,
        correction="The slide's nine numbers need the partial windows at the right and at the "
        "bottom; its code, MaxPooling2D((2, 2)), drops them and leaves four. Its feature map has 1 "
        "in row 3, column 3, where the sum is 0.",
    ),
}
"""Slug → `Lesson`."""
