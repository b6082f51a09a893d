from vizcore.nets.own_datasets import Kept
from vizcore.nets.picture_archive import Skipped
from vizcore.ui.own_class_words import about, counts_table, repeats, shared, skipped_list


def test_the_table_adds_up_and_shows_names_as_they_are():
    lines = counts_table(["<b>cat</b>", "a|b"], [8, 4], [2, 1]).splitlines()
    assert lines[2:] == [
        "| \\<b\\>cat\\<\\/b\\> | 8 | 2 | 10 |",
        "| a\\|b | 4 | 1 | 5 |",
        "| **All** | 12 | 3 | 15 |",
    ]


def test_what_is_there_twice_is_named():
    one = repeats([("cat", "2.png", "1.png")])
    assert one.startswith("1 picture is there twice, level for level, and it is left out:")
    assert "“2\\.png” is “1\\.png” (cat)" in one
    many = repeats([("cat", f"{i}", "0") for i in range(8)])
    assert many.startswith("8 pictures are there twice") and "“4” is “0” (cat), and 3 more." in many


def test_what_is_in_two_classes_is_named():
    one = shared([(("cat", "a*"), ("dog", "b"))])
    assert one.startswith("A picture is in two classes") and "“a\\*” in cat and “b” in dog." in one
    assert shared([(("cat", "a"), ("dog", "b"))] * 2).startswith("2 pictures are in two classes")


def test_what_was_skipped_is_listed_as_text():
    told = skipped_list([Skipped("cat/<i>.png", "It is *bad*."), Skipped("x", "Worse.")])
    assert told.splitlines() == [
        "- **cat\\/\\<i\\>\\.png**: It is \\*bad\\*\\.",
        "- **x**: Worse\\.",
    ]


def test_a_dataset_is_told_in_a_line():
    kept = Kept("own-1", "Pets", ("cat", "d*g"), (30, 1), (32, 48, 1), 0, 0, 0)
    assert about(kept) == "31 pictures of 32 × 48 pixels, grey: cat 30, d\\*g 1."
