"""A volume of cells as a visitor fills it: typed, or made by a rule."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from vizcore.imaging import KERNELS, SAMPLES
from vizcore.imaging.stack import grey_levels
from vizcore.ops import conv2d, relu
from vizcore.ui.numbers import normal_text, parse_number, short_text

TYPED = "typed"
RULES = {
    "random": "Random whole numbers",
    "zeros": "Zeros",
    "ramp": "Ramp: 1, 2, 3, …",
    "photo": "A patch of a photo",
}
"""What a rule makes, by the rule's name in a link."""

FEATURE_MAPS = {
    "map-upright": "A photo's feature map: upright edges",
    "map-lying": "A photo's feature map: lying edges",
    "map-corner": "A photo's feature map: corners and slants",
    "map-every": "A photo's feature map: edges of every direction",
}
"""Rules that filter a patch of a photo and keep what is positive, as a convolution layer does."""

EDGE_KERNELS = {
    "map-upright": "sobel_x",
    "map-lying": "sobel_y",
    "map-corner": "edge_diagonal",
    "map-every": "edge_laplacian8",
}
"""What each of these rules filters its first channel with, as `KERNELS` calls it."""

LARGEST_INPUT = 32
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
        ``"typed"`` or a key of `RULES` or `FEATURE_MAPS`.
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
        elif self.rule not in _MAKERS or self.cells:
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
        if len(rest) == 2 and rest[0] in _MAKERS:
            if not re.fullmatch(r"[0-9]{1,4}", rest[1]):
                raise ValueError("a seed is a whole number up to 9999.")
            return cls(rows, columns, depth, rule=rest[0], seed=int(rest[1]))
        return cls(rows, columns, depth, tuple(rest))


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


def _feature_maps(first):
    """Make one map a channel: the edge kernel `first`, then the others, then their negatives."""
    kernels = [KERNELS[key].weights for key in EDGE_KERNELS.values()]
    turn = [*EDGE_KERNELS].index(first)
    kernels = kernels[turn:] + kernels[:turn]
    bank = np.stack([*kernels, *(-kernel for kernel in kernels)], axis=2)

    def make(shape, seed):
        rows, columns, depth = shape
        patch = _photo((rows + 2, columns + 2, 1), seed)
        chosen = bank[..., np.arange(depth) % bank.shape[2]]
        return relu(conv2d(patch, chosen[:, :, np.newaxis]))

    return make


@lru_cache(maxsize=1)
def _patch_source():
    return SAMPLES[PATCH_PHOTO].load()


_MAKERS = {
    "random": _random,
    "zeros": lambda shape, seed: np.zeros(shape),
    "ramp": _ramp,
    "photo": _photo,
    **{rule: _feature_maps(rule) for rule in FEATURE_MAPS},
}
