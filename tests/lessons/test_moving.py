"""The moved object: what each model makes of it, held against SciPy and against the claims."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from vizcore.lessons.moving import (
    COLOURS,
    FIRST,
    GRID,
    PLACES,
    SHAPES,
    SIDE,
    dense_weights,
    drawn,
    first_look,
    look,
    looks,
    meeting,
    moved_along,
    placed,
    placed_at,
    template,
)

EVERYWHERE = list(np.ndindex(PLACES, PLACES))


def test_a_turn_goes_clockwise():
    assert SHAPES["swan"][0].tolist() == [1, 1, 0, 0, 0]
    assert drawn("swan", 1)[:, -1].tolist() == [1, 1, 0, 0, 0]
    assert drawn("swan", 2)[-1].tolist() == [0, 0, 0, 1, 1]


def test_a_colour_is_a_value():
    cells = {colour: np.unique(drawn("plus", colour=colour)).tolist() for colour in COLOURS}
    assert cells == {"white": [0, 1], "pale": [0, 0.5], "black": [-1, 0]}


def test_an_object_is_placed_by_its_upper_left_corner():
    picture = placed(drawn("plus"), 2, 4)
    assert picture.shape == (GRID, GRID) and picture.sum() == 9
    assert np.array_equal(picture[2:7, 4:9], SHAPES["plus"])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("colour", COLOURS)
def test_the_map_is_scipys_and_the_dense_neuron_is_one_of_its_cells(shape, colour):
    for turn in range(4):
        for place, seen in zip(EVERYWHERE, looks(shape, turn, colour), strict=True):
            picture = placed(drawn(shape, turn, colour), *place)
            expected = correlate2d(picture, template(shape), "valid")
            np.testing.assert_allclose(seen.map, expected)
            assert seen.dense == pytest.approx(seen.map[FIRST])
            assert seen.dense == pytest.approx(np.sum(picture * dense_weights(shape)))
            assert seen.best == expected.max()
            assert {*seen.peaks} == {tuple(p) for p in np.argwhere(expected == expected.max())}


@pytest.mark.parametrize("shape", SHAPES)
def test_moved_the_map_moves_along_the_maximum_stays_and_the_dense_score_falls(shape):
    first = first_look(shape)
    assert first.dense == first.best == SHAPES[shape].sum()
    assert first.peaks == (FIRST,)
    for place, seen in zip(EVERYWHERE, looks(shape), strict=True):
        move = tuple(np.subtract(place, FIRST))
        same, shared = moved_along(first.map, seen.map, move)
        assert same == shared == (PLACES - abs(move[0])) * (PLACES - abs(move[1]))
        assert seen.best == first.best and seen.peaks == (place,)
        assert (seen.dense == first.dense) == (place == FIRST)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("colour", COLOURS)
def test_every_response_is_what_the_pixels_under_the_template_add_up_to(shape, colour):
    for turn, place in ((0, FIRST), (0, (3, 5)), (1, (5, 6)), (3, (0, 7))):
        picture = placed(drawn(shape, turn, colour), *place)
        answers = look(picture, shape).map
        for row, column in EVERYWHERE:
            on, beside = meeting(picture, shape, row, column)
            assert COLOURS[colour] * (on - beside) == pytest.approx(answers[row, column])
    assert meeting(placed(drawn("swan"), *FIRST), "swan", *FIRST) == (13, 0)
    assert meeting(placed(drawn("swan", 1), *FIRST), "swan", *FIRST) == (7, 6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("colour", COLOURS)
def test_turned_or_recoloured_the_maximum_falls_unless_nothing_looks_different(shape, turn, colour):
    alike = np.array_equal(drawn(shape, turn, colour), drawn(shape))
    first = first_look(shape).best
    bests = [seen.best for seen in looks(shape, turn, colour)]
    assert all(best == first for best in bests) if alike else max(bests) < first


def test_the_plus_alone_looks_the_same_turned():
    same = {shape for shape in SHAPES if np.array_equal(drawn(shape, 1), drawn(shape))}
    assert same == {"plus"}


def test_every_shape_fills_its_box_and_touches_its_sides():
    for shape in SHAPES.values():
        assert shape.shape == (SIDE, SIDE)
        assert shape.any(axis=0).all() and shape.any(axis=1).all()


def test_looks_are_found_by_place():
    seen = look(placed(drawn("arrow", 3, "pale"), 6, 2), "arrow")
    assert np.array_equal(placed_at(looks("arrow", 3, "pale"), 6, 2).map, seen.map)


@pytest.mark.parametrize(
    ("move", "found"), [((0, 0), (1, 4)), ((0, 1), (1, 2)), ((-1, 0), (0, 2)), ((1, -1), (0, 1))]
)
def test_numbers_found_again_are_counted(move, found):
    before, after = np.array([[1, 2], [3, 4]]), np.array([[0, 1], [7, 4]])
    assert moved_along(before, after, move) == found
