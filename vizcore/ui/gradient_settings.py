"""What a visitor sets on the page *Gradients*, as one object and in a link."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from vizcore.lessons.gradients import EXPRESSIONS, GRADIENT_LESSONS, filter_step
from vizcore.ops import output_size
from vizcore.ops.gradients import weight_contributions
from vizcore.ops.graph import trace_graph
from vizcore.ops.windows import plane_windows
from vizcore.ui.numbers import normal_text, parse_number, short_text
from vizcore.ui.step_settings import Texts
from vizcore.ui.volumes import Volume

PARTS = {"graph": "An expression as a graph", "filter": "A shared weight"}
"""The parts of the page, of which one is on screen."""

GRIDS = ("input", "kernel", "target")
"""The grids that can be typed into, each a field of the settings."""

LARGEST_INPUT = 6
LARGEST_KERNEL = 3
LARGEST_STRIDE = 3
LARGEST_PADDING = 2
LARGEST_DILATION = 2
SMALLEST_RATE, LARGEST_RATE = 0.001, 0.1

_FILTER = GRADIENT_LESSONS["shared-gradient"].settings


def _start_of(expression):
    return Texts(short_text(value) for value in EXPRESSIONS[expression].inputs.values())


@dataclass(frozen=True)
class GradientSettings:
    """The page's settings.

    Attributes
    ----------
    part : str
        A key of `PARTS`.
    expression : str
        A key of `EXPRESSIONS`.
    numbers : Texts
        The expression's inputs as typed, in their order.
    step : int
        The step of the graph on screen.
    input, kernel, target : Volume
        A filter, what it sees, and what it should answer; a layer each.
    stride, padding, dilation : int
        Down and across alike.
    rate : float
        The learning rate.
    row, column : int
        The weight that is looked at, counted from 1.
    place : int
        The place of the filter that is looked at, counted from 1 in reading order; 0 is all.
    """

    part: str = "graph"
    expression: str = "slide"
    numbers: Texts = _start_of("slide")
    step: int = 0
    input: Volume = field(default_factory=lambda: Volume.of(_FILTER["x"]))
    kernel: Volume = field(default_factory=lambda: Volume.of(_FILTER["kernel"]))
    target: Volume = field(default_factory=lambda: Volume.of(_FILTER["target"]))
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    rate: float = 0.02
    row: int = 1
    column: int = 1
    place: int = 0

    def __post_init__(self):
        if self.part not in PARTS:
            raise ValueError(f"this page has no part named “{self.part}”.")
        if self.expression not in EXPRESSIONS:
            raise ValueError(f"there is no expression named “{self.expression}”.")
        inputs = EXPRESSIONS[self.expression].inputs
        if len(self.numbers) != len(inputs):
            raise ValueError(f"the expression has {len(inputs)} inputs, not {len(self.numbers)}.")
        _check_whole("step", self.step, 0, len(self.graph().steps) - 1)
        self._check_filter()

    def _check_filter(self):
        for name, grid, most in (
            ("input", self.input, LARGEST_INPUT),
            ("kernel", self.kernel, LARGEST_KERNEL),
            ("target", self.target, LARGEST_INPUT + 2 * LARGEST_PADDING),
        ):
            if grid.depth != 1 or max(grid.rows, grid.columns) > most:
                raise ValueError(f"the {name} has one layer, of at most {most}×{most} cells.")
        for name, value, least, most in (
            ("stride", self.stride, 1, LARGEST_STRIDE),
            ("padding", self.padding, 0, most_padding(self)),
            ("dilation", self.dilation, 1, LARGEST_DILATION),
            ("row of the weight", self.row, 1, self.kernel.rows),
            ("column of the weight", self.column, 1, self.kernel.columns),
            ("place", self.place, 0, self.target.rows * self.target.columns),
        ):
            _check_whole(name, value, least, most)
        if not SMALLEST_RATE <= self.rate <= LARGEST_RATE:
            raise ValueError(
                f"the learning rate can be {SMALLEST_RATE} to {LARGEST_RATE}, not {self.rate}."
            )
        rows, columns = (axis.count for axis in self.windows())
        if (self.target.rows, self.target.columns) != (rows, columns):
            raise ValueError(
                f"the target must be {rows}×{columns} as the output is, "
                f"not {self.target.rows}×{self.target.columns}."
            )

    # ---- The expression ----

    def graph(self):
        """Return the expression worked out, `vizcore.ops.graph.GraphTrace`."""
        return self._graph_at(self.inputs)

    def nudged(self, name, by):
        """Return how much the result changes when an input grows by so much."""
        moved = self._graph_at(self.inputs | {name: self.inputs[name] + by})
        return moved.values[moved.result] - self.graph().values[moved.result]

    def with_number(self, place, text):
        """Return these settings with one input of the expression typed anew.

        Raises
        ------
        ValueError
            When there is no such input, or the text is no number.
        """
        texts = list(self.numbers)
        texts[range(len(texts)).index(place)] = normal_text(text)
        return replace(self, numbers=Texts.from_text("_".join(texts)))

    def with_expression(self, expression):
        """Return these settings at the start of another expression."""
        return replace(self, expression=expression, numbers=_start_of(expression), step=0)

    @property
    def inputs(self):
        """The expression's inputs, name → number."""
        names = EXPRESSIONS[self.expression].inputs
        return dict(zip(names, map(parse_number, self.numbers), strict=True))

    def _graph_at(self, inputs):
        return trace_graph(EXPRESSIONS[self.expression].nodes, inputs)

    # ---- The filter ----

    @property
    def how(self):
        """How the filter moves, as `conv2d` takes it."""
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}

    def filter_step(self):
        """Return the filter's error and one step, `vizcore.lessons.gradients.FilterStep`."""
        return filter_step(*self._values, self.rate, **self.how)

    def contributions(self, row, column):
        """Return what a weight, counted from 0, learns at each place: `Contributions`."""
        x, kernel, _ = self._values
        upstream = self.filter_step().upstream
        return weight_contributions(x, kernel, upstream, (row, column), **self.how)

    def windows(self):
        """Return where the filter's windows are, down and across: two `AxisWindows`."""
        return plane_windows(_shape(self.input), _shape(self.kernel), **self.how)

    def with_cell(self, grid, place, text):
        """Return these settings with a cell of a grid typed anew, counted in reading order.

        Raises
        ------
        ValueError
            When there is no such cell, or the text is no number.
        """
        if grid not in GRIDS:
            raise ValueError("there is no such grid.")
        old = getattr(self, grid)
        row, column = divmod(range(old.rows * old.columns).index(place), old.columns)
        return replace(self, **{grid: old.with_text(0, row, column, text)})

    def after_step(self):
        """Return these settings with the kernel that one step makes.

        Raises
        ------
        ValueError
            When a weight would become too large to be typed.
        """
        return replace(self, kernel=Volume.of(self.filter_step().kernel_after))

    @property
    def _values(self):
        return [getattr(self, name).values()[..., 0] for name in GRIDS]


