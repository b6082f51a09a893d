"""What a visitor sets on the page *Image filters*, as one object and as text in a link."""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from vizcore.imaging import KERNELS, SAMPLES
from vizcore.imaging.filters import FILTERS
from vizcore.imaging.stack import MOST_PASSES, Pass
from vizcore.ui.numbers import normal_text, parse_number, quoted, short_text

CUSTOM = "custom"
UPLOAD = "upload"
MOST_FILTERS = 4
MOST_REPEATS = 5
LARGEST_STRIDE = 4
LARGEST_KERNEL = 15
EDGES = {
    "zero": "Zero: black",
    "reflect": "Reflect: mirrored",
    "replicate": "Replicate: last pixel repeated",
    "none": "None: the picture shrinks",
}
MAPPINGS = {
    "clamp": "Clamp: cut below 0 and above 255",
    "absolute": "Absolute: drop the sign, then cut",
    "signed": "Signed: 0 is mid-grey",
    "stretch": "Stretch: lowest black, highest white",
}


@dataclass(frozen=True)
class FilterStep:
    """One filter of the stack.

    Attributes
    ----------
    name : str
        A key of `vizcore.imaging.filters.FILTERS`, or ``"custom"``.
    parameters : tuple of float
        The filter's, or none for its defaults.
    cells : tuple of tuple of str
        The typed kernel of a custom filter, else empty.
    divisor, bias : str
        As typed. A divisor belongs to typed cells.
    stride, repeat : int
    """

    name: str = "edge_laplacian8"
    parameters: tuple = ()
    cells: tuple = ()
    divisor: str = "1"
    bias: str = "0"
    stride: int = 1
    repeat: int = 1

    def __post_init__(self):
        if self.name != CUSTOM and self.name not in FILTERS:
            raise ValueError(f"there is no filter named {quoted(self.name)}.")
        if not 1 <= self.stride <= LARGEST_STRIDE:
            raise ValueError(f"the stride must be 1 to {LARGEST_STRIDE}, not {self.stride}.")
        if not 1 <= self.repeat <= MOST_REPEATS:
            raise ValueError(f"a filter repeats 1 to {MOST_REPEATS} times, not {self.repeat}.")
        parse_number(self.bias)
        if self.name == CUSTOM:
            self._check_cells()
        else:
            FILTERS[self.name].kernels(self.parameters)
            if self.cells or self.divisor != "1":
                raise ValueError("only typed cells have a divisor.")

    def _check_cells(self):
        widths = {len(row) for row in self.cells}
        if len(widths) != 1 or not (
            1 <= len(self.cells) <= LARGEST_KERNEL and 1 <= max(widths) <= LARGEST_KERNEL
        ):
            raise ValueError("a kernel has 1 to 15 rows of 1 to 15 cells each.")
        if parse_number(self.divisor) == 0:
            raise ValueError("the divisor cannot be 0.")
        for row in self.cells:
            for text in row:
                parse_number(text)

    @property
    def title(self):
        """The filter's name for people."""
        return "Your kernel" if self.name == CUSTOM else FILTERS[self.name].title

    @property
    def kernels(self):
        """One kernel, or the two of a gradient magnitude."""
        if self.name != CUSTOM:
            return FILTERS[self.name].kernels(self.parameters)
        numbers = [[parse_number(text) for text in row] for row in self.cells]
        return (np.array(numbers) / parse_number(self.divisor),)

    def typed(self):
        """Return the kernel as an editor shows it: cells, divisor and bias as texts."""
        if self.name == CUSTOM:
            return {"cells": self.cells, "divisor": self.divisor, "bias": self.bias}
        if self.name in KERNELS:
            known = KERNELS[self.name]
            weights, divisor = known.numerators, known.divisor
        else:
            weights, divisor = self.kernels[0], 1
            if self.name == "box":
                weights, divisor = np.ones(weights.shape), weights.size
        cells = tuple(tuple(short_text(w) for w in row) for row in weights)
        return {"cells": cells, "divisor": short_text(divisor), "bias": self.bias}

    def with_typed(self, cells, divisor, bias, *, as_custom=False):
        """Return this step with a kernel from the editor.

        A mere bias keeps the filter's name, unless a custom kernel is asked for.

        Raises
        ------
        ValueError
            When one of the texts is no number.
        """
        cells = tuple(tuple(normal_text(text) for text in row) for row in cells)
        divisor, bias = normal_text(divisor), normal_text(bias)
        typed = self.typed()
        if not as_custom and (cells, divisor) == (typed["cells"], typed["divisor"]):
            return replace(self, bias=bias)
        return replace(self, name=CUSTOM, parameters=(), cells=cells, divisor=divisor, bias=bias)

    @property
    def passes(self):
        """The passes that carry this filter out."""
        one = Pass(self.kernels, parse_number(self.bias), self.stride)
        return (one,) * self.repeat

    def to_text(self):
        """Write this step for a link: name or cells, then ~d ~b ~s ~r where unusual."""
        body = self.name
        if self.name == CUSTOM:
            rows, columns = len(self.cells), len(self.cells[0])
            body = f"{rows}x{columns}_" + "_".join(t for row in self.cells for t in row)
        elif self.parameters:
            body += "".join(f"_{short_text(value)}" for value in self.parameters)
        marks = (
            ("d", self.divisor, "1"),
            ("b", self.bias, "0"),
            ("s", str(self.stride), "1"),
            ("r", str(self.repeat), "1"),
        )
        return body + "".join(f"~{mark}{text}" for mark, text, usual in marks if text != usual)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        body, *marks = text.split("~")
        found = {mark[:1]: mark[1:] for mark in marks}
        if set(found) - set("dbsr"):
            raise ValueError(f"{quoted(text)} is no filter.")
        settings = {
            "divisor": found.get("d", "1"),
            "bias": found.get("b", "0"),
            "stride": _whole(found.get("s", "1")),
            "repeat": _whole(found.get("r", "1")),
        }
        typed = re.match(r"(\d{1,2})x(\d{1,2})_", body)
        if not typed:
            name, values = _split_parameters(body)
            return cls(name=name, parameters=values, **settings)
        rows, columns = int(typed[1]), int(typed[2])
        cells = body[typed.end() :].split("_")
        if len(cells) != rows * columns:
            raise ValueError(f"a {rows}×{columns} kernel has {rows * columns} cells.")
        grid = tuple(tuple(cells[r * columns : (r + 1) * columns]) for r in range(rows))
        return cls(name=CUSTOM, cells=grid, **settings)


