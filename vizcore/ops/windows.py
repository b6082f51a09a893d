"""Where a sliding window stops: padding, output size and window positions.

Every size in this project is counted here and nowhere else, so that an operation, its caption,
its error message and its picture cannot disagree. The arithmetic is that of Dumoulin and Visin,
*A guide to convolution arithmetic for deep learning* (2016), https://arxiv.org/abs/1603.07285;
``"same"`` follows Keras and `ceil_mode` follows PyTorch.
"""

import operator
from dataclasses import dataclass

import numpy as np

from vizcore.ops.arrays import as_choice, as_flag

_NUMPY_PAD_MODES = {"zero": "constant", "reflect": "reflect", "replicate": "edge"}

_PADDING_2D = (
    "'valid', 'same', a non-negative integer, a pair (vertical, horizontal) of them "
    "or ((top, bottom), (left, right))"
)
_PADDING_1D = "'valid', 'same', a non-negative integer or a pair (before, after) of them"


@dataclass(frozen=True)
class AxisWindows:
    """The windows along one axis.

    Cells are counted from 0 at the first cell of the input, so those of the padding in front of it
    are negative. A negative padding crops the input; only transposed convolutions have it.

    Attributes
    ----------
    n : int
        Cells of the input.
    window : int
        Cells that a window reads.
    stride : int
        Steps from one window to the next.
    dilation : int
        Steps from one cell of a window to the next.
    before, after : int
        Cells of padding on either side.
    count : int
        Windows: the size of the output.

    Examples
    --------
    >>> axis = axis_windows(6, 3, stride=2, padding=1)
    >>> list(axis.starts), list(axis.cells(0)), axis.unreached, axis.windows_of(1)
    ([-1, 1, 3], [-1, 0, 1], (), (0, 1))
    >>> axis.formula
    '⌊(6 − 3 + 2·1)/2⌋ + 1 = 3'
    """

    n: int
    window: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int

    @property
    def span(self):
        """Cells from the first to the last that a window reads, the gaps included."""
        return _span(self.window, self.dilation)

    @property
    def starts(self):
        """The first cell of every window, as a range."""
        return range(-self.before, -self.before + self.count * self.stride, self.stride)

    def cells(self, index):
        """Return the cells that window `index` reads, as a range."""
        start = self.starts[index]
        return range(start, start + self.span, self.dilation)

    def tap(self, index):
        """Return what lies under cell `index` of all windows: a slice of the padded axis."""
        first = index * self.dilation
        return slice(first, first + (self.count - 1) * self.stride + 1, self.stride)

    @property
    def unreached(self):
        """The cells of the input that no window reads."""
        reached = {cell for index in range(self.count) for cell in self.cells(index)}
        return tuple(cell for cell in range(self.n) if cell not in reached)

    def windows_of(self, cell):
        """Return the windows that read `cell`."""
        return tuple(index for index in range(self.count) if cell in self.cells(index))

    @property
    def overhang(self):
        """Cells by which the last window hangs over the end of the padded input."""
        return max(
            (self.count - 1) * self.stride + self.span - self.before - self.n - self.after, 0
        )

    @property
    def real_counts(self):
        """How many cells of the input each window reads, (count,)."""
        return self._counts(0, self.n)

    @property
    def padded_counts(self):
        """How many cells of the padded input each window reads, (count,)."""
        return self._counts(-self.before, self.n + self.after)

    def _counts(self, first, end):
        cells = np.array([self.cells(index) for index in range(self.count)])
        return ((first <= cells) & (cells < end)).sum(axis=1)

    @property
    def formula(self):
        """The output size worked out, as plain text."""
        room = self.n - self.span + self.before + self.after
        span = str(self.window)
        if self.dilation > 1:
            span = f"({_span_text(self.window, self.dilation)})"
        inner = f"({self.n} − {span} {_sum_text(self.before, self.after)})/{self.stride}"
        floor, rest = divmod(room, self.stride)
        ceiled = rest and self.count == floor + 2
        if rest:
            inner = f"⌈{inner}⌉" if ceiled else f"⌊{inner}⌋"
        dropped = floor + 1 + bool(ceiled) - self.count
        drop = f" − {dropped}" if dropped else ""
        return f"{inner} + 1{drop} = {_number(self.count)}"


