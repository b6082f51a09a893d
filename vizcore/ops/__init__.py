"""The mathematics of a convolutional network, in NumPy alone."""

from vizcore.ops.convolution import conv2d, conv2d_transpose
from vizcore.ops.windows import output_size

__all__ = ["conv2d", "conv2d_transpose", "output_size"]
