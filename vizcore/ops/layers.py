"""What a network does between and after its convolutions."""

import numpy as np

from vizcore.ops.arrays import as_choice, as_image, as_number, as_real, as_shaped


def dense(x, kernel, bias=None):
    """Give every output a weighted sum of all inputs.

    Parameters
    ----------
    x : array_like, (..., n)
        The inputs.
    kernel : array_like, (n, m)
        The weights, in Keras's layout.
    bias : array_like, (m,), optional
        What each output adds.

    Returns
    -------
    ndarray, (..., m)
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When the shapes do not go together, or something is not a finite real number.

    Examples
    --------
    >>> dense([1, 2], [[1, 0, 3], [0, 1, 4]], bias=[0, 0, 1])
    array([ 1.,  2., 12.])
    """
    x = _as_layer_input(x)
    kernel = as_real(kernel, "kernel", dtype=x.dtype)
    if kernel.ndim != 2 or kernel.shape[0] != x.shape[-1]:
        raise ValueError(
            f"kernel must be ({x.shape[-1]}, m) for the last axis of x. "
            f"Received: x of shape {x.shape}, kernel of shape {kernel.shape}"
        )
    out = x @ kernel
    if bias is None:
        return out
    outputs = kernel.shape[1]
    meaning = f"{outputs} numbers, one for each output"
    return out + as_shaped(bias, "bias", [(outputs,)], dtype=x.dtype, meaning=meaning)


def batch_norm(x, mean, variance, gamma, beta, epsilon=1e-3):
    """Normalise each channel by statistics that are given, as a trained network does.

    Ioffe and Szegedy, *Batch normalization* (2015), https://arxiv.org/abs/1502.03167, with the
    names and the `epsilon` of Keras: gamma · (x − mean) / √(variance + epsilon) + beta.

    Parameters
    ----------
    x : array_like, (..., C)
        The channels are along the last axis.
    mean, variance, gamma, beta : array_like, (C,) or ()
        One number a channel, or one for all.
    epsilon : float
        Keeps the divisor away from 0.

    Returns
    -------
    ndarray, (..., C)
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When the shapes do not go together, a variance or `epsilon` is negative, or both are 0.

    Examples
    --------
    >>> batch_norm([[1, 10], [3, 30]], mean=[2, 20], variance=[1, 100], gamma=1, beta=5, epsilon=0)
    array([[4., 4.],
           [6., 6.]])
    """
    x = _as_layer_input(x)
    channels = x.shape[-1]
    meaning = f"a single number or {channels} of them, one for each channel"
    mean, variance, gamma, beta = (
        as_shaped(value, name, [(), (channels,)], dtype=x.dtype, meaning=meaning)
        for value, name in (
            (mean, "mean"),
            (variance, "variance"),
            (gamma, "gamma"),
            (beta, "beta"),
        )
    )
    epsilon = as_number(epsilon, "epsilon", dtype=x.dtype)
    if variance.min() < 0:
        raise ValueError(f"variance must not be negative. Received: {variance.min()}")
    if epsilon < 0:
        raise ValueError(f"epsilon must not be negative. Received: {epsilon}")
    spread = np.sqrt(variance + epsilon)
    if not spread.all():
        raise ValueError(f"epsilon must be positive where a variance is 0. Received: {epsilon}")
    return gamma * (x - mean) / spread + beta


def global_pool2d(x, mode="average"):
    """Keep one number of every channel.

    Parameters
    ----------
    x : array_like, (H, W) or (H, W, C)
        The input.
    mode : {"average", "max"}
        Which number to keep.

    Returns
    -------
    ndarray, () or (C,)
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When an argument is no such thing.

    Examples
    --------
    >>> global_pool2d([[[1, 10], [2, 20]], [[3, 30], [6, 60]]])
    array([ 3., 30.])
    """
    x = as_image(x)
    keep = {"average": np.mean, "max": np.max}[as_choice(mode, "mode", ("average", "max"))]
    return keep(x, axis=(0, 1))


def _as_layer_input(x):
    x = as_real(x, "x")
    if x.ndim == 0:
        raise ValueError(f"x must have at least one axis. Received: x of shape {x.shape}")
    return x
