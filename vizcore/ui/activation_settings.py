"""What a visitor sets on the page *Activations*, as one object and in a link."""

from dataclasses import dataclass, replace

import numpy as np

from vizcore.imaging import KERNELS, SAMPLES
from vizcore.lessons import LESSONS
from vizcore.lessons.activations import weighted_sum
from vizcore.ops.derivatives import activate, derivative
from vizcore.ui.numbers import normal_text, parse_number, short_text

TOPICS = {
    "neuron": "One neuron",
    "curves": "Curves and slopes",
    "map": "A feature map",
    "cost": "The cost",
    "dropout": "Dropout",
}
"""The parts of the page, of which one is on screen."""

CURVES = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "softmax": "Softmax",
}
NEURON_ACTIVATIONS = {name: CURVES[name] for name in ("relu", "leaky_relu", "sigmoid", "tanh")}
"""What one neuron can have; softmax needs the scores of several."""

MAP_PHOTOS = {name: SAMPLES[name].title for name in ("cat", "coffee", "camera", "edges", "text")}
MAP_KERNELS = {
    name: KERNELS[name].title
    for name in ("sobel_x", "sobel_y", "edge_diagonal", "edge_laplacian4", "edge_laplacian8")
}

MOST_INPUTS = 6
OUTPUTS = 10
LARGEST_ALPHA = 1.0
LARGEST_X = 6.0
LARGEST_RATE = 0.9
LARGEST_SEED = 9999


class Numbers(tuple):
    """Typed numbers in a row."""

    @classmethod
    def of(cls, values):
        """Return numbers as they would be typed."""
        return cls(short_text(value) for value in values)

    @property
    def values(self):
        """The numbers, (n,)."""
        return np.array([parse_number(text) for text in self])

    def with_text(self, place, text):
        """Return them with one typed anew; ValueError when there is no such place or number."""
        texts = list(self)
        texts[range(len(self)).index(place)] = normal_text(text)
        return type(self).from_text("_".join(texts))

    def resized(self, n, fill):
        """Return the first `n`, continued with `fill`."""
        return type(self)((*self, *[fill] * n)[:n])

    def to_text(self):
        """Write them for a link."""
        return "_".join(self)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when one of them is no number."""
        texts = cls(text.split("_"))
        _ = texts.values
        return texts


class Chosen(tuple):
    """The curves that are shown, in the order of `CURVES`."""

    @classmethod
    def of(cls, names):
        """Take names of curves, each once; ValueError when there is none, or one is unknown."""
        if not names or not set(names) <= {*CURVES}:
            raise ValueError(f"the curves are one or more of {', '.join(CURVES)}.")
        return cls(name for name in CURVES if name in names)

    def to_text(self):
        """Write them for a link."""
        return "-".join(self)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote."""
        return cls.of(text.split("-"))


_NEURON = LESSONS["activations"].settings
_COST = LESSONS["cost"].settings
_DROPOUT = LESSONS["dropout"].settings


