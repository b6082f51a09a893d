"""Gradients: expressions as graphs, and a filter whose weights are shared by all places."""

from dataclasses import dataclass

import numpy as np

from vizcore.lessons.lesson import Lesson, matrix
from vizcore.ops import conv2d
from vizcore.ops.gradients import conv2d_gradients, unshared_gradients
from vizcore.ops.graph import Node, trace_graph

PAGE = "gradients"


@dataclass(frozen=True)
class Expression:
    """An expression to go through forward and backward.

    Attributes
    ----------
    title : str
    nodes : tuple of Node
        As `trace_graph` takes them.
    inputs : dict
        Name → the number to begin with.
    """

    title: str
    nodes: tuple
    inputs: dict


def _expression(title, inputs, *computed):
    return Expression(title, (*map(Node, inputs), *computed), inputs)


EXPRESSIONS = {
    "slide": _expression(
        "(a + b) · (b + 1)",
        {"a": 2, "b": 1},
        Node("c", "add", ("a", "b")),
        Node("d", "increment", ("b",)),
        Node("e", "multiply", ("c", "d")),
    ),
    "dot": _expression(
        "Dot product: w₁·x₁ + w₂·x₂",
        {"w₁": 2, "x₁": 3, "w₂": -1, "x₂": 4},
        Node("p", "multiply", ("w₁", "x₁")),
        Node("q", "multiply", ("w₂", "x₂")),
        Node("s", "add", ("p", "q")),
    ),
    "shared": _expression(
        "One weight at two places: w·x₁ + w·x₂",
        {"x₁": 3, "w": 2, "x₂": 4},
        Node("p", "multiply", ("w", "x₁")),
        Node("q", "multiply", ("w", "x₂")),
        Node("s", "add", ("p", "q")),
    ),
    "relu": _expression(
        "A neuron and its error: (ReLU(w·x + b) − t)²",
        {"w": 0.5, "x": 3, "b": -1, "t": 2},
        Node("p", "multiply", ("w", "x")),
        Node("z", "add", ("p", "b")),
        Node("y", "relu", ("z",)),
        Node("r", "subtract", ("y", "t")),
        Node("E", "square", ("r",)),
    ),
    "sigmoid": _expression(
        "The same with a sigmoid: (σ(w·x + b) − t)²",
        {"w": 0.5, "x": 3, "b": -1, "t": 1},
        Node("p", "multiply", ("w", "x")),
        Node("z", "add", ("p", "b")),
        Node("y", "sigmoid", ("z",)),
        Node("r", "subtract", ("y", "t")),
        Node("E", "square", ("r",)),
    ),
}
"""Name → `Expression`."""


@dataclass(frozen=True, eq=False)
class FilterStep:
    """One filter, its error, and a step against the gradient: with shared weights, and without.

    Attributes
    ----------
    output : ndarray, (H', W')
    upstream : ndarray, (H', W')
        How the error grows with each number of the output: output − target.
    error, error_after : float
        Half the sum of the squared differences, before and after the step.
    gradient, kernel_after : ndarray, (kh, kw)
    unshared : ndarray, (H', W', kh, kw)
        The gradients of a kernel at each place, were they not shared.
    unshared_after : float
        The error after the step if each place follows its own gradient.
    """

    output: np.ndarray
    upstream: np.ndarray
    error: float
    gradient: np.ndarray
    kernel_after: np.ndarray
    error_after: float
    unshared: np.ndarray
    unshared_after: float


def filter_step(x, kernel, target, rate, **how):
    """Compare a filter's output with a target, and take one step against the gradient.

    Parameters
    ----------
    x : array_like, (H, W)
    kernel : array_like, (kh, kw)
    target : array_like, (H', W')
        What the output should be.
    rate : float
        The learning rate.
    **how
        ``stride``, ``padding`` and ``dilation`` as `conv2d` takes them.

    Returns
    -------
    FilterStep
    """
    kernel = np.asarray(kernel, dtype=float)
    output = conv2d(x, kernel, **how)
    upstream = output - target
    gradient = conv2d_gradients(x, kernel, upstream, **how).kernel
    after = kernel - rate * gradient
    unshared = unshared_gradients(x, kernel, upstream, **how)
    # What the windows read: the gradients if every output counted once.
    seen = unshared_gradients(x, kernel, np.ones_like(output), **how)
    apart = np.sum(seen * (kernel - rate * unshared), axis=(2, 3))
    return FilterStep(
        output,
        upstream,
        _error(output, target),
        gradient,
        after,
        _error(conv2d(x, after, **how), target),
        unshared,
        _error(apart, target),
    )


def _error(output, target):
    return float(np.sum(np.square(output - target)) / 2)


def _forward_and_backward(expression, inputs):
    trace = trace_graph(EXPRESSIONS[expression].nodes, inputs)
    return (*trace.values.values(), *(trace.gradients[name] for name in inputs))


def _shared_gradient(x, kernel, target):
    return filter_step(x, kernel, target, rate=0).gradient


GRADIENT_LESSONS = {
    "computational-graph": Lesson(
        "A computational graph",
        "K",
        PAGE,
        {"expression": "slide", "inputs": {"a": 2, "b": 1}},
        # The values of a, b, c, d and e; then how e grows with a and with b.
        (2, 1, 3, 2, 6, 2, 5),
        _forward_and_backward,
    ),
    "shared-gradient": Lesson(
        "The gradient of a shared weight",
        "K",
        PAGE,
        {
            "x": matrix("1 2 0 1 / 0 1 3 0 / 2 0 1 1 / 1 1 0 2"),
            "kernel": matrix("1 0 / 0 1"),
            # What the kernel turned to the other diagonal, 0 1 / 1 0, would give.
            "target": matrix("2 1 4 / 3 3 1 / 1 2 1"),
        },
        matrix("22 -10 / -11 20"),
        _shared_gradient,
    ),
}
"""Slug → `Lesson`."""