@dataclass(frozen=True)
class TransposedAxis:
    """The sizes of a transposed convolution along one axis.

    Attributes
    ----------
    n, window, stride, dilation : int
        As in `AxisWindows`.
    before, after : int
        Cells cropped from either side of the full result.
    output_padding : int
        Cells added after the last.

    Examples
    --------
    >>> axis = TransposedAxis(3, 3, 2, 1, before=1, after=1, output_padding=1)
    >>> axis.formula
    '(3 − 1)·2 + 3 − 2·1 + 1 = 6'
    >>> axis.stretched.before, axis.stretched.n, axis.stretched.after, axis.stretched.count
    (1, 5, 2, 6)
    """

    n: int
    window: int
    stride: int
    dilation: int
    before: int
    after: int
    output_padding: int

    @property
    def full(self):
        """The size before cropping."""
        return (self.n - 1) * self.stride + _span(self.window, self.dilation)

    @property
    def count(self):
        """The size of the output."""
        return self.full - self.before - self.after + self.output_padding

    def tap(self, index):
        """Return the cells of the full result that cell `index` of the kernel adds to: a slice."""
        first = index * self.dilation
        return slice(first, first + (self.n - 1) * self.stride + 1, self.stride)

    @property
    def stretched(self):
        """The same computation as windows over the input with `stride` − 1 zeros between cells."""
        ring = _span(self.window, self.dilation) - 1
        return AxisWindows(
            n=(self.n - 1) * self.stride + 1,
            window=self.window,
            stride=1,
            dilation=self.dilation,
            before=ring - self.before,
            after=ring - self.after + self.output_padding,
            count=self.count,
        )

    @property
    def formula(self):
        """The output size worked out, as plain text."""
        added = f" + {self.output_padding}" if self.output_padding else ""
        return (
            f"({self.n} − 1)·{self.stride} + {_span_text(self.window, self.dilation)} "
            f"{_sum_text(self.before, self.after, sign='−')}{added} "
            f"= {_number(self.count)}"
        )


