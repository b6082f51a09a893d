"""Lessons whose small picture needs a drawing of its own, and the names of counted things."""

from functools import partial

import numpy as np

from vizcore.figures.colours import (
    ACCENT_EDGE,
    RESPONSE_RAMP,
    WEIGHT_RAMP,
    colour_at,
    ink_on,
)
from vizcore.figures.pieces import (
    Piece,
    array_piece,
    boxes,
    captioned,
    counts,
    number_text,
    ringed,
    shade_size,
    side_by_side,
    sign,
    stacked,
    text_at,
)
from vizcore.lessons.forward import CLASSES
from vizcore.lessons.gradients import EXPRESSIONS
from vizcore.lessons.moving import drawn, looks, placed, placed_at
from vizcore.lessons.networks import as_volume
from vizcore.nets.architectures import PRESETS, layer_table, preset
from vizcore.ops.dropout import dropout

_LOW_BOX = 24
_CIRCLE = 30
_BAR, _BARS = 11, 58
_NODE, _NODE_HEIGHT, _NODE_ROW, _NODE_GAP = 62, 24, 50, 30
_FORMULAS = {"add": "{} + {}", "increment": "{} + 1", "multiply": "{} · {}"}

_shades = partial(array_piece, scale=RESPONSE_RAMP)
_kernel = partial(array_piece, scale=WEIGHT_RAMP)

COUNTED = {
    "ten-5x5-filters": ("parameters",),
    "ninety-six-11x11": ("places each",),
    "ten-weights": ("weights", "bias", "in all"),
    "mlp-is-too-large": ("into one neuron", "in one filter"),
}
"""Slug → what the numbers of its result count, where they are no shape."""


def _swan(settings, result):
    shape, place = settings["shape"], (settings["row"], settings["column"])
    dense_before, best_before, dense_after, best_after, *peak = result[:6]
    answers = placed_at(looks(shape), *place).map
    cell = shade_size(answers)
    row, column = peak
    ring = ringed(_shades(answers), column * cell - 1, row * cell - 1, cell + 1, cell + 1)
    scores = counts(
        (f"{number_text(dense_before)} → {number_text(dense_after)}", "dense"),
        (f"{number_text(best_before)} → {number_text(best_after)}", "peak"),
    )
    return [captioned(_shades(placed(drawn(shape), *place)), "moved")], [
        captioned(ring, "responses"),
        scores,
    ]


def _graph(settings, result):
    """Draw an expression's nodes with their values, each formula under its node."""
    nodes = EXPRESSIONS[settings["expression"]].nodes
    values = dict(zip((node.name for node in nodes), result, strict=False))
    grown = dict(zip(settings["inputs"], result[len(nodes) :], strict=True))
    last = nodes[-1].name
    columns, below, places = {}, {}, {}
    for node in nodes:
        columns[node.name] = 1 + max((columns[one] for one in node.operands), default=-1)
        formula = _FORMULAS.get(node.operation, "").format(*node.operands)
        below[node.name] = formula or f"∂{last}/∂{node.name} = {number_text(grown[node.name])}"
    rows = max([*columns.values()].count(column) for column in columns.values())
    height = rows * _NODE_ROW - 8
    for column in sorted(set(columns.values())):
        names = [name for name in columns if columns[name] == column]
        for i, name in enumerate(names):
            middle = height * (i + 0.5) / len(names)
            places[name] = column * (_NODE + _NODE_GAP), middle - _NODE_HEIGHT / 2 - 7

    def painted(left, top):
        parts = []
        for node in nodes:
            x, y = places[node.name]
            for one in node.operands:
                from_x, from_y = places[one]
                parts.append(
                    f'<path d="M{left + from_x + _NODE:.1f} {top + from_y + _NODE_HEIGHT / 2:.1f}'
                    f'L{left + x:.1f} {top + y + _NODE_HEIGHT / 2:.1f}" stroke="currentColor" '
                    'stroke-width="1.4"/>'
                )
            parts.append(
                f'<rect x="{left + x:.1f}" y="{top + y:.1f}" width="{_NODE}" rx="8" '
                f'height="{_NODE_HEIGHT}" fill="{RESPONSE_RAMP[4]}" stroke="{ACCENT_EDGE}"/>'
            )
            text = f"{node.name} = {number_text(values[node.name])}"
            middle = left + x + _NODE / 2
            parts.append(text_at(middle, top + y + 16.5, text, 13, ink_on(RESPONSE_RAMP[4])))
            parts.append(text_at(middle, top + y + _NODE_HEIGHT + 12, below[node.name], 11))
        return "".join(parts)

    wide = (1 + max(columns.values())) * (_NODE + _NODE_GAP) - _NODE_GAP
    said = ", ".join(
        f"{name} = {number_text(value)} ({below[name]})" for name, value in values.items()
    )
    return [], [Piece(wide, height, f"a graph: {said}", painted)]


