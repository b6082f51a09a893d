"""What every operation asks of the arrays it is given."""

import numpy as np

_REAL_KINDS = "biuf"


def as_real(value, name, *, dtype=None):
    """Read an array-like of finite real numbers.

    Parameters
    ----------
    value : array_like
        Anything NumPy reads as booleans, integers or real numbers.
    name : str
        The argument's name, for the message.
    dtype : dtype, optional
        What to convert to. By default float32 stays float32 and everything else becomes float64.

    Returns
    -------
    ndarray
        Possibly `value` itself: the caller must not write to it.

    Raises
    ------
    ValueError
        When `value` is ragged, empty, complex, text or made of objects, or when a number is NaN
        or infinite, or becomes infinite as `dtype`.
    """
    try:
        array = np.asarray(value)
    except Exception as error:  # ragged lists, and whatever a foreign __array__ may raise
        raise ValueError(f"{name} must be an array of numbers. Received: {error}") from error
    if array.dtype.kind not in _REAL_KINDS:
        raise ValueError(f"{name} must hold real numbers. Received: {name} of type {array.dtype}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty. Received: {name} of shape {array.shape}")
    if dtype is None:
        dtype = np.float32 if array.dtype.type is np.float32 else np.float64
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        raise ValueError(
            f"{name} must hold finite numbers. "
            f"Received: {name} with {array[~finite][0]} as {array.dtype}"
        )
    return array


def as_image(value, name="x"):
    """Read a matrix (H, W) or a stack of channels (H, W, C); see `as_real`."""
    array = as_real(value, name)
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{name} must be a matrix (H, W) or a stack of channels (H, W, C). "
            f"Received: {name} of shape {array.shape}"
        )
    return array


def as_shaped(value, name, shapes, *, dtype, meaning):
    """Read an array that must have one of `shapes`, which the message calls `meaning`."""
    array = as_real(value, name, dtype=dtype)
    if array.shape not in shapes:
        raise ValueError(f"{name} must be {meaning}. Received: {name} of shape {array.shape}")
    return array


def as_number(value, name, *, dtype):
    """Read one finite real number as `dtype`; no bool."""
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be a number. Received: {name}={value!r}")
    return as_shaped(value, name, [()], dtype=dtype, meaning="a single number")[()]


def as_choice(value, name, choices):
    """Read a string that must be one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(map(repr, choices))
        raise ValueError(f"{name} must be one of {listed}. Received: {name}={value!r}")
    return str(value)


def as_flag(value, name):
    """Read a bool: a string such as "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False. Received: {name}={value!r}")
    return bool(value)
