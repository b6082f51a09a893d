"""The slides' networks: their volumes, their parameters, and what depth alone does not do."""

import numpy as np

from vizcore.lessons.lesson import Lesson, matrix
from vizcore.nets.architectures import Architecture, Conv, layer_table, preset, totals
from vizcore.ops import conv2d, relu

PAGE = "layer_tables"

READINGS = {
    "The slide's formula, with padding 1": Conv(32, 3, padding=1),
    "The slide's code, without padding": Conv(32, 3),
    "The code as today's Keras reads it, with stride 3": Conv(32, 3, stride=3),
}
"""What “32 filters 3×3 on 64×64×3” can mean."""

BLOCK_INPUT = matrix("9 1 0 2 / 0 8 1 0 / 1 0 7 1 / 2 0 1 9")
"""What the small residual block gets: the output of a ReLU, so nothing is negative."""


PUBLISHED_ERRORS = {
    "plain-20": None,
    "resnet-20": 8.75,
    "plain-56": None,
    "resnet-56": 6.97,
}
"""Test error on CIFAR-10 in per cent, as He et al. give it (arXiv:1512.03385, table 6).

None where the paper only draws the curve (figure 6).
"""


def block_weights(share):
    """Return the two 3×3 kernels of a small block, each weight at most `share` away from 0.

    Parameters
    ----------
    share : float

    Returns
    -------
    tuple of ndarray, (3, 3)
    """
    drawn = np.random.default_rng(7).uniform(-1, 1, (2, 3, 3)).round(2)
    return tuple(share * drawn)


def small_block(x, first, second):
    """Send a map through two convolutions, with a shortcut around them and without.

    Parameters
    ----------
    x : array_like, (H, W)
    first, second : array_like, (3, 3)

    Returns
    -------
    inner, plain, residual : ndarray, (H, W)
        F(x), ReLU(F(x)) and ReLU(F(x) + x).

    Examples
    --------
    >>> nothing = np.zeros((3, 3))
    >>> inner, plain, residual = small_block([[3, 1], [0, 2]], nothing, nothing)
    >>> residual
    array([[3., 1.],
           [0., 2.]])
    """
    hidden = relu(conv2d(x, first, padding="same"))
    inner = conv2d(hidden, second, padding="same")
    return inner, relu(inner), relu(inner + x)


def as_volume(shape):
    """Return a shape as (rows, columns, channels); numbers in a row are 1 × 1 × numbers."""
    return shape if len(shape) == 3 else (1, 1, *shape)


def _rows(network, without=("relu", "dropout", "softmax")):
    rows = layer_table(preset(network))
    kept = (row for row in rows if row.layer.kind not in without)
    return tuple((*as_volume(row.shape), row.parameters) for row in kept)


def _every_row(network):
    return _rows(network, without=())


def _volumes(network):
    network = preset(network)
    rows = (row for row in layer_table(network) if row.layer.kind != "flatten")
    return (network.input, *(as_volume(row.shape) for row in rows))


def _parameters(network):
    return totals(layer_table(preset(network))).parameters


def _first_volume(network, readings):
    shape = preset(network).input
    return tuple(layer_table(Architecture(shape, (layer,)))[0].shape for layer in readings)


def _maps(network, beside):
    return tuple(
        tuple(row.shape for row in layer_table(preset(name)) if len(row.shape) == 3)
        for name in (network, beside)
    )


def _depths_and_parameters(network, beside):
    found = []
    for name in (network, *beside):
        rows = layer_table(preset(name))
        layers = sum({"conv": 1, "residual": 2, "dense": 1}.get(row.layer.kind, 0) for row in rows)
        found.append((layers, totals(rows).trainable))
    return tuple(found)


