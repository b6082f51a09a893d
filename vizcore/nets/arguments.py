"""The arguments of layers: what each may be, and how it is written in a link."""

import math
import re
from dataclasses import dataclass

LARGEST_COUNT = 99_999


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    letter: str
    least: int = 1
    most: int = LARGEST_COUNT

    def check(self, value):
        """Return the value, or say in a ValueError what it must be."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"a whole number, not {value!r}")
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.least} to {self.most:,}, not {value:,}")
        return value

    def parse(self, text):
        """Read what `write` wrote."""
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise ValueError(f"a whole number, not {text[:20]!r}")
        return int(text)

    def write(self, value):
        """Write it for a link."""
        return str(value)


@dataclass(frozen=True)
class Share:
    """A number from 0 up to, and without, 1."""

    letter: str

    def check(self, value):
        """Return the value, or say in a ValueError what it must be."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value < 1:
            raise ValueError(f"a number from 0 to less than 1, not {value!r}")
        return value

    def parse(self, text):
        """Read what `write` wrote."""
        if not re.fullmatch(r"[0-9]{0,2}(\.[0-9]{0,6})?", text) or not re.search("[0-9]", text):
            raise ValueError(f"a number from 0 to less than 1, not {text[:20]!r}")
        return float(text)

    def write(self, value):
        """Write it for a link."""
        return f"{value:.6f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    letter: str
    words: tuple

    def check(self, value):
        """Return the value, or say in a ValueError what it must be."""
        if value not in self.words:
            raise ValueError(f"{' or '.join(map(repr, self.words))}, not {value!r}")
        return value

    def parse(self, text):
        """Read what `write` wrote."""
        return self.check(text)

    def write(self, value):
        """Write it for a link."""
        return value


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    letter: str

    def check(self, value):
        """Return the value, or say in a ValueError what it must be."""
        if not isinstance(value, bool):
            raise ValueError(f"True or False, not {value!r}")
        return value

    def parse(self, text):
        """Read what `write` wrote."""
        if text not in ("0", "1"):
            raise ValueError(f"0 or 1, not {text[:20]!r}")
        return text == "1"

    def write(self, value):
        """Write it for a link."""
        return str(int(value))


class Padding(Whole):
    """``"valid"``, ``"same"``, or so many cells on each side."""

    def check(self, value):
        """Return the value, or say in a ValueError what it must be."""
        if value in ("valid", "same"):
            return value
        try:
            return super().check(value)
        except ValueError as error:
            raise ValueError(f"'valid', 'same' or {error}") from None

    def parse(self, text):
        """Read what `write` wrote."""
        return text if text in ("valid", "same") else super().parse(text)


ARGUMENTS = {
    "filters": Whole("f"),
    "units": Whole("u"),
    "size": Whole("k", 1, 999),
    "stride": Whole("s", 1, 999),
    "padding": Padding("p", 0, 999),
    "pool_padding": Choice("p", ("valid", "same")),
    "dilation": Whole("d", 1, 999),
    "groups": Whole("g"),
    "bias": Switch("b"),
    "norm": Switch("n"),
    "shortcut": Choice("c", ("projection", "pad")),
    "rate": Share("r"),
    "slope": Share("a"),
}
"""Argument → what it may be. A letter stands for it in a link, where it is not at its default."""
