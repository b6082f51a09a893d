import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.imaging.geometry import resize
from vizcore.nets.dataset import DatasetError
from vizcore.nets.description import describe
from vizcore.nets.own_classes import (
    MOST_FRACTION,
    Made,
    Making,
    Picture,
    balance,
    dataset_of,
    divided,
    made_of,
    reduced,
    squared,
)


def flat(level, high=40, wide=60):
    """A picture of one level."""
    return np.full((high, wide, 3), level, np.uint8)


def some(count, start=0):
    """Pictures that all differ."""
    return [Picture.of(f"{start + i}.png", flat(start + i)) for i in range(count)]


PETS = {"cat": some(10), "dog": some(10, 100)}


# ---- One size ----


def test_a_small_picture_is_held_as_it_is_and_a_large_one_reduced():
    small = flat(3)
    assert reduced(small) is small
    large = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
    np.testing.assert_array_equal(reduced(large), resize(large, 144, 96))
    assert reduced(flat(0, 100, 9000)).shape == (4, 384, 3)
    assert reduced(flat(0, 1, 9000)).shape == (1, 384, 3)


@pytest.mark.parametrize("side", [32, 64])
def test_the_middle_square_is_kept_or_all_of_it_with_a_border(side):
    """Three squares side by side: red, green, blue."""
    picture = np.zeros((40, 120, 3), np.uint8)
    for place in range(3):
        picture[:, 40 * place : 40 * place + 40, place] = 255
    cut = squared(picture, side, "crop")
    np.testing.assert_array_equal(cut, np.broadcast_to([0, 255, 0], (side, side, 3)))
    whole = squared(picture, side, "fit")
    middle, third = whole[side // 2], side // 3
    assert middle[third // 2].tolist() == [255, 0, 0]
    assert middle[side // 2].tolist() == [0, 255, 0]
    assert middle[-third // 2].tolist() == [0, 0, 255]
    border = whole[: side // 3 - 1]
    assert (border == border[0, 0]).all()


def test_a_picture_of_that_size_is_exact():
    picture = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    for framing in ("crop", "fit"):
        assert np.array_equal(squared(picture, 32, framing), picture)


@pytest.mark.parametrize(
    "impossible", [{"side": 33}, {"framing": "stretch"}, {"fraction": 0.6}, {"fraction": 0.0}]
)
def test_an_impossible_making_is_refused(impossible):
    with pytest.raises(ValueError, match="can be"):
        Making(**impossible)


# ---- What is there twice ----


def test_every_picture_has_its_class_and_name():
    made = made_of(PETS, Making(side=48))
    assert made.class_names == ("cat", "dog") and made.x.shape == (20, 48, 48, 3)
    assert made.y.tolist() == [0] * 10 + [1] * 10 and made.counts.tolist() == [10, 10]
    assert made.x[:, 0, 0, 0].tolist() == [*range(10), *range(100, 110)]
    assert made.names[9:11] == ("9.png", "100.png")
    assert made.of(1)[:, 5, 5, 1].tolist() == [*range(100, 110)]
    assert made.repeats == made.shared == ()


def test_of_equal_pictures_in_a_class_the_first_stays():
    cats = [*some(3), Picture.of("again.png", flat(1)), Picture.of("larger.png", flat(1, 90, 80))]
    made = made_of({"cat": cats, "dog": some(2, 50)}, Making())
    assert made.counts.tolist() == [3, 2]
    assert made.repeats == (("cat", "again.png", "1.png"), ("cat", "larger.png", "1.png"))


def test_equal_pictures_in_two_classes_stay_and_are_told():
    dogs = [*some(2, 50), Picture.of("cat?.png", flat(1))]
    made = made_of({"cat": some(3), "dog": dogs}, Making())
    assert made.counts.tolist() == [3, 3] and made.repeats == ()
    assert made.shared == ((("cat", "1.png"), ("dog", "cat?.png")),)


def test_what_differs_beyond_the_middle_square_is_equal_when_it_is_cut():
    one, other = flat(7, 40, 120), flat(7, 40, 120)
    other[:, :40] = 200
    classes = {"cat": [Picture.of("1", one), Picture.of("2", other)]}
    assert len(made_of(classes, Making(framing="crop")).repeats) == 1
    assert len(made_of(classes, Making(framing="fit")).repeats) == 0


def test_no_pictures_make_no_dataset():
    made = made_of({}, Making())
    assert made.x.shape == (0, 32, 32, 3) and made.counts.tolist() == []


# ---- The test part ----


def test_the_split_is_seeded_and_takes_as_much_of_each_class():
    making = Making(fraction=0.2, seed=4)
    made = made_of({"cat": some(10), "dog": some(20, 100)}, making)
    train, test = divided(made, making)
    assert sorted([*train, *test]) == [*range(30)]
    assert np.bincount(made.y[test]).tolist() == [2, 4]
    again = divided(made, making)
    assert np.array_equal(test, again[1])
    assert not np.array_equal(test, divided(made, Making(fraction=0.2, seed=5))[1])


@given(
    st.lists(st.integers(5, 40), min_size=2, max_size=5),
    st.floats(0.2, MOST_FRACTION),
    st.integers(0, 99),
)
def test_every_class_is_learned_and_tested(counts, fraction, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    made = Made(tuple(map(str, counts)), np.zeros((len(y), 1, 1, 3), np.uint8), y, (), (), ())
    making = Making(fraction=fraction, seed=seed)
    for part in divided(made, making):
        assert (np.bincount(y[part], minlength=len(counts)) > 0).all()


def test_the_dataset_has_the_parts_that_were_shown():
    making = Making(seed=2)
    made = made_of(PETS, making)
    data, (train, test) = dataset_of(made, making, "Pets"), divided(made, making)
    assert (data.title, data.class_names, data.shape) == ("Pets", ("cat", "dog"), (32, 32, 3))
    np.testing.assert_array_equal(data.train.x, made.x[train])
    np.testing.assert_array_equal(data.test.y, made.y[test])
    assert describe(data).repeated == 0


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({}, "at least two"),
        ({"cat": some(9)}, "at least two"),
        (
            {"cat": some(9), "dog": some(4, 100)},
            "“dog” has 4 pictures: each class needs",
        ),
        ({"cat": some(1), "dog": some(9, 100)}, "“cat” has 1 picture: each"),
        ({"cat": [*some(4)] * 2, "dog": some(9, 100)}, "“cat” has 4 pictures"),
    ],
)
def test_too_little_is_said_plainly(classes, said):
    with pytest.raises(DatasetError, match=said):
        dataset_of(made_of(classes, Making()), Making(), "Pets")


def test_a_class_without_a_test_picture_is_said_plainly():
    making = Making(fraction=0.1)
    with pytest.raises(DatasetError, match="“dog” would have no test picture: set more aside"):
        divided(made_of({"cat": some(58), "dog": some(5, 100)}, making), making)


def test_balance_is_told_from_twice_as_many_on():
    assert balance([19, 10], "ab") == "" and balance([20, 10], "ab").startswith("“a” has 2.0 times")
    assert "“b” has 3.0 times as many pictures as “c”" in balance([20, 30, 10], "abc")
    assert balance([5, 0], "ab") == ""
