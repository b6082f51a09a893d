"""Kernels by name, kernels by formula, and what can be said about a kernel.

All are correlation kernels: laid on the picture as printed, not turned first.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from vizcore.ops.arrays import as_number, as_real
from vizcore.ops.windows import positive_integer

MAX_SIDE = 15
"""Rows and columns of the largest kernel that can be made or typed in."""

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel with a name, kept as whole numbers over a divisor where it has one.

    Attributes
    ----------
    title, about : str
        Its name, and two sentences on what it does to a picture.
    family : str
        The group that a menu shows it in.
    numerators : ndarray of float64, shape (kh, kw)
        What an editor shows; read-only.
    divisor : float
        What the numerators are divided by.
    weights : ndarray of float64, shape (kh, kw)
        ``numerators / divisor``; read-only.

    Examples
    --------
    >>> KERNELS["gaussian_blur"].weights[1].tolist()
    [0.125, 0.25, 0.125]
    """

    title: str
    about: str
    family: str
    numerators: np.ndarray
    divisor: float = 1.0
    weights: np.ndarray = field(init=False)

    def __post_init__(self):
        numerators = as_kernel(self.numerators)
        weights = numerators / self.divisor
        for array in (numerators, weights):
            array.setflags(write=False)
        object.__setattr__(self, "numerators", numerators)
        object.__setattr__(self, "weights", weights)


def as_kernel(array) -> np.ndarray:
    """Check a kernel that somebody typed in.

    Parameters
    ----------
    array : array_like, shape (kh, kw)
        1 to `MAX_SIDE` rows and columns of finite numbers.

    Returns
    -------
    ndarray of float64, shape (kh, kw)
        A copy.

    Raises
    ------
    ValueError
        When it is no such thing.

    Examples
    --------
    >>> as_kernel([[1, 2]])
    array([[1., 2.]])
    """
    kernel = as_real(array, "kernel", dtype=np.float64).copy()
    if kernel.ndim != 2 or max(kernel.shape) > MAX_SIDE:
        raise ValueError(
            f"kernel must be a matrix of 1 to {MAX_SIDE} rows and columns."
            f" Received: kernel of shape {kernel.shape}"
        )
    return kernel


def box_kernel(height: int, width: int | None = None) -> np.ndarray:
    """Make the mean of a window, (height, width); square by default.

    >>> box_kernel(1, 4)
    array([[0.25, 0.25, 0.25, 0.25]])
    """
    height = _side(height, "height")
    width = height if width is None else _side(width, "width")
    return np.full((height, width), 1 / (height * width))


def gaussian_kernel(size: int, sigma: float) -> np.ndarray:
    """Sample a Gaussian bell on a square and scale it to sum to 1.

    Parameters
    ----------
    size : int
        Rows and columns, 1 to `MAX_SIDE`.
    sigma : float
        Standard deviation in pixels, 0.1 to 100.

    Returns
    -------
    ndarray of float64, shape (size, size)

    Examples
    --------
    >>> gaussian_kernel(3, 0.85).round(3)
    array([[0.063, 0.125, 0.063],
           [0.125, 0.25 , 0.125],
           [0.063, 0.125, 0.063]])
    """
    bell = _bell(_side(size, "size"), _sigma(sigma))
    return np.outer(bell, bell)


def log_kernel(size: int, sigma: float) -> np.ndarray:
    """Sample the Laplacian of a Gaussian, its mean removed so that it sums to 0.

    It is negative in the middle, as the formula of Marr and Hildreth (*Theory of edge
    detection*, 1980) has it: (r² − 2σ²)/σ⁴ times the bell. `KERNELS` has the popular 5×5
    approximation, whose sign is the other one.

    Parameters
    ----------
    size : int
        Rows and columns, 1 to `MAX_SIDE`.
    sigma : float
        Standard deviation in pixels, 0.1 to 100.

    Returns
    -------
    ndarray of float64, shape (size, size)

    Examples
    --------
    >>> log_kernel(3, 1.0).round(3)
    array([[ 0.1  , -0.023,  0.1  ],
           [-0.023, -0.308, -0.023],
           [ 0.1  , -0.023,  0.1  ]])
    """
    size, sigma = _side(size, "size"), _sigma(sigma)
    bell, square = _bell(size, sigma), _offsets(size) ** 2
    kernel = (np.add.outer(square, square) - 2 * sigma**2) / sigma**4 * np.outer(bell, bell)
    return kernel - kernel.mean()


