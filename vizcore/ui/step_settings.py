"""What a visitor sets on the page *Convolution, step by step*, as one object and in a link."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from vizcore.imaging import SAMPLES
from vizcore.imaging.stack import grey_levels
from vizcore.lessons import LESSONS
from vizcore.ops import trace_conv2d, trace_conv2d_transpose
from vizcore.ui.numbers import normal_text, parse_number, short_text

TYPED = "typed"
RULES = {
    "random": "Random whole numbers",
    "zeros": "Zeros",
    "ramp": "Ramp: 1, 2, 3, …",
    "photo": "A patch of a photo",
}
PAD_MODES = {
    "zero": "Zeros",
    "reflect": "Reflect: mirrored",
    "replicate": "Replicate: edge repeated",
}
LARGEST_INPUT = 32
LARGEST_KERNEL = 7
MOST_CHANNELS = 4
LARGEST_STRIDE = 4
LARGEST_DILATION = 4
LARGEST_PADDING = 6
PATCH_PHOTO = "cat"


@dataclass(frozen=True)
class Volume:
    """A volume of cells, typed or made by a rule.

    Attributes
    ----------
    rows, columns, depth : int
    cells : tuple of str
        As typed, channel by channel and row by row; empty when a rule makes them.
    rule : str
        ``"typed"`` or a key of `RULES`.
    seed : int
        For the rules that draw or choose.
    """

    rows: int
    columns: int
    depth: int = 1
    cells: tuple = ()
    rule: str = TYPED
    seed: int = 0

    def __post_init__(self):
        sides = (self.rows, self.columns)
        if not all(1 <= n <= LARGEST_INPUT for n in sides) or not 1 <= self.depth <= 16:
            raise ValueError(
                f"a grid has 1 to {LARGEST_INPUT} rows and columns and up to 16 layers, "
                f"not {self.rows}×{self.columns}×{self.depth}."
            )
        if self.rule == TYPED:
            if len(self.cells) != self.rows * self.columns * self.depth:
                raise ValueError(
                    f"a {self.rows}×{self.columns}×{self.depth} grid has "
                    f"{self.rows * self.columns * self.depth} cells, not {len(self.cells)}."
                )
            for text in self.cells:
                parse_number(text)
        elif self.rule not in RULES or self.cells:
            raise ValueError(f"there is no rule named “{self.rule}”.")

    @classmethod
    def of(cls, array):
        """Return an array (rows, columns) or (rows, columns, depth) as typed cells."""
        array = array if array.ndim == 3 else array[..., np.newaxis]
        texts = tuple(short_text(v) for v in np.moveaxis(array, 2, 0).ravel())
        return cls(*array.shape, texts)

    @property
    def texts(self):
        """Every cell as it is typed, [depth][row][column]."""
        texts = self.cells
        if self.rule != TYPED:
            texts = [short_text(v) for v in np.moveaxis(self.values(), 2, 0).ravel()]
        flat = iter(texts)
        return [
            [[next(flat) for _ in range(self.columns)] for _ in range(self.rows)]
            for _ in range(self.depth)
        ]

    def values(self):
        """Return the numbers, (rows, columns, depth)."""
        if self.rule == TYPED:
            return np.moveaxis(_numbers(self.cells, (self.depth, self.rows, self.columns)), 0, 2)
        return _MAKERS[self.rule]((self.rows, self.columns, self.depth), self.seed)

    def with_text(self, layer, row, column, text):
        """Return this volume with one cell typed anew.

        Raises
        ------
        ValueError
            When there is no such cell, or the text is no number.
        """
        inside = layer in range(self.depth) and row in range(self.rows)
        if not inside or column not in range(self.columns):
            raise ValueError("there is no such cell.")
        texts = [cell for plane in self.texts for line in plane for cell in line]
        texts[(layer * self.rows + row) * self.columns + column] = normal_text(text)
        return replace(self, cells=tuple(texts), rule=TYPED, seed=0)

    def resized(self, rows, columns, depth):
        """Return this volume cut or continued with zeros; a rule makes a new one of that size."""
        if self.rule != TYPED:
            return replace(self, rows=rows, columns=columns, depth=depth)
        texts = self.texts
        kept = tuple(
            texts[d][r][c] if d < self.depth and r < self.rows and c < self.columns else "0"
            for d in range(depth)
            for r in range(rows)
            for c in range(columns)
        )
        return replace(self, rows=rows, columns=columns, depth=depth, cells=kept)

    def to_text(self):
        """Write this volume for a link: its size, then its cells or its rule and seed."""
        size = f"{self.rows}x{self.columns}" + (f"x{self.depth}" if self.depth > 1 else "")
        rest = self.cells if self.rule == TYPED else (self.rule, str(self.seed))
        return "_".join((size, *rest))

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        size, *rest = text.split("_")
        match = re.fullmatch(r"([0-9]{1,2})x([0-9]{1,2})(?:x([0-9]{1,2}))?", size)
        if not match or not rest:
            raise ValueError("a grid begins with its size, as in 6x6.")
        rows, columns, depth = (int(n or 1) for n in match.groups())
        if len(rest) == 2 and rest[0] in RULES:
            if not re.fullmatch(r"[0-9]{1,4}", rest[1]):
                raise ValueError("a seed is a whole number up to 9999.")
            return cls(rows, columns, depth, rule=rest[0], seed=int(rest[1]))
        return cls(rows, columns, depth, tuple(rest))


class Texts(tuple):
    """Typed numbers in a row: the biases."""

    def to_text(self):
        """Write them for a link."""
        return "_".join(self)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when one of them is no number."""
        texts = cls(text.split("_"))
        for one in texts:
            parse_number(one)
        return texts