def output_size(n, window, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Count the windows along one axis.

    Parameters
    ----------
    n, window : int
        Cells of the input, and of the window.
    stride, dilation : int
        Steps between windows, and between the cells of one.
    padding : int, (before, after), "valid" or "same"
        Cells added on either side. ``"same"`` is Keras's rule: ⌈n / stride⌉ windows, an odd cell
        of padding going to the end.
    ceil_mode : bool
        Whether a last window may hang over the end, as in PyTorch's pooling; one that would start
        in the trailing padding is dropped.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        When an argument is no such thing, or no window fits.

    Examples
    --------
    >>> output_size(7, 3, padding=1)
    7
    >>> output_size(227, 11, stride=4)
    55
    """
    return axis_windows(
        n, window, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    ).count


def axis_windows(n, window, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Place the windows along one axis; the arguments are those of `output_size`."""
    return _place(
        positive_integer(n, "n"),
        positive_integer(window, "window"),
        positive_integer(stride, "stride"),
        positive_integer(dilation, "dilation"),
        _axis_padding(padding),
        as_flag(ceil_mode, "ceil_mode"),
        "window",
    )


def plane_windows(
    shape, window, *, stride=1, padding=0, dilation=1, ceil_mode=False, name="window"
):
    """Place the windows over a plane.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the input.
    window : int or (vertical, horizontal)
        Rows and columns of the window.
    stride, dilation : int or (vertical, horizontal)
        As in `output_size`.
    padding : int, (vertical, horizontal), ((top, bottom), (left, right)), "valid" or "same"
        As in `output_size`.
    ceil_mode : bool
        As in `output_size`.
    name : str
        What messages call `window`.

    Returns
    -------
    rows, columns : AxisWindows

    Raises
    ------
    ValueError
        When an argument is no such thing, or no window fits.
    """
    settings = zip(
        pair(shape, "shape"),
        pair(window, name),
        pair(stride, "stride"),
        pair(dilation, "dilation"),
        _plane_padding(padding),
        strict=True,
    )
    ceil_mode = as_flag(ceil_mode, "ceil_mode")
    return tuple(_place(*axis, ceil_mode, name) for axis in settings)


def transposed_plane(shape, window, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Size a transposed convolution over a plane.

    The arguments are those of `plane_windows`, and `output_padding`, an int or (vertical,
    horizontal): it must be smaller than the stride or the dilation, as in PyTorch, and 0 with
    ``"same"``, which crops or extends to n · stride as Keras does.

    Returns
    -------
    rows, columns : TransposedAxis

    Raises
    ------
    ValueError
        When an argument is no such thing, or the cropping leaves nothing.
    """
    settings = zip(
        pair(shape, "shape"),
        pair(window, "kernel"),
        pair(stride, "stride"),
        pair(dilation, "dilation"),
        _plane_padding(padding),
        pair(output_padding, "output_padding", least=0),
        strict=True,
    )
    return tuple(_place_transposed(*axis) for axis in settings)


def check_pad_mode(pad_mode, rows, columns):
    """Refuse an unknown `pad_mode`, and a reflection of more cells than there are."""
    as_choice(pad_mode, "pad_mode", _NUMPY_PAD_MODES)
    for axis in (rows, columns):
        if pad_mode == "reflect" and max(axis.before, axis.after) >= axis.n:
            raise ValueError(
                "padding must be smaller than the input to be reflected. "
                f"Received: padding {axis.before} and {axis.after} beside {axis.n} cells"
            )


def pad_plane(x, rows, columns, pad_mode="zero"):
    """Pad `x` (H, W) or (H, W, C) as `rows` and `columns` say; a negative padding crops.

    Returns
    -------
    ndarray
        A new array.
    """
    axes = (rows, columns)
    widths = [(max(axis.before, 0), max(axis.after, 0)) for axis in axes]
    widths += [(0, 0)] * (x.ndim - 2)
    padded = np.pad(x, widths, mode=_NUMPY_PAD_MODES[pad_mode])
    crop = (
        slice(max(-axis.before, 0), size - max(-axis.after, 0))
        for axis, size in zip(axes, padded.shape, strict=False)
    )
    return padded[tuple(crop)]


def pair(value, name, *, least=1):
    """Read an int, or a (vertical, horizontal) pair of ints, as a pair.

    Examples
    --------
    >>> pair(2, "stride")
    (2, 2)
    >>> pair(True, "stride")
    Traceback (most recent call last):
    ValueError: stride must be a positive integer or a pair (vertical, horizontal) of them. \
Received: stride=True
    """
    try:
        return _both(value, lambda item: _integer(item, least))
    except (TypeError, ValueError):
        kind = "a positive integer" if least else "a non-negative integer"
        raise _refusal(name, f"{kind} or a pair (vertical, horizontal) of them", value) from None


def positive_integer(value, name):
    """Read an int of at least 1; a bool is no int, and neither is 2.0."""
    try:
        return _integer(value, 1)
    except (TypeError, ValueError):
        raise _refusal(name, "a positive integer", value) from None


def _axis_padding(padding):
    try:
        return _named(padding) or _both(padding, _natural)
    except (TypeError, ValueError):
        raise _refusal("padding", _PADDING_1D, padding) from None


def _plane_padding(padding):
    """Return what each axis gets: (before, after) or "same"."""
    try:
        named = _named(padding)
        if named:
            return named, named
        if _is_pair(padding) and len({_is_pair(item) for item in padding}) > 1:
            raise ValueError
        return _both(padding, lambda axis: _both(axis, _natural))
    except (TypeError, ValueError):
        raise _refusal("padding", _PADDING_2D, padding) from None


def _named(padding):
    if isinstance(padding, str):
        return {"valid": (0, 0), "same": "same"}[as_choice(padding, "padding", ("valid", "same"))]
    return None


def _both(value, read):
    """Read the two members of a pair, or a single value twice."""
    first, second = value if _is_pair(value) else (value, value)
    return read(first), read(second)


def _is_pair(value):
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _natural(value):
    return _integer(value, 0)


def _integer(value, least):
    if isinstance(value, (bool, np.bool_)):
        raise TypeError
    number = operator.index(value)
    if number < least:
        raise ValueError
    return number


def _refusal(name, must_be, value):
    return ValueError(f"{name} must be {must_be}. Received: {name}={value!r}")


def _place(n, window, stride, dilation, padding, ceil_mode, name):
    span = _span(window, dilation)
    if padding == "same":
        padding = _halves((-(-n // stride) - 1) * stride + span - n)
    before, after = padding
    room = n + before + after - span
    count = (room + (stride - 1) * ceil_mode) // stride + 1
    if ceil_mode and (count - 1) * stride >= n + before:
        count -= 1
    axis = AxisWindows(n, window, stride, dilation, before, after, count)
    if count < 1:
        raise ValueError(
            f"{name} must fit into the padded input: {axis.formula}. Received: {name} of {window} "
            f"cells with dilation {dilation}, on {n} cells with padding {before} and {after}"
        )
    return axis


def _place_transposed(n, window, stride, dilation, padding, output_padding):
    if padding == "same":
        if output_padding:
            raise ValueError(
                "output_padding must be 0 with padding='same', which fixes the size. "
                f"Received: output_padding={output_padding}"
            )
        # What "same" lacks of n * stride it appends; the two never occur together.
        excess = _span(window, dilation) - stride
        return TransposedAxis(n, window, stride, dilation, *_halves(excess), max(-excess, 0))
    if output_padding >= max(stride, dilation):
        raise ValueError(
            "output_padding must be smaller than the stride or the dilation. Received: "
            f"output_padding={output_padding} with stride={stride} and dilation={dilation}"
        )
    axis = TransposedAxis(n, window, stride, dilation, *padding, output_padding)
    if axis.count < 1:
        raise ValueError(
            f"padding must leave at least one cell of the output: {axis.formula}. "
            f"Received: padding {axis.before} and {axis.after}"
        )
    return axis


def _halves(total):
    """Share padding out as Keras does, the odd cell at the end; none where it would be negative."""
    total = max(total, 0)
    return total // 2, total - total // 2


def _span(window, dilation):
    return dilation * (window - 1) + 1


def _span_text(window, dilation):
    return f"{dilation}·({window} − 1) + 1" if dilation > 1 else str(window)


def _sum_text(before, after, sign="+"):
    """Write out what the padding adds, or what a crop takes away."""
    flipped = {"+": "−", "−": "+"}[sign]
    if before == after:
        return f"{flipped if before < 0 else sign} 2·{abs(before)}"
    return " ".join(f"{flipped if cells < 0 else sign} {abs(cells)}" for cells in (before, after))


def _number(value):
    return f"{value}".replace("-", "−")
