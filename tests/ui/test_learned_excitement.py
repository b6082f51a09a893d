import numpy as np

from vizcore.nets.excitement import Patches
from vizcore.ui.learned_excitement import silence, strips_of


def patches(patch, picture):
    """Two patches of one grey picture each."""
    return Patches(
        patches=np.zeros((2, *patch, 1), np.uint8),
        boxes=np.zeros((2, 4), int),
        average=np.full((*patch, 1), 9, np.uint8),
        levels=np.ones((2, *picture, 1), np.uint8),
        frames=np.array([[0, 2, 1, 3], [1, 3, 0, 2]]),
        cells=np.zeros((2, 2), int),
        labels=np.array([1, 5]),
        values=np.float32([2.5, 1.125]),
    )


def test_patches_come_with_class_and_value_their_average_and_where_they_lie():
    cut, whole = strips_of(patches((2, 2), (4, 4)), ("a", "<b>"))
    # A label beyond the names is told as its number.
    assert whole.names == (("<b>", "2.5"), ("5", "1.12"))
    assert cut.names == (*whole.names, ("On average", "of these 2"))
    assert [one.max() for one in cut.values] == [0, 0, 9]
    assert whole.frames == ((0, 2, 1, 3), (1, 3, 0, 2)) and cut.frames == ()


def test_a_map_that_sees_all_needs_no_frames():
    assert len(strips_of(patches((4, 4), (4, 4)), ("a", "b"))) == 1


def test_a_map_that_always_answers_is_not_called_dead():
    assert silence(0.0, 10) == "It answers, somewhere, to each of the 10 test pictures."