NETWORK_LESSONS = {
    "simplest-cnn": Lesson(
        "The simplest CNN",
        "D",
        PAGE,
        {"network": "simplest-cnn"},
        # Rows, columns, channels and parameters of convolution, ReLU, pooling, flatten, dense
        # and softmax.
        (
            (26, 26, 8, 80),
            (26, 26, 8, 0),
            (13, 13, 8, 0),
            (1, 1, 1352, 0),
            (1, 1, 10, 13_530),
            (1, 1, 10, 0),
        ),
        _every_row,
    ),
    "nine-layers": Lesson(
        "Nine layers",
        "D",
        PAGE,
        {"network": "nine-layers"},
        (
            (32, 32, 12, 336),
            (32, 32, 12, 0),
            (16, 16, 12, 0),
            (16, 16, 24, 2_616),
            (16, 16, 24, 0),
            (8, 8, 24, 0),
            (1, 1, 1536, 0),
            (1, 1, 10, 15_370),
            (1, 1, 10, 0),
        ),
        _every_row,
        correction="The deck gives the output of a convolution with 12 filters as “pixel values × "
        "3 × 12”. It is rows × columns × 12: each filter spans all 3 channels and gives one map.",
    ),
    "volumes": Lesson(
        "Volumes, pixels to five classes",
        "K",
        PAGE,
        {"network": "volumes"},
        ((32, 32, 3), (32, 32, 8), (32, 32, 8), (16, 16, 8), (1, 1, 5)),
        _volumes,
    ),
    "mnist-mlp": Lesson(
        "Digits without convolution",
        "B",
        PAGE,
        {"network": "mnist-mlp"},
        101_770,
        _parameters,
    ),
    "mnist-five-conv": Lesson(
        "Digits, five convolutions",
        "K",
        PAGE,
        {"network": "mnist-five-conv"},
        2_782_090,
        _parameters,
    ),
    "cifar-six-conv": Lesson(
        "Small photographs, six convolutions",
        "K",
        PAGE,
        {"network": "cifar-six-conv"},
        1_769_674,
        _parameters,
    ),
    "organs": Lesson(
        "Organs, five classes",
        "K",
        PAGE,
        {"network": "organs"},
        2_781_445,
        _parameters,
    ),
    "slides-64": Lesson(
        "64×64: one layer, three readings",
        "I",
        PAGE,
        {"network": "slides-64", "readings": tuple(READINGS.values())},
        ((64, 64, 32), (62, 62, 32), (21, 21, 32)),
        _first_volume,
        correction="The slide gives 64×64 for 32 filters of 3×3 on 64×64×3. Its formula has "
        "padding 1 and does give 64×64; its code has no padding, and 64 − 3 + 1 = 62. Typed into "
        "today's Keras, Convolution2D(32, 3, 3) means size 3 and stride 3: 21×21. The table shows "
        "the code without padding; all three are below.",
    ),
    "alexnet": Lesson(
        "AlexNet",
        "B",
        PAGE,
        {"network": "alexnet"},
        # Rows, columns, channels and parameters, the ReLUs and dropouts left out.
        (
            (55, 55, 96, 34_944),
            (27, 27, 96, 0),
            (27, 27, 256, 307_456),
            (13, 13, 256, 0),
            (13, 13, 384, 885_120),
            (13, 13, 384, 663_936),
            (13, 13, 256, 442_624),
            (6, 6, 256, 0),
            (1, 1, 9216, 0),
            (1, 1, 4096, 37_752_832),
            (1, 1, 4096, 16_781_312),
            (1, 1, 1000, 4_097_000),
        ),
        _rows,
    ),
    "residual": Lesson(
        "Residual blocks",
        "B",
        PAGE,
        {"network": "residual"},
        # Convolution, normalisation, three blocks, global average, dense.
        (
            (32, 32, 16, 432),
            (32, 32, 16, 64),
            (32, 32, 16, 4_736),
            (16, 16, 32, 14_720),
            (8, 8, 64, 58_112),
            (1, 1, 64, 0),
            (1, 1, 10, 650),
        ),
        _rows,
    ),
    "deeper-is-not-enough": Lesson(
        "Deeper is not enough",
        "B",
        PAGE,
        {"network": "plain-56", "beside": ("plain-20", "resnet-56", "resnet-20")},
        # Layers with weights, and learned parameters: the shortcuts cost none.
        ((56, 853_018), (20, 269_722), (56, 853_018), (20, 269_722)),
        _depths_and_parameters,
    ),
    "shrinking-fast": Lesson(
        "Maps that shrink too fast",
        "K",
        PAGE,
        {"network": "shrinking-fast", "beside": "shrinking-slowly"},
        (
            ((14, 14, 16), (7, 7, 16), (3, 3, 16), (1, 1, 16)),
            ((32, 32, 16), (16, 16, 16), (16, 16, 16), (8, 8, 16)),
        ),
        _maps,
    ),
}
"""Slug → `Lesson`."""
