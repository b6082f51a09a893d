"""What is worked out from a visitor's pictures, kept for a while and then forgotten."""

import threading
import time
from collections import OrderedDict
from functools import wraps

_forgetting, _now = [], time.monotonic


def recent(maxsize, named_by=None):
    """Keep a function's results, as `functools.lru_cache` does, but none that nobody asks for.

    For what holds a visitor's picture or model: `forget_unused` lets go of it when they have left.

    Parameters
    ----------
    maxsize : int
    named_by : int, optional
        How many of its arguments, from the first, tell one result from another; by default all.

    Examples
    --------
    >>> @recent(maxsize=2)
    ... def doubled(x):
    ...     print("worked out")
    ...     return 2 * x
    >>> doubled(1), doubled(1)
    worked out
    (2, 2)
    >>> forget_unused(0)
    >>> doubled(1)
    worked out
    2
    """

    def decorate(function):
        kept, lock = OrderedDict(), threading.Lock()

        @wraps(function)
        def wrapped(*arguments):
            name = arguments[:named_by]
            with lock:
                if name in kept:
                    result, _ = kept.pop(name)
                    kept[name] = result, _now()
                    return result
            result = function(*arguments)
            with lock:
                kept.pop(name, None)
                kept[name] = result, _now()
                if len(kept) > maxsize:
                    kept.popitem(last=False)
            return result

        @on_forgetting
        def forget(since):
            with lock:
                while kept and next(iter(kept.values()))[1] <= since:
                    kept.popitem(last=False)

        wrapped.cache_clear = kept.clear
        return wrapped

    return decorate


def on_forgetting(forget):
    """Have a function called whenever `forget_unused` is, with the latest time to be forgotten.

    Parameters
    ----------
    forget : callable
        Takes a time as of `time.monotonic`.
    """
    _forgetting.append(forget)
    return forget


def forget_unused(seconds):
    """Let go of every result that nobody has asked for during so many seconds.

    Parameters
    ----------
    seconds : float
    """
    since = _now() - seconds
    for forget in _forgetting:
        forget(since)


def forget_regularly(seconds=180, every=15):
    """Call `forget_unused` as long as this process lasts, in a thread of its own.

    Parameters
    ----------
    seconds, every : float

    Returns
    -------
    threading.Event
        Ends it once it is set.
    """
    enough = threading.Event()

    def forget():
        while not enough.wait(every):
            forget_unused(seconds)

    threading.Thread(target=forget, daemon=True).start()
    return enough
