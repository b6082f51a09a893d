"""A layer table that one edits: rows, the formulas of one of them, and the volumes as a picture."""

from dataclasses import MISSING, fields
from functools import lru_cache

import streamlit as st

from vizcore.figures.layer_words import described
from vizcore.figures.volumes import shape_text, volumes_picture
from vizcore.nets.architectures import (
    LARGEST_SIDE,
    MOST_CHANNELS,
    MOST_LAYERS,
    layer_table,
    totals,
)
from vizcore.nets.arguments import Choice, Padding, Share, Switch
from vizcore.nets.layers import KINDS
from vizcore.ui.assets import register
from vizcore.ui.layer_formulas import formulas
from vizcore.ui.layer_volumes import grouped
from vizcore.ui.state import whole

_component = register("layers")

_FIRST = {"filters": 16, "units": 10, "size": 3, "rate": 0.25}
"""What a new layer has where an argument has no default."""

_LABELS = {
    "norm": "Normalise",
    "bias": "Bias",
    "rate": "Share dropped",
    "slope": "Slope below 0",
}
_WORDS = {
    "projection": "1×1 convolution",
    "pad": "channels of zeros",
}


def layers(network, *, row, problem, answer, on_told, visit, key, note=None, frozen=0):
    """Show a network's layer table, to be changed in place.

    The browser marks another row at once and tells the server afterwards.

    Parameters
    ----------
    network : vizcore.nets.architectures.Architecture
        The last one that can be.
    row : int
        The row that is explained, counted from 0.
    problem : dict or None
        What was wrong with the last change: ``text``, and ``row`` where a row is to blame.
    answer : int
        The number of the change that this answers.
    on_told : callable
        Called with ``{"row", "input", "layers", "number"}`` before the page runs again; input
        and layers are None unless they have changed. It comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser show this row instead of its own.
    key : str
        The component's key on the page.
    note : dict or None
        What is to be said at a row of a network that can be: ``row``, counted from 0, and
        ``text``, in a few words.
    frozen : int
        How many of the first rows keep the weights that they have.
    """

    @whole
    def told():
        on_told(st.session_state[key]["told"])

    rows = layer_table(network)
    groups = grouped(rows)
    volumes = [("input", network.input), *((group.name, group.shape) for group in groups)]
    _component(
        key=key,
        data={
            "input": list(network.input),
            "limits": [LARGEST_SIDE, LARGEST_SIDE, MOST_CHANNELS],
            "layers": [_as_data(layer) for layer in network.layers],
            "rows": _rows(network),
            "groups": [i + 1 for i, group in enumerate(groups) for _ in group.rows],
            "svg": volumes_picture(volumes, title="The volumes that pass through this network"),
            "totals": {**vars(totals(rows)), "trainable": totals(rows[frozen:]).trainable},
            "frozen": frozen,
            "row": row,
            "problem": problem,
            "note": note,
            "answer": answer,
            "visit": visit,
            "kinds": _KINDS,
            "most": MOST_LAYERS,
        },
        on_told_change=told,
    )


def _as_data(layer):
    return {
        "kind": layer.kind,
        "arguments": {one.name: getattr(layer, one.name) for one in fields(layer)},
    }


@lru_cache(maxsize=32)
def _rows(network):
    rows = layer_table(network)
    return [_row(one, rows[i - 1] if i else None) for i, one in enumerate(rows)]


def _row(row, before):
    return {
        "name": row.name,
        "what": described(row.layer),
        "shape": shape_text(row.shape),
        "flat": len(row.shape) == 1,
        "parameters": row.parameters,
        "multiplyAdds": row.multiply_adds,
        "field": "×".join(map(str, row.field)),
        "formulas": formulas(row, before),
    }


def _argument(field, argument):
    name = field.name
    told = {"name": name, "label": _LABELS.get(name, name.capitalize())}
    first = _FIRST[name] if field.default is MISSING else field.default
    if isinstance(argument, Switch):
        told |= {"type": "switch"}
    elif isinstance(argument, Padding):
        words = ["valid", "same", *range(1, 6)]
        told |= {"type": "words", "words": [[word, str(word)] for word in words]}
    elif isinstance(argument, Choice):
        told |= {
            "type": "words",
            "words": [[word, _WORDS.get(word, word)] for word in argument.words],
            "wide": any(word in _WORDS for word in argument.words),
        }
    elif isinstance(argument, Share):
        told |= {"type": "share", "least": 0, "most": 0.99, "step": 0.05}
    else:
        told |= {"type": "whole", "least": argument.least, "most": argument.most, "step": 1}
    return {**told, "first": first}


def _kind(kind):
    arguments = kind.arguments()
    told = [_argument(one, arguments[one.name]) for one in fields(kind)]
    if kind.stem == "pool":  # A window of 2 side by side is what nearly every network has.
        told = [{**one, "first": 2} if one["type"] == "whole" else one for one in told]
    return {"kind": kind.kind, "title": kind.title[0].upper() + kind.title[1:], "arguments": told}


_KINDS = [_kind(kind) for kind in KINDS.values()]