class Steps(tuple):
    """The filters of the stack, in order."""

    def to_text(self):
        """Write the stack for a link."""
        return "!".join(step.to_text() for step in self)

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        if text.count("!") >= MOST_FILTERS:
            raise ValueError(f"a stack holds at most {MOST_FILTERS} filters.")
        return cls(FilterStep.from_text(part) for part in text.split("!"))


@dataclass(frozen=True)
class FilterSettings:
    """The page's settings.

    Attributes
    ----------
    photo : str
        A key of `vizcore.imaging.SAMPLES`, or ``"upload"`` for the visitor's own.
    filters : Steps
    chosen : int
        Which filter the controls show, from 0.
    grey : bool
        Filter the grey levels instead of each colour channel.
    edges : str
        A key of `EDGES`.
    display : str
        A key of `MAPPINGS`.
    table : bool
        Show the slides' seven filters side by side, too.
    patches : bool
        Show the patches that the filters like most, too.
    """

    photo: str = "cat"
    filters: Steps = field(default_factory=lambda: Steps((FilterStep(),)))
    chosen: int = 0
    grey: bool = False
    edges: str = "zero"
    display: str = "clamp"
    table: bool = False
    patches: bool = False

    def __post_init__(self):
        if self.photo != UPLOAD and self.photo not in SAMPLES:
            raise ValueError(f"there is no sample photo named {quoted(self.photo)}.")
        if self.edges not in EDGES:
            raise ValueError(f"there is no edge rule named {quoted(self.edges)}.")
        if self.display not in MAPPINGS:
            raise ValueError(f"there is no display mapping named {quoted(self.display)}.")
        if not 0 <= self.chosen < len(self.filters):
            raise ValueError(f"there is no filter number {self.chosen + 1} in this stack.")
        if len(self.passes) > MOST_PASSES:
            raise ValueError(f"at most {MOST_PASSES} passes, repetitions included.")

    @property
    def step(self):
        """The chosen filter."""
        return self.filters[self.chosen]

    @property
    def passes(self):
        """All passes of the stack, in order."""
        return tuple(one for step in self.filters for one in step.passes)

    def with_step(self, step):
        """Return these settings with the chosen filter replaced."""
        before, after = self.filters[: self.chosen], self.filters[self.chosen + 1 :]
        return replace(self, filters=Steps((*before, step, *after)))

    def with_added(self):
        """Return these settings with one more filter, chosen, at the end."""
        filters = Steps((*self.filters, FilterStep("gaussian_blur")))
        return replace(self, filters=filters, chosen=len(filters) - 1)

    def with_removed(self):
        """Return these settings without the chosen filter."""
        filters = Steps((*self.filters[: self.chosen], *self.filters[self.chosen + 1 :]))
        return replace(self, filters=filters, chosen=max(0, self.chosen - 1))

    def with_moved(self, by):
        """Return these settings with the chosen filter moved by so many places."""
        filters = list(self.filters)
        filters.insert(self.chosen + by, filters.pop(self.chosen))
        return replace(self, filters=Steps(filters), chosen=self.chosen + by)


def from_lesson(lesson):
    """Return the settings that show a lesson of photos."""
    given = lesson.settings
    if "keys" in given:
        return FilterSettings(given["photo"], table=True)
    cells = tuple(tuple(map(short_text, row)) for row in given["kernel"])
    steps = Steps((FilterStep(CUSTOM, cells=cells),))
    return FilterSettings(given["photo"], steps, grey=True, patches=True)


def _whole(text):
    if not re.fullmatch(r"\d{1,3}", text):
        raise ValueError(f"{quoted(text)} is not a whole number.")
    return int(text)


def _split_parameters(body):
    """Part ``gaussian_5_1.2``: names hold underscores too, so the longest known name wins."""
    parts = body.split("_")
    for end in range(len(parts), 0, -1):
        name = "_".join(parts[:end])
        if name in FILTERS:
            return name, tuple(parse_number(text) for text in parts[end:])
    raise ValueError(f"there is no filter named {quoted(body)}.")
