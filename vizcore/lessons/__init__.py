"""The slides' worked examples, as data."""

from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.lessons.lesson import Lesson

__all__ = ["LESSONS", "Lesson"]

LESSONS = {**CONVOLUTION_LESSONS}
"""Slug → `Lesson`."""
