import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from vizcore.nets.dataset import Dataset, DatasetError, Part
from vizcore.nets.splits import split_indices, stratified_split, three_parts

labels = st.lists(st.integers(0, 7), min_size=2, max_size=200).map(np.array)
fractions = st.floats(0.01, 0.99)


def part(y):
    """Pictures of one pixel, each at a level of its own."""
    return Part(np.arange(len(y), dtype=np.uint8).reshape(-1, 1, 1, 1), np.array(y, np.int64))


def dataset(y, validation=None):
    return Dataset("toy", "Toy", ("a", "b"), "Ours.", part(y), part([0, 1]), validation)


@given(labels, fractions, st.integers(0, 99))
@example(np.array([0, 0, 0, 1, 2]), 1 / 3, 0)
def test_a_split_is_disjoint_complete_and_stratified(y, fraction, seed):
    sizes = np.bincount(y)
    assume((sizes > 1).any())
    rest, drawn = stratified_split(y, fraction, seed)
    assert np.array_equal(np.sort([*rest, *drawn]), np.arange(len(y)))
    assert (np.diff(rest) > 0).all() and (np.diff(drawn) > 0).all()
    taken = np.bincount(y[drawn], minlength=len(sizes))
    assert (np.abs(taken - fraction * sizes) < 1)[sizes > 1].all()
    assert (taken[sizes > 0] < sizes[sizes > 0]).all() and taken.sum() >= 1


@given(st.integers(2, 40), st.integers(2, 9), st.integers(0, 9))
def test_the_total_is_the_fraction_rounded(size, classes, seed):
    y = np.repeat(np.arange(classes), size)
    _, drawn = stratified_split(y, 0.1, seed)
    assert len(drawn) == max(1, round(0.1 * len(y)))


@given(labels, fractions, st.integers(0, 99))
def test_the_seed_decides(y, fraction, seed):
    assume((np.bincount(y) > 1).any())
    first, second = (stratified_split(y, fraction, seed) for _ in range(2))
    assert all(map(np.array_equal, first, second))


def test_another_seed_draws_others():
    y = np.zeros(1000, int)
    assert len({tuple(stratified_split(y, 0.1, seed)[1]) for seed in range(9)}) == 9


def test_members_are_drawn_evenly():
    y = np.zeros(20, int)
    drawn = [index for seed in range(400) for index in stratified_split(y, 0.5, seed)[1]]
    assert np.bincount(drawn).min() > 140 and np.bincount(drawn).max() < 260


def test_many_small_classes_share_what_validation_needs():
    y = np.repeat(np.arange(10), 3)
    _, drawn = stratified_split(y, 0.1, seed=3)
    assert len(drawn) == 3 and len({*y[drawn]}) == 3
    lucky = {label for seed in range(60) for label in y[stratified_split(y, 0.1, seed)[1]].tolist()}
    assert lucky == {*range(10)}


def test_a_class_of_one_stays_in_training():
    rest, drawn = stratified_split(np.array([0, 1, 1, 2]), 0.9, seed=0)
    assert drawn.size == 1 and drawn[0] in (1, 2) and {0, 3} <= {*rest}


def test_what_cannot_be_split_is_refused():
    with pytest.raises(DatasetError, match="two training pictures"):
        stratified_split(np.array([0, 1, 2]), 0.5, seed=0)
    for fraction in (0, 1, -0.1, float("nan")):
        with pytest.raises(ValueError, match="fraction must lie between 0 and 1"):
            stratified_split(np.array([0, 0]), fraction, seed=0)


def test_validation_comes_from_training_and_the_test_part_is_untouched():
    toy = dataset([0, 0, 0, 0, 1, 1, 1, 1])
    parts = three_parts(toy, fraction=0.25, seed=1)
    assert parts.test is toy.test
    assert parts.train.y.tolist() == [0, 0, 0, 1, 1, 1] and parts.validation.y.tolist() == [0, 1]
    together = np.concatenate([parts.train.x, parts.validation.x])
    assert sorted(together.ravel()) == [*range(8)]
    assert np.array_equal(parts.train.x, toy.train.x[split_indices(toy, 0.25, 1)[0]])


def test_the_makers_validation_part_is_kept():
    toy = dataset([0, 1], validation=part([1, 1, 0]))
    parts = three_parts(toy)
    assert (parts.train, parts.validation, parts.test) == (toy.train, toy.validation, toy.test)
    train, validation = split_indices(toy)
    assert train.tolist() == [0, 1] and validation.size == 0


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.zeros((2, 3, 3, 1)), np.zeros(2, np.int64)),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.int64)),
        (np.zeros((2, 3, 3, 2), np.uint8), np.zeros(2, np.int64)),
        (np.zeros((2, 3, 3, 3), np.uint8), np.zeros(3, np.int64)),
        (np.zeros((2, 3, 3, 3), np.uint8), np.zeros((2, 1), np.int64)),
        (np.zeros((2, 3, 3, 3), np.uint8), np.zeros(2)),
    ],
)
def test_a_part_is_levels_and_a_class_for_each(x, y):
    with pytest.raises(ValueError, match="must be (uint8|int64) of shape"):
        Part(x, y)
