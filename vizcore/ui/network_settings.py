"""What a visitor sets on the page *A network, layer by layer*, as one object and in a link."""

import re
from dataclasses import dataclass, replace

from vizcore.ui.drawn_digit import PREFIX, DrawnDigit
from vizcore.ui.numbers import quoted

OWN = "own"
"""The picture that is the visitor's own upload."""

RANGES = ("map", "layer", "network")
MOST_MAPS = 100_000

_MODEL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NODE = re.compile(r"[a-z0-9_]{0,64}")
_NUMBERED = re.compile(r"(sample|test)-([0-9]{1,6})")


@dataclass(frozen=True)
class NetworkSettings:
    """The page's settings.

    Attributes
    ----------
    model : str
        A network that ships, by name, or a run, by its id: whether there is such a one, only the
        page can tell.
    picture : str
        ``"sample-3"`` or ``"test-3"``, one of the network's samples or of its dataset's test part;
        `OWN`; or a drawing, as `DrawnDigit` writes it.
    node : str
        The operation of which a map or number is opened; empty for none.
    map : int
        Which of them, counted from 0.
    ranges : str
        What shares a range of colours: one of `RANGES`.
    """

    model: str = "digits"
    picture: str = "sample-0"
    node: str = ""
    map: int = 0
    ranges: str = "layer"

    def __post_init__(self):
        if not _MODEL.fullmatch(self.model):
            raise ValueError(f"there is no network {quoted(self.model)}.")
        check_picture(self.picture)
        if not _NODE.fullmatch(self.node):
            raise ValueError(f"there is no layer {quoted(self.node)}.")
        if not 0 <= self.map < MOST_MAPS:
            raise ValueError(f"map can be 0 to {MOST_MAPS - 1:,}, not {self.map}.")
        if self.ranges not in RANGES:
            raise ValueError(
                f"a range of colours belongs to a {', a '.join(RANGES[:-1])} or the whole "
                f"{RANGES[-1]}, not to {quoted(self.ranges)}."
            )

    def opened(self, graph):
        """Return the map that is opened, (node, map), or None where there is no such one.

        Parameters
        ----------
        graph : dict of str to vizcore.nets.graph.Node
        """
        return (self.node, self.map) if is_place(graph, self.node, self.map) else None

    def opening(self, node="", place=0):
        """Return these settings with a map opened, or none."""
        return replace(self, node=node, map=place)


def is_place(graph, node, place):
    """Tell whether a network has such a map or number; for what comes from a browser or a link.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("4x4x1-conv_2_3-flatten"))
    >>> [is_place(graph, *one) for one in (("conv1", 1), ("conv1", 2), ("conv2", 0), (None, "1"))]
    [True, False, False, False]
    """
    known = isinstance(node, str) and node in graph
    return known and type(place) is int and 0 <= place < graph[node].shape[-1]


def check_picture(text):
    """Raise a ValueError where a text can name no picture.

    Parameters
    ----------
    text : str
        As `NetworkSettings.picture`.
    """
    if text.startswith(PREFIX):
        DrawnDigit.from_text(text)
    elif text != OWN and not _NUMBERED.fullmatch(text):
        raise ValueError(f"there is no picture {quoted(text)}.")


def numbered(text):
    """Return where a picture comes from, ``"sample"`` or ``"test"``, and its number.

    Examples
    --------
    >>> numbered("test-12"), numbered("own")
    (('test', 12), None)
    """
    found = _NUMBERED.fullmatch(text)
    return (found[1], int(found[2])) if found else None
