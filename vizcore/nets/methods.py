"""The ways to look into a trained network: what each shows, and what it does not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """A way to look.

    Attributes
    ----------
    title : str
    about : str
        What it shows, in a sentence.
    limits : str
        What it does not, in a sentence.
    """

    title: str
    about: str
    limits: str


METHODS = {
    "saliency": Method(
        "Saliency",
        "How much the class's logit changes when a pixel changes a little: the size of its "
        "gradient.",
        "It tells of tiny changes of this one picture, each pixel by itself, and says neither "
        "whether a pixel speaks for the class nor what the network would do without it.",
    ),
    "grad_cam": Method(
        "Grad-CAM",
        "Where the maps of a layer speak for the class: their sum, each weighted by what the "
        "class's logit gains from it on average.",
        "It is as coarse as the layer's maps, leaves out what speaks against the class, and gives "
        "each map one weight for all places: behind a network that flattens its maps, instead of "
        "averaging them, it may find nothing.",
    ),
    "occlusion": Method(
        "Occlusion",
        "How far the class's probability falls when a square covers a part of the picture: at "
        "every place, the mean of all squares that cover it.",
        "The square is itself something to see, its size decides what can be found, and of two "
        "parts that would each suffice neither seems to matter.",
    ),
    "liked": Method(
        "What a neuron likes",
        "A picture grown from noise, step by step up the gradient, for which the neuron gives a "
        "high value.",
        "How it looks depends on the noise it began with and on what keeps it smooth, and no such "
        "picture need ever occur.",
    ),
    "excitement": Method(
        "What excites a neuron",
        "The nine test pictures in which it gives its highest values, each cut to what the neuron "
        "sees there, and their average.",
        "Nine pictures show its utmost, not what it does with all the others, and what no test "
        "picture shows cannot be found.",
    ),
    "shifting": Method(
        "The shift experiment",
        "The same digit, moved by pixels, before a CNN and an MLP that were trained alike on "
        "digits that were never moved.",
        "Only the CNN's convolutions move with the digit: its pools take every second cell, so a "
        "move by a pixel gives other maps, not moved ones. Near the edge fewer windows see the "
        "whole digit, and where ink leaves the picture, both networks see less of it.",
    ),
}
"""Key → the method."""
