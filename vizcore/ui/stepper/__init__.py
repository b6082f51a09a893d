"""The stepper: plays any trace of `vizcore.ops`, one output cell at a time."""

import numpy as np

from vizcore.ui.assets import register
from vizcore.ui.edits import done, taker

_component = register("stepper")


def stepper(
    trace,
    *,
    label,
    key,
    texts=None,
    on_edit=None,
    on_undo=None,
    photographic=False,
    turned=False,
    visit=0,
    autoplay=False,
    compact=False,
):
    """Play a trace.

    The step, the chosen filter and the hovered cell live in the browser and, as ``at=``, in the
    address: moving through a trace costs no traffic.

    Parameters
    ----------
    trace : vizcore.ops.trace.Trace
    label : str
        The operation in words, for those who do not see it.
    key : str
        The component's key on the page.
    texts : dict, optional
        What was typed: ``input`` as [channel][row][column] (None where a cell is not the
        visitor's), ``kernel`` as [filter][channel][cell] in the order drawn, ``bias`` as [filter].
        Needed for editing.
    on_edit : callable, optional
        Called with ``{"grid", "row", "column", "channel", "filter", "text"}`` before the page
        runs again; without it the cells cannot be edited. It comes from a browser, unchecked.
    on_undo : callable, optional
        Called when Ctrl+Z is pressed.
    photographic : bool
        Draw the input in grey levels, 0 black and 255 white.
    turned : bool
        Say that the kernel is drawn turned by 180°.
    visit : int
        Another number sends the stepper to the step in the address.
    autoplay : bool
        Start playing, unless the visitor's system asks for reduced motion.
    compact : bool
        Play in a loop and leave the legends out, as an illustration.
    """
    _component(
        key=key,
        data={
            "trace": as_data(trace),
            "label": label,
            "texts": texts,
            "editable": on_edit is not None,
            "done": done(key),
            "photographic": photographic,
            "turned": turned,
            "visit": visit,
            "autoplay": autoplay,
            "compact": compact,
        },
        on_edits_change=taker(key, on_edit, on_undo),
    )


def as_data(trace):
    """Return what the browser draws of a trace, as lists: always with channels and filters.

    Parameters
    ----------
    trace : vizcore.ops.trace.Trace

    Returns
    -------
    dict
        ``padded`` [row][column][channel], ``kernel`` [row][column][channel][filter] or None,
        ``output`` [row][column][filter], ``rows`` and ``columns`` with the windows' places.
    """
    flat = trace.output.ndim == 2
    kernel = trace.kernel
    if kernel is not None and flat:
        kernel = kernel[..., np.newaxis, np.newaxis]
    filters = 1 if flat else trace.output.shape[2]
    bias = np.broadcast_to(0.0 if trace.bias is None else trace.bias, filters)
    return {
        "kind": trace.kind,
        "padded": _with_depth(trace.padded).tolist(),
        "kernel": None if kernel is None else kernel.tolist(),
        "bias": bias.tolist(),
        "output": _with_depth(trace.output).tolist(),
        "rows": _axis(trace.rows),
        "columns": _axis(trace.columns),
        "inserted": trace.inserted.tolist() if trace.inserted.any() else None,
        "groups": trace.groups,
        "padMode": trace.pad_mode,
        "divisors": None if trace.divisors is None else trace.divisors.tolist(),
    }


def _axis(axis):
    names = ("n", "window", "stride", "dilation", "before", "overhang")
    return {name: getattr(axis, name) for name in names}


def _with_depth(array):
    return array[..., np.newaxis] if array.ndim == 2 else array
