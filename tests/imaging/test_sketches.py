import numpy as np
import pytest

from vizcore.imaging.sketches import SKETCHES
from vizcore.nets.datasets import PUBLISHED


@pytest.mark.parametrize("kind", SKETCHES)
def test_a_sketch_is_a_small_colour_picture_of_its_own(kind):
    one = SKETCHES[kind]
    picture = one.load()
    assert (picture.shape, picture.dtype) == ((32, 32, 3), np.uint8)
    assert picture.flags.writeable and one.alt.startswith("A drawing of ") and one.title
    picture[:] = 0
    assert one.load().any()


def test_each_shows_a_class_of_cifar_10_and_no_two_are_alike():
    assert {*SKETCHES} <= {*PUBLISHED["cifar10"].class_names}
    assert len({one.load().tobytes() for one in SKETCHES.values()}) == len(SKETCHES) == 6


def test_a_car_is_red_and_the_sky_above_it_blue():
    picture = SKETCHES["automobile"].load()
    assert picture[0, 0].tolist() == [150, 195, 235]
    assert picture[20, 16].tolist() == [190, 35, 35]
