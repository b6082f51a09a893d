"""Why convolution: what a layer costs with and without shared weights, and what sharing brings."""

from dataclasses import dataclass
from math import prod

import numpy as np

from vizcore.lessons.lesson import Lesson
from vizcore.lessons.moving import first_look, looks, placed_at
from vizcore.ops.windows import axis_windows, plane_windows

PAGE = "why_convolution"

KINDS = ("dense", "local", "shared")
"""Every input to every output; neighbours with weights of their own; neighbours that share."""


@dataclass(frozen=True)
class Cost:
    """What a layer has to learn and to compute.

    Attributes
    ----------
    weights, biases, multiplications : int
    """

    weights: int
    biases: int
    multiplications: int

    @property
    def parameters(self):
        """Weights and biases."""
        return self.weights + self.biases


@dataclass(frozen=True)
class Layer:
    """A layer that turns one volume into another, with windows of all channels.

    Attributes
    ----------
    rows, columns, channels : int
        The input.
    filters : int
        Numbers in each place of the output.
    size : int
        Rows and columns of the window.
    stride, padding : int
        As in `vizcore.ops.conv2d`.

    Examples
    --------
    >>> layer = Layer(227, 227, 3, 96, 11, stride=4)
    >>> layer.output, layer.convolution.parameters, layer.local.parameters
    ((55, 55, 96), 34944, 105705600)
    """

    rows: int
    columns: int
    channels: int
    filters: int
    size: int
    stride: int = 1
    padding: int = 0

    @property
    def axes(self):
        """The windows down and across, two `vizcore.ops.windows.AxisWindows`."""
        return plane_windows(
            (self.rows, self.columns), self.size, stride=self.stride, padding=self.padding
        )

    @property
    def output(self):
        """Rows, columns and channels of the output."""
        return (*(axis.count for axis in self.axes), self.filters)

    @property
    def places(self):
        """How many windows there are."""
        return prod(self.output[:2])

    @property
    def inputs(self):
        """How many numbers go in."""
        return self.rows * self.columns * self.channels

    @property
    def outputs(self):
        """How many numbers come out."""
        return prod(self.output)

    @property
    def window(self):
        """How many numbers a window covers, its padding included."""
        return self.size * self.size * self.channels

    @property
    def neuron(self):
        """The `Cost` of one dense neuron: it reads the whole input."""
        return Cost(self.inputs, 1, self.inputs)

    @property
    def filter(self):
        """The `Cost` of one filter at one place."""
        return Cost(self.window, 1, self.window)

    @property
    def dense(self):
        """The `Cost` of a dense layer with this output."""
        return Cost(self.inputs * self.outputs, self.outputs, self.inputs * self.outputs)

    @property
    def local(self):
        """The `Cost` of windows with weights of their own at every place: locally connected."""
        return Cost(self.window * self.outputs, self.outputs, self.window * self.outputs)

    @property
    def convolution(self):
        """The `Cost` of the convolution: the local layer, its weights shared by all places."""
        return Cost(self.window * self.filters, self.filters, self.window * self.outputs)


def weight_matrix(kind, inputs, window):
    """Number the weights between a row of inputs and a row of outputs.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    inputs, window : int
        The outputs are as many as windows fit, whatever the kind.

    Returns
    -------
    ndarray of int, (outputs, inputs)
        Counted from 1; 0 where nothing connects. Equal numbers are one weight.

    Examples
    --------
    >>> weight_matrix("shared", 4, 2)
    array([[1, 2, 0, 0],
           [0, 1, 2, 0],
           [0, 0, 1, 2]])
    """
    axis = axis_windows(inputs, window)
    numbers = np.zeros((axis.count, inputs), int)
    if kind == "dense":
        numbers[:] = 1 + np.arange(numbers.size).reshape(numbers.shape)
        return numbers
    for output in range(axis.count):
        first = output * window if kind == "local" else 0
        numbers[output, list(axis.cells(output))] = first + np.arange(1, window + 1)
    return numbers


def _output(**given):
    return Layer(**given).output


def _output_and_parameters(**given):
    layer = Layer(**given)
    return *layer.output, layer.convolution.parameters


def _output_and_sharing(**given):
    layer = Layer(**given)
    return *layer.output, layer.places


def _weights_and_biases(**given):
    cost = Layer(**given).convolution
    return cost.weights, cost.biases, cost.parameters


def _neuron_and_filter(**given):
    layer = Layer(**given)
    return layer.neuron.weights, layer.filter.parameters


def _what_stays(shape, row, column, turn):
    """Return (dense, best) at the first place, moved, and there turned; the peak; black's best."""
    first, moved = first_look(shape), placed_at(looks(shape), row, column)
    turned = placed_at(looks(shape, turn), row, column)
    black = placed_at(looks(shape, colour="black"), row, column)
    return (
        *(first.dense, first.best),
        *(moved.dense, moved.best, *moved.peaks[0]),
        *(turned.dense, turned.best),
        *(black.dense, black.best),
    )


WEIGHT_LESSONS = {
    "ten-5x5-filters": Lesson(
        "Ten 5×5 filters",
        "I",
        PAGE,
        {"rows": 32, "columns": 32, "channels": 3, "filters": 10, "size": 5, "padding": 2},
        (32, 32, 10, 760),
        _output_and_parameters,
        correction="For 12 filters over an image of 3 channels, one deck gives the output as "
        "“pixel values × 3 × 12”. Right is H′×W′×12, with K filters H′×W′×K: a filter spans all "
        "channels and adds them up, so it gives one map, however many channels there are. Here "
        "ten filters give 32×32×10.",
    ),
    "six-maps": Lesson(
        "Six maps",
        "I",
        PAGE,
        {"rows": 32, "columns": 32, "channels": 3, "filters": 6, "size": 5},
        (28, 28, 6),
        _output,
        correction="The decks write “output = (N − F)/stride + bias”. It must be “+ 1”: "
        "(N − F)/stride + 1, here (32 − 5)/1 + 1 = 28. There is no bias in it: (N − F)/stride "
        "counts the steps, and there is one place more than steps between places. A bias is added "
        "to the numbers in the map, and leaves its size alone.",
    ),
    "ninety-six-11x11": Lesson(
        "Ninety-six 11×11×3",
        "K",
        PAGE,
        {"rows": 227, "columns": 227, "channels": 3, "filters": 96, "size": 11, "stride": 4},
        (55, 55, 96, 3025),  # the output, and how many neurons share a filter
        _output_and_sharing,
    ),
    "ten-weights": Lesson(
        "One 3×3 filter",
        "B",
        PAGE,
        {"rows": 28, "columns": 28, "channels": 1, "filters": 1, "size": 3},
        (9, 1, 10),  # weights, bias, both
        _weights_and_biases,
    ),
    "mlp-is-too-large": Lesson(
        "A dense net is too large",
        "D",
        PAGE,
        {"rows": 224, "columns": 224, "channels": 3, "filters": 10, "size": 5},
        (150_528, 76),  # weights into one hidden neuron, parameters of one filter
        _neuron_and_filter,
    ),
    "swans": Lesson(
        "The swan swims",
        "D",
        PAGE,
        {"shape": "swan", "row": 5, "column": 6, "turn": 1},
        # Scores of the dense neuron and of the largest answer: at first; moved, with the place of
        # that answer; moved and turned; moved and black.
        (13, 13, -1, 13, 5, 6, 0, 5, 1, 3),
        _what_stays,
    ),
}
"""Slug → `Lesson`."""
