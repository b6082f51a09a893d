"""The counts: what a layer has to learn and to multiply, dense, local or as a convolution."""

from math import log10

from vizcore.ui.assets import register
from vizcore.ui.numbers import readable

_component = register("counts")

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def counts(layer, *, key):
    """Draw a layer, and bars on a logarithmic scale for what it costs.

    Parameters
    ----------
    layer : vizcore.lessons.weights.Layer
    key : str
        The component's key on the page.
    """
    high, wide, _ = layer.output
    _component(
        key=key,
        data={
            "input": [layer.rows, layer.columns, layer.channels],
            "output": list(layer.output),
            "size": layer.size,
            "first": [-axis.before for axis in layer.axes],
            "facts": facts(layer),
            "groups": [
                {"title": "For one number of the output", "rows": for_one(layer)},
                {
                    "title": f"For all {high}×{wide}×{layer.filters} = {layer.outputs:,} of them",
                    "rows": for_all(layer),
                },
            ],
        },
    )


def facts(layer):
    """Return what is said beside the drawing, as [name, text]."""
    height, width = (axis.formula for axis in layer.axes)
    return [
        ["Output height", height],
        ["Output width", width],
        ["Output depth", f"{layer.filters:,}, one map a filter"],
        ["Each filter", f"shared by all {layer.places:,} places of its map"],
    ]


def for_one(layer):
    """Return the rows for one number of the output."""
    all_inputs, window = _inputs(layer), _window(layer)
    return [
        _row("One dense neuron", "all", layer.neuron, f"{all_inputs} + 1", all_inputs),
        _row("One filter, at one place", "window", layer.filter, f"{window} + 1", window),
    ]


def for_all(layer):
    """Return the rows for the whole output."""
    outputs = "·".join(map(str, layer.output))
    all_inputs, window = _inputs(layer), _window(layer)
    everywhere = f"{window} · {outputs}"
    return [
        _row(
            "Dense layer",
            "all",
            layer.dense,
            f"({all_inputs} + 1) · {outputs}",
            f"{all_inputs} · {outputs}",
        ),
        _row(
            "Locally connected, nothing shared",
            "window",
            layer.local,
            f"({window} + 1) · {outputs}",
            everywhere,
        ),
        _row(
            "Convolution",
            "window",
            layer.convolution,
            f"({window} + 1) · {layer.filters}",
            everywhere,
        ),
    ]


def memory(parameters):
    """Tell the room that parameters take, four bytes each.

    Examples
    --------
    >>> memory(10), memory(760), memory(31_467_520)
    ('40 bytes', '3 kB', '126 MB')
    """
    room, unit = 4 * parameters, 0
    while room >= 1000:
        room, unit = room / 1000, unit + 1
    return f"{readable(room, 1 if unit > 0 and room < 10 else 0)} {_UNITS[unit]}"


def length(metres):
    """Tell a length in the unit that suits it.

    Examples
    --------
    >>> length(1000), length(0.0242), length(0.00001), length(2e-10)
    ('1 km', '2.4 cm', '0.01 mm', '0.0000002 mm')
    """
    for unit, size in (("km", 1000), ("m", 1), ("cm", 0.01)):
        if metres >= size:
            return f"{readable(metres / size, 1)} {unit}"
    millimetres = metres * 1000
    return f"{readable(millimetres, 1 - int(log10(millimetres) // 1))} mm"


def _row(name, reach, cost, parameters, multiplications):
    """Return a row of the table; texts, since the browser's numbers end at 2⁵³."""
    return {
        "name": name,
        "reach": reach,
        "cells": [
            _cell(parameters, cost.parameters)
            | {
                "parts": f"{_number(cost.weights, 'weight', 'weights')} and "
                f"{_number(cost.biases, 'bias', 'biases')}, {memory(cost.parameters)}"
            },
            _cell(multiplications, cost.multiplications),
        ],
    }


def _cell(formula, value):
    return {"formula": formula, "value": f"{value:,}", "log": log10(value)}


def _number(value, one, many):
    return f"{value:,} {one if value == 1 else many}"


def _inputs(layer):
    return f"{layer.rows}·{layer.columns}·{layer.channels}"


def _window(layer):
    return f"{layer.size}·{layer.size}·{layer.channels}"