def _neuron(settings, result):
    given = stacked(
        captioned(_shades(settings["inputs"]), "inputs"),
        captioned(_kernel(settings["weights"]), f"weights, bias {number_text(settings['bias'])}"),
    )
    return [given], [counts(*zip(result, ("sum", "ReLU", "sigmoid", "tanh"), strict=True))]


def _cost(settings, result):
    outputs, digit = settings["prediction"], settings["digit"]
    total, _, largest, _, entropy, *_ = result

    def painted(left, top):
        parts = []
        for i, output in enumerate(outputs):
            x, high = left + i * _BAR, _BARS * output
            fill = colour_at(RESPONSE_RAMP, output, 1)
            parts.append(
                f'<rect x="{x:.1f}" y="{top + _BARS - high:.1f}" width="{_BAR - 2}" '
                f'height="{high:.1f}" fill="{fill}" stroke="{ACCENT_EDGE}" stroke-width="0.7"/>'
            )
            parts.append(text_at(x + _BAR / 2 - 1, top + _BARS + 12, str(i), 11))
        return "".join(parts)

    said = "ten outputs: " + ", ".join(map(number_text, outputs))
    bars = Piece(len(outputs) * _BAR, _BARS + 16, said, painted)
    found = counts(
        (largest, "is largest"),
        (digit, "is right"),
        (total, "squared error"),
        (entropy, "cross-entropy"),
    )
    return [ringed(bars, digit * _BAR - 1, 0, _BAR, _BARS)], [found]


def _dropout(settings, result):
    gone, kept, _ = map(number_text, result)
    x = settings["x"]
    after = dropout(x, settings["rate"], settings["seed"])
    limit = float(np.abs(after).max())
    rows = stacked(_circles(x, limit), _circles(after, limit), gap=8)
    return [], [captioned(rows, f"then: dropped × {gone}, kept × {kept}")]


def _circles(values, limit):
    """Draw nodes in a row, those that are 0 crossed out."""

    def painted(left, top):
        parts = []
        for i, value in enumerate(values):
            x, y, r = left + (i + 0.5) * _CIRCLE, top + _CIRCLE / 2, _CIRCLE / 2 - 2
            fill, d = colour_at(RESPONSE_RAMP, value, limit), 0.7 * r
            dashes = "" if value else ' stroke-dasharray="3 2"'
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{fill}" '
                f'stroke="{ACCENT_EDGE}"{dashes}/>'
            )
            if value:
                parts.append(text_at(x, y + 4, number_text(value), 11.5, ink_on(fill)))
            else:
                parts.append(
                    f'<path class="crossed" d="M{x - d:.1f} {y - d:.1f}l{2 * d:.1f} {2 * d:.1f}'
                    f'm0 {-2 * d:.1f}l{-2 * d:.1f} {2 * d:.1f}" stroke="{ACCENT_EDGE}" '
                    'stroke-width="1.8"/>'
                )
        return "".join(parts)

    said = ", ".join(number_text(value) if value else "dropped" for value in values)
    return Piece(_CIRCLE * len(values), _CIRCLE, said, painted)