def motion_kernel(size: int, angle: float) -> np.ndarray:
    """Draw a line through the middle of a square, from side to side, scaled to sum to 1.

    Parameters
    ----------
    size : int
        Rows and columns, 1 to `MAX_SIDE`.
    angle : float
        Degrees, counter-clockwise from the horizontal.

    Returns
    -------
    ndarray of float64, shape (size, size)

    Examples
    --------
    >>> motion_kernel(3, 90)
    array([[0.        , 0.33333333, 0.        ],
           [0.        , 0.33333333, 0.        ],
           [0.        , 0.33333333, 0.        ]])
    """
    size, turn = (
        _side(size, "size"),
        math.radians(float(as_number(angle, "angle", dtype=np.float64)) % 180),
    )
    right = _offsets(size)
    up = -right[:, np.newaxis]
    across = up * math.cos(turn) - right * math.sin(turn)
    # A cell counts by how much of it the line covers: fully on the line, not at all a cell away.
    cover = np.clip(1 - np.abs(across), 0, 1)
    cover[cover < _TOLERANCE] = 0
    return cover / cover.sum()


def _side(value, name):
    side = positive_integer(value, name)
    if side > MAX_SIDE:
        raise ValueError(f"{name} must be at most {MAX_SIDE}. Received: {name}={value!r}")
    return side


def _sigma(value):
    sigma = float(as_number(value, "sigma", dtype=np.float64))
    if not 0.1 <= sigma <= 100:
        raise ValueError(f"sigma must be from 0.1 to 100 pixels. Received: sigma={value!r}")
    return sigma


def _offsets(size):
    """Distances of a row's cells from its middle."""
    return np.arange(size) - (size - 1) / 2


def _bell(size, sigma):
    bell = np.exp(-0.5 * (_offsets(size) / sigma) ** 2)
    return bell / bell.sum()


def is_separable(weights) -> bool:
    """Tell whether a kernel is a column times a row, so that two short passes do its work.

    True for rank 1, judged by singular values with a relative tolerance, and for all zeros.

    >>> is_separable([[1, 2, 1], [2, 4, 2], [1, 2, 1]]), is_separable([[1, 0], [0, 1]])
    (True, False)
    """
    strengths = np.linalg.svd(as_kernel(weights), compute_uv=False)
    return bool((strengths[1:] <= _TOLERANCE * strengths[0]).all())


def separate(weights) -> tuple[np.ndarray, np.ndarray]:
    """Factor a separable kernel: ``np.outer(column, row)`` gives it back.

    Parameters
    ----------
    weights : array_like, shape (kh, kw)

    Returns
    -------
    column, row : ndarray of float64, shapes (kh,) and (kw,)
        The row's largest weight is 1 or −1, and the column's sum is not negative.

    Raises
    ------
    ValueError
        When it is not separable.

    Examples
    --------
    >>> separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    (array([1., 2., 1.]), array([-1.,  0.,  1.]))
    """
    weights = as_kernel(weights)
    if not is_separable(weights):
        raise ValueError("kernel must be separable, a column times a row. Received: another one")
    i, j = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    if weights[i, j] == 0:
        return weights[:, 0], weights[0]
    column, row = weights[:, j], weights[i] / weights[i, j]
    sign = -1.0 if column.sum() < 0 else 1.0
    return sign * column + 0.0, sign * row + 0.0  # + 0.0: no −0 on the screen


def kernel_facts(weights) -> list[str]:
    """Say in short sentences what a kernel's numbers tell about it.

    Parameters
    ----------
    weights : array_like, shape (kh, kw)

    Returns
    -------
    list of str
        On its sum, its separability, and its symmetry, in this order.

    Examples
    --------
    >>> for fact in kernel_facts([[0, 1, 0], [1, -4, 1], [0, 1, 0]]):
    ...     print(fact)
    The weights sum to 0: where the picture is even, the response is 0.
    Not separable: it is no column times a row.
    A half turn leaves it unchanged: correlation and convolution agree.
    """
    weights = as_kernel(weights)
    return [_sum_fact(weights), _separable_fact(weights), _turn_fact(weights)]


def _sum_fact(weights):
    total, scale = weights.sum(), np.abs(weights).sum()
    if abs(total) <= _TOLERANCE * scale:
        return "The weights sum to 0: where the picture is even, the response is 0."
    if abs(total - 1) <= _TOLERANCE * scale:
        return "The weights sum to 1: where the picture is even, its brightness stays."
    return f"The weights sum to {_plain(total)}: where the picture is even, it is multiplied by it."


def _separable_fact(weights):
    if 1 in weights.shape:
        return "A single row or column: it works in one direction only."
    if not is_separable(weights):
        return "Not separable: it is no column times a row."
    column, row = (", ".join(map(_plain, factor)) for factor in separate(weights))
    return f"Separable: the column ({column}) times the row ({row})."


