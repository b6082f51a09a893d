"""The arithmetic of the page *Activations*, written out with the numbers on screen."""

import math

import numpy as np

from vizcore.lessons.activations import cost
from vizcore.ops import trace_conv2d
from vizcore.ops.losses import binary_cross_entropy
from vizcore.ui.activation_settings import CURVES
from vizcore.ui.numbers import readable

_SUBSCRIPTS = "₀₁₂₃₄₅₆"


def factor(value, digits=3):
    """Write a number as a factor: in brackets when it is negative.

    Examples
    --------
    >>> factor(2.0), factor(-0.5)
    ('2', '(−0.5)')
    """
    text = readable(value, digits)
    return f"({text})" if text.startswith("−") else text


def named(settings, name):
    """Name an activation; leaky ReLU with its slope, which is a choice."""
    alpha = f" (α = {readable(settings.alpha)})" if name == "leaky_relu" else ""
    return CURVES[name] + alpha


def through(settings, name):
    """Say what an activation makes of the neuron's sum; how, where its name does not tell."""
    x = settings.total
    out = readable(float(settings.activate(x, name)), 4)
    how = value(settings, name, x) if name == "leaky_relu" else out
    return f"{named(settings, name)}: {how}"


def neuron(settings):
    """Write out the sum of one neuron, and its output.

    Returns
    -------
    list of str
    """
    n = len(settings.inputs)
    names = [f"w{_SUBSCRIPTS[i]}x{_SUBSCRIPTS[i]}" for i in range(1, n + 1)]
    pairs = zip(settings.weights.values, settings.inputs.values, strict=True)
    terms = [f"{factor(weight)}·{factor(value)}" for weight, value in pairs]
    bias, total = settings.bias.values[0], settings.total
    numbers = " + ".join([*terms, factor(bias)])
    return [
        f"z = {' + '.join(names)} + b = {numbers} = {readable(total, 4)}",
        f"{named(settings, settings.activation)}: f(z) = "
        f"{value(settings, settings.activation, total)}",
    ]


def value(settings, name, x):
    """Write out the value of an activation at `x`."""
    at, down = readable(x, 3), readable(-x, 3)
    out = readable(float(settings.activate(x, name)), 4)
    alpha = readable(settings.alpha)
    how = {
        "sigmoid": f"1 / (1 + exp({down}))",
        "tanh": f"(exp({at}) − exp({down})) / (exp({at}) + exp({down}))",
        "relu": f"max(0, {at})",
        "leaky_relu": at if x > 0 else f"{alpha}·{factor(x)}",
        "softmax": _share(settings, at),
    }[name]
    return out if how == out else f"{how} = {out}"


def slope(settings, name, x):
    """Write out how steep an activation is at `x`."""
    steep = readable(float(settings.slope(x, name)), 4)
    y = readable(float(settings.activate(x, name)), 4)
    squared = f"({y})²" if x < 0 else f"{y}²"
    return {
        "sigmoid": f"y · (1 − y) = {y} · (1 − {y}) = {steep}",
        "tanh": f"1 − y² = 1 − {squared} = {steep}",
        "relu": f"{steep}, as x {_side(x)}",
        "leaky_relu": f"{steep}, as x {_side(x)}",
        "softmax": f"p · (1 − p) = {y} · (1 − {y}) = {steep}",
    }[name]


def of_response(settings):
    """Say what the activation makes of a response r."""
    alpha = readable(settings.alpha)
    return {
        "sigmoid": "1 / (1 + exp(−r))",
        "tanh": "tanh(r)",
        "relu": "max(0, r)",
        "leaky_relu": f"r where positive, {alpha}·r elsewhere",
    }[settings.activation]


def lowest(picture, kernel):
    """Return the step of the lowest response of a small picture, the first of equals."""
    return min(trace_conv2d(picture, kernel).steps, key=lambda one: one.output)


def one_response(settings, picture, kernel):
    """Write out the lowest response of a small picture, and what becomes of it."""
    step = lowest(picture, kernel)
    pairs = zip(kernel.ravel(), step.values.ravel(), strict=True)
    terms = [f"{factor(weight)}·{factor(pixel)}" for weight, pixel in pairs if weight and pixel]
    row, column = (place + 1 for place in step.cell)
    return (
        f"Framed: row {row}, column {column} of the maps, and the window it comes from. "
        f"Products of 0 left out, r = {' + '.join(terms) or '0'} = {readable(step.output)}, "
        f"and {named(settings, settings.activation)} makes it "
        f"{readable(float(settings.activate(step.output)), 4)}."
    )


def squared_error(outputs, found):
    """Write out the squared differences, their sum and their average."""
    squares = " + ".join(readable(one, 4) for one in found.squares)
    return (
        f"{squares} = {readable(found.total, 4)}; divided by {len(outputs)}, on average "
        f"{readable(found.mean, 5)}"
    )


def answer(outputs, digit):
    """Say which output is largest, and whether that is right."""
    most = outputs.values.max()
    places = np.flatnonzero(outputs.values == most)
    if len(places) > 1:
        some = ", ".join(map(str, places[:-1])) + f" and {places[-1]}"
        named = "all" if len(places) == len(outputs) else some
        return f"{readable(most, 4)}, for {named} alike: no answer stands out"
    if places[0] == digit:
        return f"{readable(most, 4)}, for {digit}: the answer is right"
    return f"{readable(most, 4)}, for {places[0]}; but {digit} is right, so the answer is wrong"


def total(outputs, found):
    """Write out the sum of the outputs."""
    terms = " + ".join(readable(one, 4) for one in outputs.values)
    return f"{terms} = {readable(found.sum, 4)}"


def entropies(outputs, digit):
    """Write out the three cross-entropies: what each is called, and its arithmetic.

    Returns
    -------
    dict of str to str
    """
    found = cost(outputs.values, digit)
    y, share = readable(found.of_truth, 4), readable(found.share_of_truth, 4)
    plain = f"−ln {y} = {said(found.cross_entropy)}"
    after = "the outputs are all 0, and cannot be divided by their sum"
    if found.sum:
        after = (
            f"{y} / {readable(found.sum, 4)} = {share}, and −ln {share} = {said(found.normalised)}"
        )
    terms = [
        said(float(binary_cross_entropy([one], [aim])))
        for one, aim in zip(outputs.values, found.target, strict=True)
    ]
    yes_or_no = f"{' + '.join(terms)} = {said(found.binary)}"
    if math.isfinite(found.binary):
        yes_or_no += f"; Keras gives their average, {said(found.binary / len(outputs))}"
    return {
        "As they are": plain,
        "Divided by their sum first, as Keras does": after,
        "As ten binary decisions": yes_or_no,
    }


def said(number):
    """Write a cost with three decimals; ∞ where a prediction ruled out what is true.

    Examples
    --------
    >>> said(0.35667), said(math.inf)
    ('0.357', '∞')
    """
    return "∞" if math.isinf(number) else readable(number, 3)


def _share(settings, at):
    others = [f"exp({readable(one, 3)})" for one in (settings.second, settings.third)]
    return f"exp({at}) / (exp({at}) + {' + '.join(others)})"


def _side(x):
    if x > 0:
        return "> 0"
    return "= 0, where the curve bends: by convention that of the left side" if x == 0 else "< 0"
