"""Presets one can train: how each is trained, and how it is fitted to a dataset."""

from dataclasses import dataclass, replace

from vizcore.nets.architectures import Architecture, layer_table
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.layers import Dense, Flatten, Sigmoid, Softmax
from vizcore.nets.training import TrainingSettings


@dataclass(frozen=True)
class Recipe:
    """How a preset is trained.

    Attributes
    ----------
    training : TrainingSettings
    standardise : bool
    note : str
        What is known of the settings: the slides', or ours.
    """

    training: TrainingSettings
    standardise: bool = False
    note: str = "The settings are ours."


_RECONSTRUCTED = (
    "The layers are the slides'. They do not show the optimiser and the augmentation: those are "
    "our reconstruction."
)
_SMALL_CHANGES = Augmentation(shift=0.1, rotate=10.0)

RECIPES = {
    "simplest-cnn": Recipe(TrainingSettings("adam", 0.003, batch=32, epochs=10)),
    "mnist-mlp": Recipe(
        TrainingSettings("adam", 0.001, batch=32, epochs=5),
        note="The settings are the slides'.",
    ),
    "mnist-five-conv": Recipe(
        TrainingSettings(
            "adadelta", 1.0, "plateau", batch=512, epochs=50, augmentation=_SMALL_CHANGES
        ),
        note=_RECONSTRUCTED,
    ),
    "cifar-six-conv": Recipe(
        TrainingSettings(
            "adadelta",
            1.0,
            "plateau",
            batch=512,
            epochs=50,
            augmentation=Augmentation(shift=0.1, flip=True),
        ),
        note=_RECONSTRUCTED,
    ),
    "slides-64": Recipe(
        TrainingSettings("adam", 0.001, batch=32, epochs=10),
        note="The layers are the slides', but for the end: the slide has one sigmoid “or softmax”, "
        "and softmax suits any number of classes. The settings are ours.",
    ),
    "small-vgg": Recipe(TrainingSettings("adam", 0.001, "cosine", batch=128, epochs=10)),
    "residual": Recipe(
        TrainingSettings("adam", 0.005, "one_cycle", batch=64, epochs=10), standardise=True
    ),
    "fast": Recipe(
        TrainingSettings(
            "adam",
            0.01,
            "one_cycle",
            batch=64,
            epochs=4,
            augmentation=Augmentation(shift=0.07, rotate=8.0),
        ),
        standardise=True,
        note="The settings are ours: one cycle of large steps, and four epochs are enough. They "
        "were chosen by validation accuracy on MNIST.",
    ),
    "tiny": Recipe(TrainingSettings("adam", 0.002, "cosine", batch=128, epochs=20)),
}
"""Preset → its recipe."""


def fitted(architecture, shape, classes):
    """Return a network for pictures of another size and another number of classes.

    Its input becomes the pictures', or stays as it is where its layers would have no room on them:
    the pictures are then brought to the network's size. It ends in a dense layer and softmax.

    Parameters
    ----------
    architecture : Architecture
    shape : (int, int, int)
    classes : int

    Examples
    --------
    >>> from vizcore.nets.architectures import preset
    >>> fitted(preset("simplest-cnn"), (8, 8, 1), 3).to_text()
    '8x8x1-conv_8_3-relu-max_2-flatten-dense_3-softmax'
    >>> fitted(preset("mnist-five-conv"), (8, 8, 1), 10).input
    (28, 28, 1)
    """
    try:
        return ending_in(Architecture(shape, architecture.layers), classes)
    except ValueError:
        return ending_in(architecture, classes)


def ending_in(architecture, classes):
    """Return a network that ends in a probability for each class.

    An output layer it has gets as many units; behind anything else there comes one.

    Examples
    --------
    >>> short = Architecture.from_text("8x8x1-conv_4_3-relu-max_2")
    >>> ending_in(short, 3).to_text()
    '8x8x1-conv_4_3-relu-max_2-flatten-dense_3-softmax'
    >>> ending_in(Architecture.from_text("4x4x1-flatten-dense_1-sigmoid"), 2).to_text()
    '4x4x1-flatten-dense_2-softmax'
    """
    if gives_probabilities(architecture, classes):
        return architecture
    layers = list(architecture.layers)
    while layers and isinstance(layers[-1], Sigmoid | Softmax):
        layers.pop()
    if layers and isinstance(layers[-1], Dense):
        layers[-1] = replace(layers[-1], units=classes)
    else:
        is_flat = layers and len(layer_table(architecture)[len(layers) - 1].shape) == 1
        layers += [Dense(classes)] if is_flat else [Flatten(), Dense(classes)]
    ended = Architecture(architecture.input, (*layers, Softmax()))
    layer_table(ended)
    return ended


def gives_probabilities(architecture, classes):
    """Return whether a network ends in softmax over so many classes."""
    last = layer_table(architecture)[-1]
    return last.shape == (classes,) and isinstance(last.layer, Softmax)
