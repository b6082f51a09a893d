"""The way from pixels to a class, each number to be followed back to the picture."""

import numpy as np

from vizcore.lessons.forward import CLASSES, pictures
from vizcore.ops.forward import STAGES
from vizcore.ui.assets import register
from vizcore.ui.edits import done, taker
from vizcore.ui.forward_settings import Drawing

_component = register("forward")


def forward(settings, trace, *, on_edit, on_undo, can_undo, visit, key):
    """Show a forward pass; the picture can be painted, the weights typed.

    Hovering and following cost no traffic: the browser is given where each number comes from.

    Parameters
    ----------
    settings : vizcore.ui.forward_settings.ForwardSettings
    trace : vizcore.ops.forward.ForwardTrace
        Of these settings.
    on_edit : callable
        Called with what `ForwardSettings.with_edit` takes, and with ``stroke``, the same for all
        pixels painted without lifting the pointer, before the page runs again. It comes from a
        browser, unchecked.
    on_undo : callable
        Called when the last edit is taken back.
    can_undo : bool
    visit : hashable
        Another value makes the browser follow the number in the address.
    key : str
        The component's key on the page.
    """
    _component(
        key=key,
        data={
            **as_data(trace),
            "texts": {
                "kernel": settings.kernel.cells,
                "bias": settings.bias,
                "weights": settings.weights,
                "dense_bias": settings.dense_bias,
            },
            "presets": {n: Drawing.of(one) for n, one in pictures(settings.size).items()},
            "done": done(key),
            "canUndo": can_undo,
            "visit": visit,
        },
        on_edits_change=taker(key, on_edit, on_undo),
    )


def as_data(trace):
    """Return what the browser draws of a forward pass, as lists.

    Parameters
    ----------
    trace : vizcore.ops.forward.ForwardTrace

    Returns
    -------
    dict
        ``stages``: for each of `STAGES` its ``shape``, ``values`` in reading order, and for each
        value the places of its ``sources`` and of its ``parts`` in the stage before; ``windows``:
        for each pooled number the places in ReLU's output among which it is the largest;
        ``kernel`` and ``bias`` filter by filter, ``weights`` as flattened number by class,
        ``denseBias``; ``ranking``: for each class the flattened numbers by how far they push it
        up.
    """
    before = (None, *STAGES)
    kernel = np.moveaxis(trace.convolution.kernel[:, :, 0], 2, 0)
    return {
        "classes": CLASSES,
        "stages": {name: _stage(trace, name, before[i]) for i, name in enumerate(STAGES)},
        "windows": [
            _places(trace.relu, trace.pool_window(cell))
            for cell in np.ndindex(trace.pooling.output.shape)
        ],
        "kernel": kernel.reshape(len(kernel), -1).tolist(),
        "bias": trace.convolution.bias.tolist(),
        "weights": trace.weights.ravel().tolist(),
        "denseBias": trace.bias.tolist(),
        "ranking": [trace.ranking(of) for of in range(len(CLASSES))],
    }


def _stage(trace, name, before):
    values = trace.values(name)
    cells = list(np.ndindex(values.shape)) if before else []
    return {
        "shape": values.shape,
        "values": values.ravel().tolist(),
        "sources": [_places(trace.values(before), trace.sources(name, one)) for one in cells],
        "parts": [_places(trace.values(before), trace.parts(name, one)) for one in cells],
    }


def _places(array, cells):
    return [int(np.ravel_multi_index(cell, array.shape)) for cell in cells]
