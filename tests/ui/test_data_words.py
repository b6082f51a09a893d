import numpy as np

from vizcore.nets.dataset import Dataset, Part
from vizcore.ui import data_words as words

COUNTS = {
    "train": np.array([1_500, 500]),
    "validation": np.array([15, 5]),
    "test": np.array([1, 3]),
}


def part(count):
    return Part(np.zeros((count, 5, 6, 3), np.uint8), np.zeros(count, np.int64))


def dataset(**parts):
    return Dataset("toy", "Toy", ("a", "b"), "Ours.", part(2020), part(4), **parts)


def test_what_is_drawn_is_told_with_its_share():
    lines = words.three_parts(dataset(), COUNTS, 0.125).splitlines()
    assert "| Training | 2,000 | 87.5% of the 2,020 given for training |" in lines[2]
    assert "| Validation | 20 | the other 12.5%, drawn class by class, by the seed |" in lines[3]
    assert "| Test | 4 | set apart beforehand |" in lines[4]


def test_what_the_makers_divided_is_not_said_to_be_drawn():
    told = words.three_parts(dataset(validation=part(20)), COUNTS, 0.125)
    assert "drawn" not in told and told.count("the makers’ own") == 2


def test_the_reason_names_the_sizes():
    told = words.why_three(COUNTS)
    assert all(size in told for size in ("its 2,000 training", "The 20 validation", "the 4 test"))


def test_how_large_the_pictures_are():
    assert words.measured(dataset()) == "5 × 6 pixels, in colour, 2 classes."


def test_one_picture_is_no_plural():
    assert words.repeated(1, 2400).startswith("1 of the 2,400 test pictures is, level for level")
    assert words.repeated(5, 2400).endswith("On them the test tells nothing about new pictures.")


def test_the_commonest_class_of_training_is_held_against_the_test():
    assert words.to_beat(COUNTS, ("a*", "b")) == (
        "Always to answer “a\\*”, the commonest class in training, would be right for 25.0% of the "
        "test pictures: a network has to do better."
    )


def test_classes_are_counted_and_summed():
    assert words.class_table(COUNTS, ("a|", "b")).splitlines()[2:] == [
        "| a\\| | 1,500 | 15 | 1 |",
        "| b | 500 | 5 | 3 |",
        "| **All** | 2,000 | 20 | 4 |",
    ]


def test_each_channel_has_its_numbers_and_one_without_spread_keeps_its_own():
    told = words.channel_table(np.array([0.25, 0.5, 1]), np.array([0.5, 0.25, 0]))
    assert told.splitlines()[2:] == [
        "| red | 0.25 | 0.5 | −0.5 | 1.5 |",
        "| green | 0.5 | 0.25 | −2 | 2 |",
        "| blue | 1 | 0 | −1 | 0 |",
    ]
