import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.imaging.geometry import resize
from vizcore.imaging.seeing import (
    FRAMINGS,
    INVERSIONS,
    LONGEST_SIDE,
    Stage,
    Steps,
    framed_to,
    has_bright_edge,
    levels_of,
    see,
    seen_share,
)
from vizcore.imaging.stack import grey_levels

NAMES = ["picture", "turn", "frame", "resize", "grey", "invert"]
STEPS = st.builds(
    Steps, st.integers(0, 3), st.sampled_from(FRAMINGS), st.booleans(), st.sampled_from(INVERSIONS)
)


def grey(*rows):
    return np.array(rows, np.uint8)[..., np.newaxis]


def plain(picture):
    return picture[..., 0].tolist()


def of(stages, name):
    return next(one for one in stages if one.name == name)


def test_a_picture_of_the_right_kind_stays_as_it_is():
    picture = grey([1, 2], [3, 4])
    stages = see(picture, (2, 2, 1), Steps())
    assert [one.name for one in stages] == NAMES
    assert not any(one.changed for one in stages)
    assert levels_of(stages) is picture


def test_turns_are_clockwise():
    picture = grey([1, 2], [3, 4])
    turned = [plain(levels_of(see(picture, (2, 2, 1), Steps(turns=n)))) for n in range(4)]
    assert turned == [[[1, 2], [3, 4]], [[3, 1], [4, 2]], [[4, 3], [2, 1]], [[2, 4], [1, 3]]]


def test_the_middle_is_cropped_to_the_aspect_of_the_network():
    wide = grey([1, 2, 3, 4], [5, 6, 7, 8])
    assert plain(framed_to(wide, 28, 28, "crop")) == [[2, 3], [6, 7]]
    assert plain(framed_to(wide, 10, 5, "crop")) == [[2], [6]]
    assert plain(framed_to(wide.transpose(1, 0, 2), 9, 9, "crop")) == [[2, 6], [3, 7]]
    assert framed_to(wide, 2, 4, "crop") is wide


def test_borders_have_the_mean_colour_of_the_edge():
    high = grey([10], [20], [60])
    assert plain(framed_to(high, 4, 4, "fit")) == [[30, 10, 30], [30, 20, 30], [30, 60, 30]]
    red = np.zeros((1, 3, 3), np.uint8)
    red[..., 0] = 250
    assert framed_to(red, 2, 2, "fit").reshape(-1, 3).tolist() == [[250, 0, 0]] * 9


def test_stretching_leaves_nothing_out():
    wide = grey([0, 100], [100, 200])[:, :, :]
    stages = see(wide, (2, 1, 1), Steps(framing="stretch"))
    assert not of(stages, "frame").changed
    assert plain(levels_of(stages)) == [[50], [150]]


@pytest.mark.parametrize("shape", [(1, 200_000, 3), (200_000, 1, 1), (2, 5000, 3)])
def test_a_thin_strip_needs_no_vast_square(shape):
    stages = see(np.full(shape, 7, np.uint8), (28, 28, 1), Steps(framing="fit"))
    assert max(of(stages, "frame").picture.shape) <= LONGEST_SIDE
    assert (levels_of(stages) == 7).all() and levels_of(stages).shape == (28, 28, 1)


def test_colours_become_grey_where_the_network_sees_grey_or_one_asks_for_it():
    red = np.uint8([[[255, 0, 0]]])
    assert levels_of(see(red, (1, 1, 1), Steps())).tolist() == [[[76]]]
    assert levels_of(see(red, (1, 1, 3), Steps())).tolist() == [[[255, 0, 0]]]
    assert levels_of(see(red, (1, 1, 3), Steps(grey=True))).tolist() == [[[76, 76, 76]]]
    assert levels_of(see(grey([9]), (1, 1, 3), Steps(grey=True))).tolist() == [[[9, 9, 9]]]


def test_ink_on_paper_is_inverted_for_a_network_that_learned_light_on_black():
    paper = np.full((5, 5, 1), 220, np.uint8)
    paper[2, 2] = 20
    assert has_bright_edge(paper) and not has_bright_edge(255 - paper)

    def seen(picture, inversion, on_black):
        stages = see(picture, (5, 5, 1), Steps(inversion=inversion), on_black=on_black)
        return int(levels_of(stages)[2, 2, 0])

    assert [seen(paper, "auto", on_black) for on_black in (True, False)] == [235, 20]
    assert [seen(255 - paper, "auto", on_black) for on_black in (True, False)] == [235, 235]
    assert [seen(paper, one, on_black=True) for one in ("on", "off")] == [235, 20]
    assert [seen(paper, one, on_black=False) for one in ("on", "off")] == [235, 20]


def test_the_border_that_is_bright_is_that_of_what_the_network_sees():
    # Its own edge is black, but cropped to its middle it is paper.
    wide = np.zeros((6, 18, 1), np.uint8)
    wide[:, 6:12] = 230
    steps = Steps()
    assert not has_bright_edge(wide)
    assert (levels_of(see(wide, (6, 6, 1), steps, on_black=True)) == 25).all()


def test_the_last_step_is_what_normalising_makes_of_the_levels():
    stages = see(grey([51, 255]), (1, 2, 1), Steps(), normalise=lambda x: np.float32(x) / 255)
    assert stages[-1].name == "normalise" and stages[-1].changed
    np.testing.assert_allclose(stages[-1].picture.ravel(), [0.2, 1.0], rtol=1e-6)
    assert levels_of(stages).ravel().tolist() == [51, 255]


def test_how_much_of_a_wide_picture_is_seen():
    assert seen_share((10, 40), 28, 28) == 0.25
    assert seen_share((40, 10), 28, 28) == 0.25
    assert seen_share((10, 20), 5, 10) == 1.0


@given(STEPS, st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]), st.booleans(),
       st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3])))  # fmt: skip
def test_every_picture_comes_to_the_shape_of_the_network(steps, high, wide, deep, on_black, shape):
    picture = np.random.default_rng(0).integers(0, 256, (high, wide, deep), np.uint8)
    stages = see(picture, shape, steps, on_black=on_black)
    assert all(isinstance(one, Stage) and one.picture.dtype == np.uint8 for one in stages)
    assert levels_of(stages).shape == shape
    assert Steps.from_text(steps.to_text()) == steps


def test_a_square_photo_becomes_what_the_dataset_would_have_made_of_it():
    photo = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    expected = grey_levels(resize(photo, 28, 28))
    np.testing.assert_array_equal(levels_of(see(photo, (28, 28, 1), Steps()))[..., 0], expected)


@pytest.mark.parametrize(
    "text", ["", "0", "4-crop-colour-auto", "-crop-colour-auto", "0-cut-colour-auto",
             "0-crop-red-auto", "0-crop-colour-yes", "0-crop-colour-auto-1", "01-crop-colour-auto"]
)  # fmt: skip
def test_other_texts_are_no_steps(text):
    with pytest.raises(ValueError, match="steps from the picture to the network"):
        Steps.from_text(text)


@pytest.mark.parametrize("wrong", [{"turns": 4}, {"framing": ""}, {"inversion": "no"}])
def test_impossible_steps_are_refused(wrong):
    with pytest.raises(ValueError):
        Steps(**wrong)
