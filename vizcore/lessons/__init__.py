"""The slides' worked examples, as data."""

from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.lessons.lesson import Lesson
from vizcore.lessons.pooling import POOLING_LESSONS
from vizcore.lessons.slashes import SLASH_LESSONS

__all__ = ["LESSONS", "Lesson"]

LESSONS = {**CONVOLUTION_LESSONS, **POOLING_LESSONS, **SLASH_LESSONS}
"""Slug → `Lesson`."""