def _turn_fact(weights):
    if np.allclose(weights, weights[::-1, ::-1], rtol=0, atol=_TOLERANCE * np.abs(weights).max()):
        return "A half turn leaves it unchanged: correlation and convolution agree."
    if np.allclose(weights, -weights[::-1, ::-1], rtol=0, atol=_TOLERANCE * np.abs(weights).max()):
        return "A half turn flips its sign: correlation and convolution differ in sign."
    return "A half turn changes it: correlation and convolution differ."


def _plain(number):
    """Write a number with at most four significant digits and a true minus sign."""
    return f"{number:.4g}".replace("-", "−")


KERNELS = {
    "identity": Kernel(
        "Identity",
        "Every pixel keeps its own value and ignores its neighbours. The picture comes out"
        " unchanged.",
        "Basics",
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    ),
    "edge_diagonal": Kernel(
        "Diagonal edges",
        "Compares the corners along one diagonal with those along the other. It answers to"
        " corners and slanted edges, and not at all to straight horizontal or vertical ones.",
        "Edges",
        [[1, 0, -1], [0, 0, 0], [-1, 0, 1]],
    ),
    "edge_laplacian4": Kernel(
        "Laplacian, 4 neighbours",
        "Adds the neighbours above, below, left and right, and takes away four times the middle."
        " Even areas become 0, and an edge shows as a positive line beside a negative one.",
        "Edges",
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    ),
    "edge_laplacian8": Kernel(
        "Laplacian, 8 neighbours",
        "Takes all eight neighbours away from eight times the middle. Edges of every direction"
        " stand out, and fine noise does too.",
        "Edges",
        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    ),
    "sharpen": Kernel(
        "Sharpen",
        "Adds to each pixel what sets it apart from its four neighbours. Edges gain contrast while"
        " even areas keep their brightness.",
        "Sharpen",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    ),
    "box_blur": Kernel(
        "Box blur",
        "Replaces each pixel by the plain mean of its 3×3 neighbourhood. Noise and fine detail"
        " soften alike.",
        "Blur",
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        9,
    ),
    "gaussian_blur": Kernel(
        "Gaussian blur",
        "Averages the neighbourhood, with near pixels counting more than far ones. It softens"
        " like the box blur, but more gently and more evenly in all directions.",
        "Blur",
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
        16,
    ),
    "sobel_x": Kernel(
        "Sobel, horizontal change",
        "Measures how much brighter it gets from left to right, smoothed over three rows."
        " Vertical edges stand out: positive where the right side is brighter.",
        "Gradients",
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ),
    "sobel_y": Kernel(
        "Sobel, vertical change",
        "Measures how much brighter it gets from top to bottom, smoothed over three columns."
        " Horizontal edges stand out: positive where the lower side is brighter.",
        "Gradients",
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    ),
    "prewitt_x": Kernel(
        "Prewitt, horizontal change",
        "Measures the change from left to right, all three rows counting alike. Vertical edges"
        " stand out, a little noisier than with Sobel.",
        "Gradients",
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    ),
    "prewitt_y": Kernel(
        "Prewitt, vertical change",
        "Measures the change from top to bottom, all three columns counting alike. Horizontal"
        " edges stand out, a little noisier than with Sobel.",
        "Gradients",
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    ),
    "scharr_x": Kernel(
        "Scharr, horizontal change",
        "Measures the change from left to right with weights tuned to treat all directions alike."
        " Its numbers are larger than Sobel's, so the response is too.",
        "Gradients",
        [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    ),
    "scharr_y": Kernel(
        "Scharr, vertical change",
        "Measures the change from top to bottom with weights tuned to treat all directions alike."
        " Its numbers are larger than Sobel's, so the response is too.",
        "Gradients",
        [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
    ),
    "laplacian_of_gaussian": Kernel(
        "Laplacian of Gaussian",
        "Smooths and looks for edges in one go, so that single noisy pixels matter less. Thin"
        " bright lines and spots answer strongly.",
        "Edges",
        [
            [0, 0, -1, 0, 0],
            [0, -1, -2, -1, 0],
            [-1, -2, 16, -2, -1],
            [0, -1, -2, -1, 0],
            [0, 0, -1, 0, 0],
        ],
    ),
    "emboss": Kernel(
        "Emboss",
        "Lowers what lies to the upper left of a pixel and raises what lies to the lower right."
        " The picture looks pressed into metal, lit from one side.",
        "Effects",
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    ),
    "motion_blur": Kernel(
        "Motion blur",
        "Averages seven pixels along a falling diagonal. The picture looks as if the camera had"
        " moved while it was taken.",
        "Blur",
        np.eye(7),
        7,
    ),
}
"""Key → `Kernel`: the slides' seven first, then their friends."""
