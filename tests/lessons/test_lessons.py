"""Every lesson gives the result that was typed in from the slides."""

import numpy as np
import pytest

from vizcore.lessons import LESSONS
from vizcore.lessons.lesson import channels, matrix


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_gives_its_expected_result(slug):
    lesson = LESSONS[slug]
    assert lesson.expected is not None
    assert np.array_equal(lesson.compute(), lesson.expected)


def test_the_wrong_cell_of_the_happy_face_is_told():
    lesson = LESSONS["happy-face"]
    assert lesson.compute()[2, 2] == 0
    assert "row 3, column 3" in lesson.correction


def test_matrices_are_read_row_by_row():
    assert matrix("1 2 / 3 4").tolist() == [[1, 2], [3, 4]]
    assert channels("1 2", "3 4").tolist() == [[[1, 3], [2, 4]]]
