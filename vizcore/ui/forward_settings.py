"""What a visitor sets on the page *From pixels to a class*, as one object and in a link."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from vizcore.lessons.forward import (
    BIAS,
    CLASSES,
    FILTERS,
    HAPPY_FACE,
    WEIGHTS,
    Learned,
    examples,
    features,
    learn,
    pictures,
)
from vizcore.ops import output_size
from vizcore.ops.forward import forward
from vizcore.ui.numbers import normal_text, parse_number, short_text
from vizcore.ui.pool_settings import PoolSettings
from vizcore.ui.step_settings import StepSettings, Texts
from vizcore.ui.volumes import TYPED, Volume

SMALLEST, LARGEST = 5, 9
"""Rows and columns of the picture."""

MOST_FILTERS = FILTERS.shape[-1]
KERNEL, POOL = 3, 2


class Drawing(tuple):
    """A square picture of ones and zeros: one text a row."""

    @classmethod
    def of(cls, rows):
        """Read rows of ones and zeros; ValueError when they are anything else."""
        known = {0: "0", 1: "1", "0": "0", "1": "1"}
        try:
            texts = cls("".join(known[cell] for cell in row) for row in rows)
        except KeyError:
            raise ValueError("a picture's pixels are 0 or 1.") from None
        if not SMALLEST <= len(texts) <= LARGEST or {*map(len, texts)} != {len(texts)}:
            raise ValueError(f"a picture has {SMALLEST} to {LARGEST} rows and as many columns.")
        return texts

    def values(self):
        """Return the pixels, (size, size)."""
        return np.array([[float(cell) for cell in row] for row in self])

    def resized(self, size):
        """Return this picture cut or continued with zeros; one to try is drawn anew."""
        for name, picture in pictures(len(self)).items():
            if Drawing.of(picture) == self:
                return Drawing.of(pictures(size)[name])
        return Drawing.of([row[:size].ljust(size, "0") for row in (*self, *[""] * size)][:size])

    def to_text(self):
        """Write it for a link."""
        return "_".join(self)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        return cls.of(text.split("_"))


def texts_of(numbers):
    """Write numbers, row by row, as they are typed."""
    return Texts(short_text(number) for number in np.ravel(numbers))


@dataclass(frozen=True)
class ForwardSettings:
    """The page's settings.

    Attributes
    ----------
    picture : Drawing
    kernel : Volume
        3×3, a layer a filter.
    bias : Texts
        One a filter.
    partial : bool
        Whether pooling keeps the windows that hang over the end.
    weights : Texts
        Of the dense layer: for each flattened number, one a class.
    dense_bias : Texts
        One a class.
    """

    picture: Drawing = Drawing.of(HAPPY_FACE)
    kernel: Volume = Volume.of(FILTERS[..., :1])
    bias: Texts = Texts(("0",))
    partial: bool = True
    weights: Texts = texts_of(WEIGHTS)
    dense_bias: Texts = texts_of(BIAS)

    def __post_init__(self):
        if (self.kernel.rows, self.kernel.columns) != (KERNEL, KERNEL):
            raise ValueError(f"a filter has {KERNEL} rows and {KERNEL} columns.")
        if self.kernel.rule != TYPED:
            raise ValueError("a filter is given number by number.")
        if not len(self.bias) == self.filters <= MOST_FILTERS:
            raise ValueError(f"there are 1 to {MOST_FILTERS} filters, with one bias each.")
        if len(self.weights) != self.flat * len(CLASSES):
            raise ValueError(
                f"{self.flat} flattened numbers and {len(CLASSES)} classes need "
                f"{self.flat * len(CLASSES)} weights, not {len(self.weights)}."
            )
        if len(self.dense_bias) != len(CLASSES):
            raise ValueError(f"the dense layer has {len(CLASSES)} biases, one a class.")
        for text in (*self.bias, *self.weights, *self.dense_bias):
            parse_number(text)

    @property
    def size(self):
        """Rows and columns of the picture."""
        return len(self.picture)

    @property
    def filters(self):
        """How many filters there are."""
        return self.kernel.depth

    @property
    def flat(self):
        """How many numbers pooling leaves."""
        side = output_size(self.size - KERNEL + 1, POOL, stride=POOL, ceil_mode=self.partial)
        return side * side * self.filters

    def trace(self):
        """Return the forward pass, `vizcore.ops.forward.ForwardTrace`."""
        return forward(
            self.picture.values()[..., np.newaxis],
            self._filters(),
            _numbers(self.bias),
            weights=self._dense().weights,
            dense_bias=self._dense().bias,
            size=POOL,
            ceil_mode=self.partial,
        )

    def judged(self):
        """Return how many of the dense layer's examples it classes rightly, and how many it had."""
        inputs, labels = _examples(self.size, self.kernel, self.bias, self.partial)
        return self._dense().right(inputs, labels), len(labels)

    def rounding(self):
        """Return what `learned` finds: its decimals, and how many are right before and after."""
        inputs, labels = _examples(self.size, self.kernel, self.bias, self.partial)
        found = _learned(self.size, self.kernel, self.bias, self.partial)
        return found.digits, found.exact.right(inputs, labels), found.right(inputs, labels)

    def learned(self):
        """Return these settings with a dense layer that fits its convolution."""
        found = _learned(self.size, self.kernel, self.bias, self.partial)
        return replace(self, weights=texts_of(found.weights), dense_bias=texts_of(found.bias))

    def reshaped(self, *, size=None, filters=None, partial=None):
        """Return these settings with other sizes, for which the dense layer learns anew."""
        picture = self.picture.resized(size or self.size)
        partial = self.partial if partial is None else partial
        filters = filters or self.filters
        more = [Volume.of(FILTERS[..., k : k + 1]).cells for k in range(self.filters, filters)]
        cells = self.kernel.cells[: filters * KERNEL**2] + sum(more, ())
        given = {
            "picture": picture,
            "kernel": Volume(KERNEL, KERNEL, filters, cells),
            "bias": Texts((*self.bias, *["0"] * filters)[:filters]),
            "partial": partial,
        }
        side = output_size(len(picture) - KERNEL + 1, POOL, stride=POOL, ceil_mode=partial)
        if (len(picture), filters, side * side * filters) == (self.size, self.filters, self.flat):
            return replace(self, **given)
        blank = Texts(["0"] * (side * side * filters * len(CLASSES)))
        return replace(self, **given, weights=blank).learned()

    def with_edit(self, edit):
        """Return these settings with another picture or one number typed anew.

        Parameters
        ----------
        edit : dict
            ``picture``, a text of ones and zeros a row; or ``grid`` (``"kernel"``, ``"bias"``,
            ``"weights"`` or ``"dense_bias"``), ``place``, a list, and ``text``.

        Raises
        ------
        ValueError, KeyError, TypeError
            When there is no such place, or the text is no number.
        """
        if "picture" in edit:
            picture = Drawing.of(edit["picture"])
            if len(picture) != self.size:
                raise ValueError("a picture that is drawn keeps its size.")
            return replace(self, picture=picture)
        grid, place, text = edit["grid"], edit["place"], edit["text"]
        if grid == "kernel":
            return replace(self, kernel=self.kernel.with_text(*place, text))
        sizes = {
            "bias": (self.filters,),
            "weights": (self.flat, len(CLASSES)),
            "dense_bias": (len(CLASSES),),
        }[grid]
        indices = [range(n).index(i) for n, i in zip(sizes, place, strict=True)]
        texts = list(getattr(self, grid))
        texts[int(np.ravel_multi_index(indices, sizes))] = normal_text(text)
        return replace(self, **{grid: Texts(texts)})

    def as_convolution(self):
        """Return the settings of *Convolution, step by step* that show the first stage."""
        return StepSettings(
            input=Volume.of(self.picture.values()), kernel=self.kernel, bias=self.bias
        )

    def as_pooling(self):
        """Return the settings of *Pooling* that show that stage."""
        return PoolSettings(input=Volume.of(self.trace().relu), partial=self.partial)

    def _filters(self):
        return self.kernel.values()[:, :, np.newaxis]

    def _dense(self):
        weights = _numbers(self.weights).reshape(self.flat, len(CLASSES))
        return Learned(weights, _numbers(self.dense_bias))


def from_lesson(lesson):
    """Return the settings that show a lesson of the way to a class."""
    given = lesson.settings
    return ForwardSettings(
        picture=Drawing.of(given["picture"]),
        kernel=Volume.of(given["kernel"]),
        partial=given["ceil_mode"],
        weights=texts_of(given["weights"]),
        dense_bias=texts_of(given["dense_bias"]),
    )


def _numbers(texts):
    return np.array([parse_number(text) for text in texts])


@lru_cache(maxsize=64)
def _examples(size, kernel, bias, partial):
    shown, labels = examples(size)
    filters = kernel.values()[:, :, np.newaxis]
    return features(shown, filters, _numbers(bias), ceil_mode=partial), labels


@lru_cache(maxsize=64)
def _learned(size, kernel, bias, partial):
    filters = kernel.values()[:, :, np.newaxis]
    return learn(size, filters, _numbers(bias), ceil_mode=partial)