@dataclass(frozen=True)
class ActivationSettings:
    """The page's settings.

    Attributes
    ----------
    topic : str
        A key of `TOPICS`: the part on screen.
    activation : str
        A key of `NEURON_ACTIVATIONS`: of the neuron and of the feature map.
    alpha : float
        The slope of leaky ReLU for negative numbers.
    inputs, weights, bias : Numbers
        Of the neuron.
    curves : Chosen
    x : float
        Where the curves are read off.
    second, third : float
        The other two scores of softmax.
    photo, kernel : str
        Keys of `MAP_PHOTOS` and `MAP_KERNELS`.
    outputs : Numbers
        Ten, each from 0 to 1.
    digit : int
        What is right.
    rate : float
        The chance of a node to be dropped.
    seed : int
        Draws which ones.
    training : bool
        Whether the net is trained; otherwise it predicts.
    """

    topic: str = "neuron"
    activation: str = "relu"
    alpha: float = 0.1
    inputs: Numbers = Numbers.of(_NEURON["inputs"])
    weights: Numbers = Numbers.of(_NEURON["weights"])
    bias: Numbers = Numbers.of([_NEURON["bias"]])
    curves: Chosen = Chosen.of(["sigmoid", "tanh", "relu"])
    x: float = 1.0
    second: float = 1.0
    third: float = 0.0
    photo: str = "cat"
    kernel: str = "sobel_x"
    outputs: Numbers = Numbers.of(_COST["prediction"])
    digit: int = _COST["digit"]
    rate: float = _DROPOUT["rate"]
    seed: int = _DROPOUT["seed"]
    training: bool = True

    def __post_init__(self):
        for name, known in (
            ("topic", TOPICS),
            ("activation", NEURON_ACTIVATIONS),
            ("photo", MAP_PHOTOS),
            ("kernel", MAP_KERNELS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"there is no {name} named “{getattr(self, name)}”.")
        for said, name, least, most in (
            ("slope alpha", "alpha", 0, LARGEST_ALPHA),
            ("place x", "x", -LARGEST_X, LARGEST_X),
            ("second score", "second", -LARGEST_X, LARGEST_X),
            ("third score", "third", -LARGEST_X, LARGEST_X),
            ("digit", "digit", 0, OUTPUTS - 1),
            ("rate", "rate", 0, LARGEST_RATE),
            ("seed", "seed", 0, LARGEST_SEED),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {said} can be {least:g} to {most:g}, not {value}.")
        if not 1 <= len(self.inputs) <= MOST_INPUTS or len(self.inputs) != len(self.weights):
            raise ValueError(f"a neuron has 1 to {MOST_INPUTS} inputs, and a weight for each.")
        if len(self.bias) != 1:
            raise ValueError("a neuron has one bias.")
        if (
            len(self.outputs) != OUTPUTS
            or not ((self.outputs.values >= 0) & (self.outputs.values <= 1)).all()
        ):
            raise ValueError(f"there are {OUTPUTS} outputs, each from 0 to 1.")

    @property
    def total(self):
        """What the neuron adds up: w₁x₁ + … + wₙxₙ + b."""
        return weighted_sum(self.inputs.values, self.weights.values, self.bias.values[0])

    def activate(self, x, name=None):
        """Return what the activation of this name, or the chosen one, makes of `x`."""
        others = (self.second, self.third)
        return activate(name or self.activation, x, alpha=self.alpha, others=others)

    def slope(self, x, name):
        """Return how steep the activation of this name is at `x`."""
        return derivative(name, x, alpha=self.alpha, others=(self.second, self.third))

    def with_inputs(self, n):
        """Return these settings with another number of inputs; new ones count 1 with weight 0."""
        return replace(
            self, inputs=self.inputs.resized(n, "1"), weights=self.weights.resized(n, "0")
        )

    def with_edit(self, edit):
        """Return these settings with one number typed anew, as a component tells it.

        Parameters
        ----------
        edit : dict
            ``row`` (``"inputs"``, ``"weights"``, ``"bias"`` or ``"outputs"``), ``place`` and
            ``text``; or ``digit`` alone.

        Raises
        ------
        ValueError, KeyError, TypeError, AttributeError
            When there is no such number, or the text is none.
        """
        if "digit" in edit:
            return replace(self, digit=range(OUTPUTS).index(edit["digit"]))
        row = {name: name for name in ("inputs", "weights", "bias", "outputs")}[edit["row"]]
        typed = getattr(self, row).with_text(edit["place"], edit["text"])
        return replace(self, **{row: typed})


def written(name):
    """Return what a slider of this field changes the settings to."""
    return lambda settings, value: replace(settings, **{name: round(value, 2)})


def from_lesson(lesson):
    """Return the settings that show a lesson of activations, cost or dropout."""
    given = lesson.settings
    if "inputs" in given:
        return ActivationSettings(
            inputs=Numbers.of(given["inputs"]),
            weights=Numbers.of(given["weights"]),
            bias=Numbers.of([given["bias"]]),
        )
    if "prediction" in given:
        return ActivationSettings(
            "cost", outputs=Numbers.of(given["prediction"]), digit=given["digit"]
        )
    return ActivationSettings("dropout", rate=given["rate"], seed=given["seed"])
