"""What a visitor sets on the page *A network, layer by layer*, as one object and in a link."""

import re
from dataclasses import dataclass, replace

from vizcore.imaging.seeing import Steps
from vizcore.ui.drawn_digit import PREFIX, DrawnDigit
from vizcore.ui.numbers import quoted

OWN = "own"
"""The picture that is the visitor's own upload."""

OWN_MODEL = "own"
"""The network that is the visitor's own file."""

IMAGENET = "imagenet"
"""The network that a worker alone can run: MobileNetV2."""

RANGES = ("map", "layer", "network")
MOST_MAPS = 100_000

_MODEL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NODE = re.compile(r"[a-z0-9_]{0,64}")
_SEEN = "~"
"""What a picture's name and the steps by which it is seen are divided by."""

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
        `OWN`; or a drawing, as `DrawnDigit` writes it. It may say how it is seen, see `seen_by`.
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
    name = named(text)
    steps_of(text)
    if name.startswith(PREFIX):
        DrawnDigit.from_text(name)
    elif name != OWN and not _NUMBERED.fullmatch(name):
        raise ValueError(f"there is no picture {quoted(name)}.")


def seen_by(text, steps):
    """Name a picture, and the steps by which it comes to the network.

    Examples
    --------
    >>> seen_by("sample-3", Steps(turns=1))
    'sample-3~1-crop-colour-auto'
    """
    return f"{named(text)}{_SEEN}{steps.to_text()}"


def named(text):
    """Return the name of a picture alone, whatever is said of how it is seen.

    Examples
    --------
    >>> named("sample-3~1-crop-colour-auto"), named("own")
    ('sample-3', 'own')
    """
    return text.split(_SEEN, 1)[0]


def steps_of(text):
    """Return the `Steps` by which a picture is seen, or None where nothing is said of them.

    Examples
    --------
    >>> steps_of("sample-3~1-crop-colour-auto").turns, steps_of("sample-3")
    (1, None)
    """
    steps = text.partition(_SEEN)[1:]
    return Steps.from_text(steps[1]) if steps[0] else None


def numbered(text):
    """Return where a picture comes from, ``"sample"`` or ``"test"``, and its number.

    Examples
    --------
    >>> numbered("test-12"), numbered("own")
    (('test', 12), None)
    """
    found = _NUMBERED.fullmatch(named(text))
    return (found[1], int(found[2])) if found else None
