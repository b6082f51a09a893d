"""The mathematics of a convolutional network, in NumPy alone."""

from vizcore.ops.activations import leaky_relu, relu, sigmoid, softmax, tanh
from vizcore.ops.convolution import conv2d, conv2d_transpose
from vizcore.ops.layers import batch_norm, dense, global_pool2d
from vizcore.ops.losses import cross_entropy, mse
from vizcore.ops.pooling import pool2d
from vizcore.ops.trace import trace_conv2d, trace_conv2d_transpose, trace_pool2d
from vizcore.ops.windows import output_size

__all__ = [
    "batch_norm",
    "conv2d",
    "conv2d_transpose",
    "cross_entropy",
    "dense",
    "global_pool2d",
    "leaky_relu",
    "mse",
    "output_size",
    "pool2d",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "trace_conv2d",
    "trace_conv2d_transpose",
    "trace_pool2d",
]