def from_lesson(lesson):
    """Return the settings that show a lesson about gradients."""
    given = lesson.settings
    if "expression" in given:
        numbers = Texts(short_text(value) for value in given["inputs"].values())
        return GradientSettings(expression=given["expression"], numbers=numbers)
    return GradientSettings(
        part="filter",
        input=Volume.of(given["x"]),
        kernel=Volume.of(given["kernel"]),
        target=Volume.of(given["target"]),
    )


def resized(settings, *, rows=None, columns=None, high=None, wide=None):
    """Return settings with other sizes of the input or the kernel; the rest is made to fit."""
    old, kernel = settings.input, settings.kernel
    return fitted(
        settings,
        input=old.resized(rows or old.rows, columns or old.columns, 1),
        kernel=kernel.resized(high or kernel.rows, wide or kernel.columns, 1),
    )


def fitted(settings, **changes):
    """Return changed settings, each other value lowered as far as it takes to be possible."""
    given = {name: getattr(settings, name) for name in settings.__dataclass_fields__} | changes
    plan = SimpleNamespace(**given)
    plan.padding = min(plan.padding, most_padding(plan))
    room = [n + 2 * plan.padding for n in _shape(plan.input)]
    high, wide = (min(k, n) for k, n in zip(_shape(plan.kernel), room, strict=True))
    plan.kernel = plan.kernel.resized(high, wide, 1)
    if any(plan.dilation * (k - 1) + 1 > n for k, n in zip((high, wide), room, strict=True)):
        plan.dilation = 1
    plan.padding = min(plan.padding, most_padding(plan))
    rows, columns = _output_shape(plan)
    plan.target = plan.target.resized(rows, columns, 1)
    plan.row, plan.column = min(plan.row, high), min(plan.column, wide)
    plan.place = min(plan.place, rows * columns)
    return GradientSettings(**vars(plan))


def most_padding(settings):
    """Return the largest padding: no window may lie wholly in it."""
    least = min(_shape(settings.kernel))
    return min(LARGEST_PADDING, settings.dilation * (least - 1))


def _shape(volume):
    return volume.rows, volume.columns


def _output_shape(settings):
    how = {"padding": settings.padding, "dilation": settings.dilation}
    sides = zip(_shape(settings.input), _shape(settings.kernel), strict=True)
    return tuple(output_size(n, k, stride=settings.stride, **how) for n, k in sides)


def _check_whole(name, value, least, most):
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"the {name} can be {least} to {most}, not {value}.")
