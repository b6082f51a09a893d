"""What a visitor sets on the page *Layer tables*, as one object and in a link."""

from dataclasses import dataclass, replace
from functools import lru_cache

from vizcore.nets.architectures import PRESETS, Architecture, layer_table, preset
from vizcore.nets.layers import KINDS

LARGEST_SHARE = 100


class Network(Architecture):
    """A network that is told by its name where it has one."""

    @property
    def slug(self):
        """The preset's name, or None."""
        return _SLUGS.get(super().to_text())

    @classmethod
    @lru_cache
    def named(cls, slug):
        """Return a preset."""
        return cls.from_text(slug)

    @classmethod
    def of(cls, described):
        """Read a network as a browser tells it.

        Parameters
        ----------
        described : dict
            ``input``, three whole numbers, and ``layers``, each with ``kind`` and ``arguments``.

        Raises
        ------
        ValueError, KeyError, TypeError
            When it is no network; the shapes are not yet checked.
        """
        layers = (KINDS[one["kind"]](**one["arguments"]) for one in described["layers"])
        return cls(tuple(described["input"]), tuple(layers))

    def to_text(self):
        """Write this network for a link."""
        return self.slug or super().to_text()

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        return super().from_text(PRESETS[text].text if text in PRESETS else text)


_SLUGS = {preset(slug).to_text(): slug for slug in PRESETS}


@dataclass(frozen=True)
class LayerSettings:
    """The page's settings.

    Attributes
    ----------
    network : Network
    row : int
        The row that is explained, counted from 1.
    share : int
        How large the weights of the small residual block are, in per cent.
    """

    network: Network = Network.named("nine-layers")
    row: int = 1
    share: int = 5

    def __post_init__(self):
        for name, least, most in (
            ("row", 1, len(self.network.layers)),
            ("share", 0, LARGEST_SHARE),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} can be {least} to {most}, not {value}.")
        self.table()

    def table(self):
        """Return the rows of the table.

        Raises
        ------
        vizcore.nets.architectures.ImpossibleLayer
            When a layer cannot follow the ones before it.
        """
        return layer_table(self.network)

    def showing(self, network, row=1):
        """Return these settings with another network, the row made to fit."""
        return replace(self, network=network, row=max(1, min(row, len(network.layers))))


def from_lesson(lesson):
    """Return the settings that show a lesson of the networks."""
    return LayerSettings(Network.named(lesson.settings["network"]))
