"""The forward pass of a small network, kept whole, so that each number can be followed back."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from vizcore.ops.activations import relu, softmax
from vizcore.ops.layers import dense
from vizcore.ops.trace import Trace, trace_conv2d, trace_pool2d

STAGES = (
    "picture",
    "convolution",
    "relu",
    "pooling",
    "flatten",
    "products",
    "logits",
    "softmax",
)
"""What a picture becomes on its way to a class; each stage is made of the one before."""


@dataclass(frozen=True, eq=False)
class ForwardTrace:
    """Every number between a picture and the probabilities of its classes.

    Attributes
    ----------
    convolution : Trace
        Of the picture, without padding.
    relu : ndarray
        The convolution's output, what is negative set to 0.
    pooling : Trace
        Of `relu`, by the maximum.
    weights : ndarray, (n, classes)
        Of the dense layer, one row for each pooled number.
    bias : ndarray, (classes,)
        Of the dense layer.
    logits, softmax : ndarray, (classes,)
        The dense layer's output, and the probabilities it stands for.

    Examples
    --------
    >>> picture = [[0, 1, 0], [0, 1, 1], [0, 0, 0]]
    >>> trace = forward(picture, [[1, 0], [0, 1]], weights=[[3, 4]])
    >>> trace.relu.tolist(), trace.flatten.tolist(), trace.logits.tolist()
    ([[1.0, 2.0], [0.0, 1.0]], [2.0], [6.0, 8.0])
    >>> trace.sources("pooling", (0, 0)), trace.sources("convolution", (0, 1))
    ([(0, 1)], [(0, 1), (0, 2), (1, 1), (1, 2)])
    >>> trace.parts("convolution", (0, 1))
    [(0, 1), (1, 2)]
    """

    convolution: Trace
    relu: np.ndarray
    pooling: Trace
    weights: np.ndarray
    bias: np.ndarray
    logits: np.ndarray
    softmax: np.ndarray

    @property
    def flatten(self):
        """The pooled numbers in a row, as Keras orders them: row, column, then filter."""
        return self.pooling.output.ravel()

    @property
    def products(self):
        """Each pooled number times its weight for each class, (n, classes)."""
        return self.flatten[:, np.newaxis] * self.weights

    def values(self, stage):
        """Return the numbers of a stage.

        Parameters
        ----------
        stage : str
            One of `STAGES`.

        Returns
        -------
        ndarray
        """
        return {
            "picture": self.convolution.x,
            "convolution": self.convolution.output,
            "relu": self.relu,
            "pooling": self.pooling.output,
            "flatten": self.flatten,
            "products": self.products,
            "logits": self.logits,
            "softmax": self.softmax,
        }[stage]

    def sources(self, stage, cell):
        """Tell what a number was made from.

        A pooled number comes from the winner of its window alone: the others left no trace in it.

        Parameters
        ----------
        stage : str
            One of `STAGES`.
        cell : tuple of int
            The number's place in ``values(stage)``, counted from 0.

        Returns
        -------
        list of tuple of int
            Places in the stage before; none for the picture.
        """
        match stage:
            case "picture":
                return []
            case "convolution":
                depth = [range(n) for n in self.convolution.x.shape[2:]]
                rows, columns = _window(self.convolution, cell)
                return list(product(rows, columns, *depth))
            case "relu":
                return [tuple(cell)]
            case "pooling":
                return [(*self.pooling.step(cell).winner, *cell[2:])]
            case "flatten":
                place = np.unravel_index(cell[0], self.pooling.output.shape)
                return [tuple(map(int, place))]
            case "products":
                return [(cell[0],)]
            case "logits":
                return [(i, cell[0]) for i in range(len(self.weights))]
            case "softmax":
                return [(i,) for i in range(len(self.logits))]
        raise ValueError(f"stage must be one of {', '.join(STAGES)}. Received: {stage!r}")

    def parts(self, stage, cell):
        """Tell what had a part in a number: its sources, of a sum without the terms that are 0.

        Parameters
        ----------
        stage, cell
            As for `sources`.

        Returns
        -------
        list of tuple of int
            Places in the stage before.
        """
        sources = self.sources(stage, cell)
        if stage == "convolution":
            kernel = self.convolution.kernel
            weights = (kernel[..., cell[2]] if len(cell) == 3 else kernel).ravel()
            terms = [self.convolution.x[one] for one in sources] * weights
        elif stage == "logits":
            terms = [self.products[one] for one in sources]
        else:
            return sources
        return [one for one, term in zip(sources, terms, strict=True) if term]

    def pool_window(self, cell):
        """Return the cells of `relu` among which a pooled number is the largest."""
        return [(*place, *cell[2:]) for place in product(*_window(self.pooling, cell))]

    def trail(self, stage, cell):
        """Follow a number back to the picture, by what had a part in it.

        Parameters
        ----------
        stage, cell
            As for `sources`.

        Returns
        -------
        dict
            Stage → the set of its places on the way, the number itself included.
        """
        cells = {tuple(cell)}
        found = {stage: cells}
        for later, earlier in zip(STAGES[:0:-1], STAGES[-2::-1], strict=True):
            if later in found:
                found[earlier] = {s for one in found[later] for s in self.parts(later, one)}
        return found

    def ranking(self, of):
        """Order the pooled numbers by how far they push a class up, the strongest first.

        Parameters
        ----------
        of : int
            The class.

        Returns
        -------
        list of int
            Places in `flatten`; of equal products the first comes first.
        """
        return np.argsort(-self.products[:, of], kind="stable").tolist()


def forward(picture, kernel, bias=None, *, weights, dense_bias=None, size=2, ceil_mode=False):
    """Take a picture through convolution, ReLU, max pooling, a dense layer and softmax.

    Parameters
    ----------
    picture : array_like, (H, W) or (H, W, C)
    kernel : array_like, (kh, kw) or (kh, kw, C, K)
    bias : array_like, () or (K,), optional
    weights : array_like, (n, classes)
        Of the dense layer, for the n numbers that pooling leaves.
    dense_bias : array_like, (classes,), optional
    size : int or (int, int)
        The pooling window, and its stride.
    ceil_mode : bool
        Whether pooling keeps the windows that hang over the end.

    Returns
    -------
    ForwardTrace

    Raises
    ------
    ValueError
        When the shapes do not go together, or something is not a finite real number.
    """
    convolution = trace_conv2d(picture, kernel, bias)
    activated = relu(convolution.output)
    pooling = trace_pool2d(activated, size, ceil_mode=ceil_mode)
    logits = dense(pooling.output.ravel(), weights, dense_bias)
    weights = np.array(weights, logits.dtype)
    bias = np.zeros_like(logits) if dense_bias is None else np.array(dense_bias, logits.dtype)
    return ForwardTrace(convolution, activated, pooling, weights, bias, logits, softmax(logits))


def _window(trace, cell):
    """Return the rows and the columns that a window reads, without what hangs over."""
    axes = zip((trace.rows, trace.columns), cell, strict=False)
    return [[i for i in axis.cells(index) if 0 <= i < axis.n] for axis, index in axes]