def _slashes(settings, result):
    sums = [
        side_by_side(
            _shades(picture),
            sign("×"),
            _kernel(settings["filter"]),
            sign("="),
            _signed(score),
        )
        for picture, score in zip(settings["pictures"], result, strict=False)
    ]
    columns = [stacked(*sums[i : i + 2], gap=16) for i in range(0, len(sums), 2)]
    return [], [side_by_side(*columns, gap=28)]


def _signed(number):
    text = ("+" if number > 0 else "") + number_text(number)
    return Piece(20, 18, text, lambda x, y: text_at(x, y + 14, text, 15, anchor="start", bold=True))


def _dot_product(settings, result):
    (picture,), weights = settings["pictures"], settings["filter"]
    products = np.reshape(result[:-1], picture.shape)
    return [_shades(picture), sign("×"), _kernel(weights)], [
        captioned(_shades(products, room=60, numbered=True), "products"),
        counts((result[-1], "sum")),
    ]


def _happy_face(settings, result):
    flat, logits = result[: -len(CLASSES)], result[-len(CLASSES) :]
    side = round(len(flat) ** 0.5)
    pooled = _shades(flat.reshape(side, side), room=66, numbered=True)
    return [_shades(settings["picture"]), _kernel(settings["kernel"])], [
        captioned(pooled, "pooled"),
        captioned(counts(*zip(logits, CLASSES, strict=True)), "logits"),
    ]


def _shrinking(settings, result):
    networks = preset(settings["network"]), preset(settings["beside"])
    chains = [[network.input, *maps] for network, maps in zip(networks, result, strict=True)]
    largest = max(shape[0] for chain in chains for shape in chain)
    return [], [stacked(*(boxes(chain, largest, tall=_LOW_BOX) for chain in chains), gap=2)]


def _residual(settings, result):
    """Draw the volumes that a layer with weights makes, and the shortcuts around its blocks."""
    network = preset(settings["network"])
    layers = [
        row for row in layer_table(network) if row.layer.kind in ("conv", "residual", "dense")
    ]
    shapes = [network.input, *(as_volume(row.shape) for row in layers)]
    arcs = [i for i, row in enumerate(layers, 1) if row.layer.kind == "residual"]
    return [], [boxes(shapes, max(network.input[:2]), arcs=arcs)]


def volumes_of(slug):
    """Return the different shapes that pass through a network, its input first."""
    network = preset(slug)
    shapes = [network.input, *(as_volume(row.shape) for row in layer_table(network))]
    return [one for one, before in zip(shapes, [None, *shapes], strict=False) if one != before]


def _parameters(settings, result):
    shapes = volumes_of(settings["network"])
    chain = boxes(shapes, max(shapes[0][:2]))
    return [], [captioned(chain, f"{number_text(result)} parameters")]


def _deeper(settings, result):
    slugs = settings["network"], *settings["beside"]
    titles = [PRESETS[slug].title.lower() for slug in slugs]
    lines = [(count, title) for (_, count), title in zip(result, titles, strict=True)]
    return [], [captioned(counts(*sorted(lines)), "learned parameters")]


DRAWINGS = {
    "swans": _swan,
    "computational-graph": _graph,
    "activations": _neuron,
    "cost": _cost,
    "dropout": _dropout,
    "two-slashes": _slashes,
    "dot-product": _dot_product,
    "happy-face-to-class": _happy_face,
    "shrinking-fast": _shrinking,
    "residual": _residual,
    "deeper-is-not-enough": _deeper,
    **dict.fromkeys(("mnist-mlp", "mnist-five-conv", "cifar-six-conv", "organs"), _parameters),
}
"""Slug → what draws it: takes the settings and the result, returns the pieces of either side."""
