"""Reuse what a network that ships has learned: its first layers, frozen, below a new head.

How well features carry over to other pictures is measured by Yosinski, Clune, Bengio and Lipson,
*How transferable are features in deep neural networks?* (2014), https://arxiv.org/abs/1411.1792.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import takewhile

from vizcore.nets import pretrained
from vizcore.nets.architectures import Architecture, layer_table
from vizcore.nets.layers import Dense, Dropout, Flatten
from vizcore.nets.recipes import Recipe, ending_in
from vizcore.nets.training import TrainingSettings
from vizcore.nets.weights import layer_weights

TRANSFER = "transfer"
"""The preset's name in a link."""

SOURCE = "objects"
"""The network whose features it reuses, by its name among those that ship."""

TITLE = "Transfer from Objects"
ABOUT = (
    "The first layers of Objects, the network that ships for small colour photographs, keep the "
    "weights that they have learned from CIFAR-10; only a new last layer is trained. So a few "
    "dozen pictures are enough, and it is done in a moment."
)
RECIPE = Recipe(
    TrainingSettings("adam", 0.03, "cosine", batch=8, epochs=15),
    standardise=True,
    note="The settings are ours, for few pictures: they were chosen by validation on six pairs of "
    "classes that are not of CIFAR-10, with 27 pictures each. Augmentation made nothing better "
    "there.",
)

_HEAD = Dropout, Flatten, Dense


@lru_cache
def features(source):
    """Return the layers of a network that ships which others can reuse: all but its head.

    Parameters
    ----------
    source : str
        One of `vizcore.nets.pretrained.NAMES`.

    Returns
    -------
    Architecture

    Raises
    ------
    ValueError
        Where no such network ships.

    Examples
    --------
    >>> features("objects").to_text().endswith("norm-relu-globalmax")
    True
    """
    if source not in pretrained.NAMES:
        known = ", ".join(pretrained.NAMES)
        raise ValueError(
            f"there is no network “{source}” whose features could be reused: choose one of {known}."
        )
    whole = Architecture.from_text(pretrained.card(source).network)
    layers = takewhile(lambda layer: not isinstance(layer, _HEAD), whole.layers)
    return Architecture(whole.input, layers)


def with_new_head(source, classes):
    """Return the features of a network that ships with a new end, for so many classes.

    Examples
    --------
    >>> with_new_head("objects", 2).to_text().endswith("relu-globalmax-dense_2-softmax")
    True
    """
    return ending_in(features(source), classes)


def shared(architecture, source):
    """Count the first layers that a network has in common with the features of another.

    Parameters
    ----------
    architecture : Architecture
    source : str
        As in `features`; empty where nothing is reused.

    Returns
    -------
    int
        0 also where the two take pictures of different shapes.

    Examples
    --------
    >>> shared(with_new_head("objects", 3), "objects")
    25
    >>> shared(Architecture.from_text("32x32x3-conv_24_3_b0-relu"), "objects")
    1
    """
    if not source:
        return 0
    known = features(source)
    if known.input != architecture.input:
        return 0
    pairs = zip(architecture.layers, known.layers, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def check(architecture, source):
    """See that a network reuses something, or nothing where there is no source.

    Raises
    ------
    ValueError
        With a sentence for the visitor.
    """
    if source and not shared(architecture, source):
        size = "×".join(map(str, features(source).input))
        raise ValueError(
            f"the network does not begin as {pretrained.card(source).title} does, with an input of "
            f"{size} and the same first layer, so none of its weights can be reused: choose the "
            "preset again, or train without them."
        )


def trained(architecture, source):
    """Count the parameters that are trained: those above the frozen layers.

    Examples
    --------
    >>> two = with_new_head("objects", 2)
    >>> trained(two, "objects"), trained(two, "")
    (322, 689018)
    """
    rows = layer_table(architecture)[shared(architecture, source) :]
    return sum(row.trainable for row in rows)


def known_classes(class_names, source):
    """Return the names that are classes of the network itself, however they are written.

    Parameters
    ----------
    class_names : sequence of str
    source : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> known_classes(["Cats", "newt", "horse"], "objects")
    ['Cats', 'horse']
    """
    own = {_bare(name) for name in pretrained.card(source).class_names}
    return [name for name in class_names if _bare(name) in own]


def preparation(source, *, side=None, channels=None):
    """Return how pictures are prepared for these features: as those that they were learned from.

    Parameters
    ----------
    source : str
    side, channels : int, optional
        What brings other pictures to the network's input, as in `Preparation`.
    """
    return replace(pretrained.card(source).preparation, side=side, channels=channels)


def reuse(model, architecture, source):
    """Give a model the weights of the layers that it shares with a network, and freeze them.

    A frozen batch normalisation takes its running mean and variance, in training too: that is what
    Keras makes of ``trainable = False``.

    Parameters
    ----------
    model : keras.Model
        Of `architecture`, as `vizcore.nets.architectures.build` makes it; not yet compiled.
    architecture : Architecture
    source : str

    Returns
    -------
    keras.Model
        The same.
    """
    rows = layer_table(architecture)[: shared(architecture, source)]
    names = {row.name for row in rows}
    network = pretrained.load(source)
    for name, arrays in layer_weights(network.weights, network.graph).items():
        if network.graph[name].row in names:
            layer = model.get_layer(name)
            layer.set_weights(arrays)
            layer.trainable = False
    return model


def _bare(name):
    return name.strip().casefold().removesuffix("s")