_FIRST = LESSONS["activity-2"].settings


@dataclass(frozen=True)
class StepSettings:
    """The page's settings.

    Attributes
    ----------
    input : Volume
        One layer a channel.
    kernel : Volume
        Filter after filter, for each a layer a channel.
    bias : Texts
        One a filter.
    stride, padding, dilation : int
        Down and across alike. In a transposed convolution the padding crops.
    pad_mode : str
        A key of `PAD_MODES`.
    flip : bool
        Turn the kernel by 180° first: convolution in the sense of mathematics.
    transposed : bool
    """

    input: Volume = field(default_factory=lambda: Volume.of(_FIRST["x"]))
    kernel: Volume = field(default_factory=lambda: Volume.of(_FIRST["kernel"]))
    bias: Texts = Texts(("0",))
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    pad_mode: str = "zero"
    flip: bool = False
    transposed: bool = False

    def __post_init__(self):
        if self.pad_mode not in PAD_MODES:
            raise ValueError(f"there is no padding named “{self.pad_mode}”.")
        if self.input.depth > MOST_CHANNELS or self.filters > MOST_CHANNELS:
            raise ValueError(f"at most {MOST_CHANNELS} channels and {MOST_CHANNELS} filters.")
        if self.kernel.depth != self.input.depth * self.filters:
            raise ValueError(
                f"{self.filters} filters over {self.input.depth} channels need "
                f"{self.input.depth * self.filters} kernel layers, not {self.kernel.depth}."
            )
        if max(self.kernel.rows, self.kernel.columns) > LARGEST_KERNEL:
            raise ValueError(f"a kernel has at most {LARGEST_KERNEL} rows and columns.")
        for name, least, most in (
            ("stride", 1, LARGEST_STRIDE),
            ("padding", 0, LARGEST_PADDING),
            ("dilation", 1, LARGEST_DILATION),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} can be {least} to {most}, not {value}.")
        self.trace()

    @property
    def filters(self):
        """How many filters there are."""
        return len(self.bias)

    def trace(self):
        """Return the trace of the operation.

        Returns
        -------
        vizcore.ops.trace.Trace

        Raises
        ------
        ValueError
            When the settings are impossible.
        """
        # Layers lie filter after filter, so the last axis parts into (K, C).
        kernel = self.kernel.values()
        kernel = kernel.reshape(*kernel.shape[:2], self.filters, self.input.depth)
        if self.flip:
            kernel = kernel[::-1, ::-1]
        bias = [parse_number(text) for text in self.bias]
        same = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        if self.transposed:
            return trace_conv2d_transpose(self.input.values(), kernel, bias, **same)
        kernel = kernel.swapaxes(2, 3)
        return trace_conv2d(self.input.values(), kernel, bias, pad_mode=self.pad_mode, **same)

    @property
    def turned(self):
        """Whether the kernel is drawn turned by 180°; a transposed convolution turns it too."""
        return self.flip != self.transposed

    def typed(self):
        """Return the cells as typed, in the order in which a stepper draws them."""
        return {
            "input": self._spread(self.input.texts),
            "kernel": [
                [self._drawn(layer) for layer in self.kernel.texts[k * depth : (k + 1) * depth]]
                for depth in (self.input.depth,)
                for k in range(self.filters)
            ],
            "bias": list(self.bias),
        }

    def with_edit(self, edit):
        """Return these settings with one cell typed anew, as a stepper tells it.

        Parameters
        ----------
        edit : dict
            ``grid``, ``text``, and the place in the order drawn.

        Raises
        ------
        ValueError, KeyError, TypeError
            When there is no such cell, or the text is no number.
        """
        if edit["grid"] == "bias":
            texts = list(self.bias)
            texts[range(self.filters).index(edit["filter"])] = normal_text(edit["text"])
            return replace(self, bias=Texts.from_text("_".join(texts)))
        row, column, channel = edit["row"], edit["column"], edit["channel"]
        if edit["grid"] == "input":
            step = self.stride if self.transposed else 1
            if row % step or column % step:
                raise ValueError("an inserted zero is not a cell of the input.")
            cells = self.input.with_text(channel, row // step, column // step, edit["text"])
            return replace(self, input=cells)
        if self.turned:
            row, column = self.kernel.rows - 1 - row, self.kernel.columns - 1 - column
        layer = edit["filter"] * self.input.depth + channel
        return replace(self, kernel=self.kernel.with_text(layer, row, column, edit["text"]))

    def reshaped(self, *, rows=None, columns=None, channels=None, filters=None, kernel=None):
        """Return these settings with other sizes; what no longer fits is made to fit.

        Parameters
        ----------
        rows, columns, channels, filters : int, optional
        kernel : (int, int), optional
            Rows and columns of the kernel.
        """
        rows, columns = rows or self.input.rows, columns or self.input.columns
        channels, filters = channels or self.input.depth, filters or self.filters
        high, wide = kernel or (self.kernel.rows, self.kernel.columns)
        return fitted(
            self,
            input=self.input.resized(rows, columns, channels),
            kernel=self._relayered(channels, filters).resized(high, wide, channels * filters),
            bias=Texts((*self.bias, *["0"] * filters)[:filters]),
        )

    def _relayered(self, channels, filters):
        """Keep each filter's layers with it when the number of channels changes."""
        old = self.kernel
        if old.rule != TYPED or channels == self.input.depth:
            return old
        blank = [["0"] * old.columns] * old.rows
        layers = []
        for k in range(filters):
            first = k * self.input.depth
            own = old.texts[first : first + self.input.depth] if k < self.filters else []
            layers += (own + [blank] * channels)[:channels]
        cells = tuple(text for layer in layers for row in layer for text in row)
        return replace(old, depth=len(layers), cells=cells)

    def _spread(self, planes):
        if not self.transposed or self.stride == 1:
            return planes
        rows, columns = ((n - 1) * self.stride + 1 for n in (self.input.rows, self.input.columns))
        spread = [[[None] * columns for _ in range(rows)] for _ in planes]
        for channel, plane in enumerate(planes):
            for r, row in enumerate(plane):
                spread[channel][r * self.stride][:: self.stride] = row
        return spread

    def _drawn(self, layer):
        cells = [text for row in layer for text in row]
        return cells[::-1] if self.turned else cells


def from_lesson(lesson):
    """Return the settings that show a lesson of convolution."""
    given = lesson.settings
    kernel = given["kernel"]
    if kernel.ndim == 4:
        kernel = kernel.swapaxes(2, 3).reshape(*kernel.shape[:2], -1)
    bias = given.get("bias", np.zeros(1))
    return StepSettings(
        input=Volume.of(given["x"]),
        kernel=Volume.of(kernel),
        bias=Texts(short_text(b) for b in bias),
        stride=given.get("stride", 1),
        padding=given.get("padding", 0),
    )


def most(settings, name):
    """Return the largest value of a slider with which the operation is possible.

    Parameters
    ----------
    settings : StepSettings
    name : str
        ``"input rows"``, ``"kernel columns"``, ``"channels"``, ``"stride"`` and so on.
    """
    by_name = {
        "input rows": lambda: LARGEST_INPUT,
        "input columns": lambda: LARGEST_INPUT,
        "channels": lambda: MOST_CHANNELS,
        "filters": lambda: MOST_CHANNELS,
        "kernel rows": lambda: min(LARGEST_KERNEL, _room(settings)[0]),
        "kernel columns": lambda: min(LARGEST_KERNEL, _room(settings)[1]),
        "stride": lambda: LARGEST_STRIDE,
        "padding": lambda: _most_padding(settings),
        "dilation": lambda: _most_dilation(settings),
    }
    return by_name[name]()


def fitted(settings, **changes):
    """Return changed settings, each other value lowered as far as it takes to be possible."""
    given = {name: getattr(settings, name) for name in settings.__dataclass_fields__} | changes
    plan = SimpleNamespace(**given)
    before = None
    while before != vars(plan):  # Each value that is lowered may leave less room for the others.
        before = dict(vars(plan))
        plan.padding = min(plan.padding, _most_padding(plan))
        if not plan.transposed:
            sides = zip(_shape(plan.kernel), _shape(plan.input), strict=True)
            high, wide = (min(k, n + 2 * plan.padding) for k, n in sides)
            plan.kernel = plan.kernel.resized(high, wide, plan.kernel.depth)
        plan.dilation = min(plan.dilation, _most_dilation(plan))
    return StepSettings(**vars(plan))


def _shape(volume):
    return volume.rows, volume.columns


def _spans(settings):
    return [settings.dilation * (n - 1) + 1 for n in _shape(settings.kernel)]


def _room(settings):
    """Rows and columns that a kernel may take."""
    if settings.transposed:
        return LARGEST_KERNEL, LARGEST_KERNEL
    return [(n + 2 * settings.padding - 1) // settings.dilation + 1 for n in _shape(settings.input)]


def _most_padding(settings):
    """No window may lie wholly in the padding, no reflection exceed the input, no crop take all."""
    spans, sizes = _spans(settings), _shape(settings.input)
    if settings.transposed:
        full = [(n - 1) * settings.stride + span for n, span in zip(sizes, spans, strict=True)]
        return min(LARGEST_PADDING, *((n - 1) // 2 for n in full))
    limits = [span - 1 for span in spans]
    if settings.pad_mode == "reflect":
        limits += [n - 1 for n in sizes]
    return max(0, min(LARGEST_PADDING, *limits))


def _most_dilation(settings):
    if settings.transposed:
        return LARGEST_DILATION
    sides = zip(_shape(settings.input), _shape(settings.kernel), strict=True)
    room = [(n + 2 * settings.padding - 1) // (k - 1) for n, k in sides if k > 1]
    return min([LARGEST_DILATION, *room])


def _numbers(texts, shape):
    return np.array([parse_number(text) for text in texts]).reshape(shape)


def _random(shape, seed):
    return np.random.default_rng(seed).integers(0, 10, shape).astype(float)


def _ramp(shape, seed):
    rows, columns, depth = shape
    counted = np.arange(1.0, rows * columns * depth + 1).reshape(depth, rows, columns)
    return np.moveaxis(counted, 0, 2)


def _photo(shape, seed):
    rows, columns, depth = shape
    photo = _patch_source()
    rng = np.random.default_rng(seed)
    top, left = (int(rng.integers(0, n - m)) for n, m in zip(photo.shape, shape[:2], strict=False))
    patch = photo[top : top + rows, left : left + columns]
    planes = [grey_levels(patch)] if depth == 1 else [patch[..., d % 3] for d in range(depth)]
    return np.stack(planes, axis=2).astype(float)


@lru_cache(maxsize=1)
def _patch_source():
    return SAMPLES[PATCH_PHOTO].load()


_MAKERS = {
    "random": _random,
    "zeros": lambda shape, seed: np.zeros(shape),
    "ramp": _ramp,
    "photo": _photo,
}
