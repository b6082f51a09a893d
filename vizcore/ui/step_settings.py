"""What a visitor sets on the page *Convolution, step by step*, as one object and in a link."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from vizcore.lessons import LESSONS
from vizcore.ops import trace_conv2d, trace_conv2d_transpose
from vizcore.ui.numbers import normal_text, parse_number, short_text
from vizcore.ui.volumes import LARGEST_INPUT, TYPED, Volume

PAD_MODES = {
    "zero": "Zeros",
    "reflect": "Reflect: mirrored",
    "replicate": "Replicate: edge repeated",
}
LARGEST_KERNEL = 7
MOST_CHANNELS = 4
LARGEST_STRIDE = 4
LARGEST_DILATION = 4
LARGEST_PADDING = 6


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
        flip=given.get("flip", False),
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
