"""JSON from strangers: bounded in length and number of values, and only what everybody reads alike.

Names that come twice, NaN and infinity are refused: one reader takes them so, another otherwise.
How deep it may go, Python itself bounds.
"""

import json
import math

_MOST_DIGITS = 30


class JsonError(ValueError):
    """Text that is not read; the text completes "the file …"."""


def read_json(data, *, most_bytes, most_values=50_000):
    """Read an object.

    Parameters
    ----------
    data : bytes or memoryview
        In UTF-8.
    most_bytes, most_values : int
        Its length, and how many values it may hold, which are counted before any is made.

    Returns
    -------
    dict

    Raises
    ------
    JsonError

    Examples
    --------
    >>> read_json(b'{"units": 10}', most_bytes=100)
    {'units': 10}
    >>> read_json(b'{"units": 10, "units": 11}', most_bytes=100)
    Traceback (most recent call last):
    ...
    vizcore.nets.plain_json.JsonError: says 'units' twice
    """
    if len(data) > most_bytes:
        raise JsonError(f"is longer than {most_bytes:,} bytes")
    data = bytes(data)
    if sum(map(data.count, (b",", b"{", b"["))) > most_values:
        raise JsonError(f"holds more than {most_values:,} values")
    try:
        read = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_real,
            parse_constant=_refuse_constant,
        )
    except JsonError:
        raise
    except (ValueError, RecursionError):
        raise JsonError("is no plain JSON") from None
    if not isinstance(read, dict):
        raise JsonError("is no JSON object")
    return read


def _object(pairs):
    read = {}
    for name, value in pairs:
        if name in read:
            raise JsonError(f"says {name[:40]!a} twice")
        read[name] = value
    return read


def _whole(text):
    if len(text) > _MOST_DIGITS:
        raise JsonError("holds a number that is too long")
    return int(text)


def _real(text):
    number = float(text)
    if not math.isfinite(number):
        raise JsonError("holds a number that is too large")
    return number


def _refuse_constant(text):
    raise JsonError(f"holds {text}, which is no number")
