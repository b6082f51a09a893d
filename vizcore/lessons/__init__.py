"""The slides' worked examples, as data."""

from vizcore.lessons.activations import ACTIVATION_LESSONS
from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.lessons.forward import FORWARD_LESSONS
from vizcore.lessons.gradients import GRADIENT_LESSONS
from vizcore.lessons.lesson import DECKS, Lesson
from vizcore.lessons.networks import NETWORK_LESSONS
from vizcore.lessons.photos import PHOTO_LESSONS
from vizcore.lessons.pooling import POOLING_LESSONS
from vizcore.lessons.slashes import SLASH_LESSONS
from vizcore.lessons.weights import WEIGHT_LESSONS

__all__ = ["DECKS", "LESSONS", "TOPICS", "Lesson"]

TOPICS = {
    "Photos": PHOTO_LESSONS,
    "Convolution": CONVOLUTION_LESSONS,
    "Pooling": POOLING_LESSONS,
    "Activations and cost": ACTIVATION_LESSONS,
    "From pixels to a class": FORWARD_LESSONS,
    "How a filter is found": SLASH_LESSONS,
    "Why convolution": WEIGHT_LESSONS,
    "Networks": NETWORK_LESSONS,
    "Gradients": GRADIENT_LESSONS,
}
"""Topic → its lessons, in the order of the journey."""

LESSONS = {slug: lesson for lessons in TOPICS.values() for slug, lesson in lessons.items()}
"""Slug → `Lesson`."""
