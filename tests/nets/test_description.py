import numpy as np
import pytest

from vizcore.nets.dataset import Dataset, Part
from vizcore.nets.datasets import load_dataset
from vizcore.nets.description import channel_statistics, class_samples, describe
from vizcore.nets.splits import three_parts


def part(levels, y):
    """Pictures of 1 × 1 with these levels."""
    return Part(np.uint8(levels).reshape(-1, 1, 1, 1), np.array(y, np.int64))


TOY = Dataset(
    "toy",
    "Toy",
    ("a", "b", "c"),
    "Ours.",
    train=part([0, 10, 20, 30, 40, 50], [0, 0, 0, 0, 1, 1]),
    test=part([7, 30, 50, 50], [1, 0, 1, 1]),
)


def test_counts_are_those_of_the_three_parts():
    counts = describe(TOY, fraction=0.4, seed=3).counts
    assert [*counts] == ["train", "validation", "test"]
    for name, part_ in zip(counts, three_parts(TOY, fraction=0.4, seed=3), strict=True):
        assert counts[name].tolist() == np.bincount(part_.y, minlength=3).tolist()
    assert counts["test"].tolist() == [1, 3, 0]


def test_mean_and_spread_are_of_the_training_part_alone():
    train = three_parts(TOY, fraction=0.4, seed=3).train.x
    description = describe(TOY, fraction=0.4, seed=3)
    assert description.mean == pytest.approx([train.mean() / 255])
    assert description.spread == pytest.approx([train.std() / 255])


@pytest.mark.parametrize("channels", [1, 3])
def test_statistics_are_numpys(channels):
    x = np.random.default_rng(0).integers(0, 256, (5000, 3, 2, channels)).astype(np.uint8)
    mean, spread = channel_statistics(x)
    assert mean == pytest.approx(x.mean(axis=(0, 1, 2)) / 255, rel=1e-12)
    assert spread == pytest.approx(x.std(axis=(0, 1, 2)) / 255, rel=1e-12)
    some = np.array([3, 4999, 7])
    assert channel_statistics(x, some)[0] == pytest.approx(x[some].mean(axis=(0, 1, 2)) / 255)


def test_samples_are_of_their_class_from_training_and_by_the_seed():
    digits = load_dataset("digits")
    description = describe(digits, seed=5, per_class=6)
    train = three_parts(digits, seed=5).train
    of_class = {picture.tobytes(): label for picture, label in zip(train.x, train.y, strict=True)}
    assert [{of_class[sample.tobytes()] for sample in some} for some in description.samples] == [
        {label} for label in range(10)
    ]
    assert {some.shape for some in description.samples} == {(6, 8, 8, 1)}
    again, other = describe(digits, seed=5, per_class=6), describe(digits, seed=6, per_class=6)
    assert np.array_equal(description.samples, again.samples)
    assert not np.array_equal(description.samples, other.samples)


def test_the_seed_chooses_samples_even_where_it_splits_nothing():
    digits = load_dataset("digits")
    given = Dataset(
        "given", "Given", digits.class_names, "", digits.train, digits.test, digits.test
    )
    first, second = (describe(given, seed=seed, per_class=4) for seed in (1, 2))
    assert not np.array_equal(first.samples, second.samples)


def test_a_class_with_few_pictures_shows_those_and_one_without_none():
    assert [len(some) for some in describe(TOY, fraction=0.2).samples] == [3, 2, 0]


def test_repeated_pictures_are_counted_once_each_time_they_test():
    assert describe(TOY).repeated == 3
    validated = Dataset("toy", "Toy", ("a", "b"), "Ours.", TOY.train, TOY.test, part([7], [0]))
    assert describe(validated).repeated == 4
    assert describe(validated).counts["validation"].tolist() == [1, 0]


def test_more_samples_of_one_class_begin_with_those_of_the_description():
    digits = load_dataset("digits")
    few = describe(digits, fraction=0.2, seed=5, per_class=6).samples[7]
    many = class_samples(digits, 7, 40, fraction=0.2, seed=5)
    assert len(many) == 40 and np.array_equal(many[:6], few)
    assert len(class_samples(TOY, 0, 9, fraction=0.2)) == 3
