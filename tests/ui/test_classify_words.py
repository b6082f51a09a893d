import numpy as np
import pytest

from vizcore.imaging.seeing import Steps, see
from vizcore.ui.classify_words import (
    cautions,
    doubt,
    inversion_told,
    missed,
    note,
    short_cautions,
    unlike,
    unlike_figures,
)

GREY, COLOUR = (28, 28, 1), (32, 32, 3)


def ink(high=56, wide=56, ground=235, figure=20, channels=1):
    """A figure in the middle of a ground."""
    picture = np.full((high, wide, channels), ground, np.uint8)
    picture[high // 4 : -high // 4, wide // 4 : -wide // 4] = figure
    return picture


def told(picture, shape=GREY, steps=None, *, on_black=True, **more):
    steps = steps or Steps()
    stages = see(picture, shape, steps, on_black=on_black)
    return cautions(stages, steps, on_black=on_black, **more)


def test_a_light_figure_on_black_needs_no_words():
    assert told(ink(ground=0, figure=255)) == []
    assert told(ink(), on_black=False) == []


def test_ink_on_paper_is_inverted_and_that_is_said():
    assert told(ink()) == []

    def said(picture, steps, on_black):
        return inversion_told(see(picture, GREY, steps, on_black=on_black), steps)

    assert said(ink(), Steps(), on_black=True).startswith("It was inverted: its edge is light")
    assert said(ink(), Steps(), on_black=False) == ""
    assert said(ink(ground=0, figure=255), Steps(), on_black=True) == ""
    assert said(ink(), Steps(inversion="on"), on_black=True) == ""


def test_ink_on_paper_that_is_not_inverted():
    (said,) = told(ink(), steps=Steps(inversion="off"))
    assert said.endswith("learned from light figures on black: let it be inverted.")
    (said,) = told(ink(ground=0, figure=255), steps=Steps(inversion="on"))
    assert said.endswith("learned from light figures on black: do not invert it.")


@pytest.mark.parametrize(
    ("size", "framing", "said"),
    [
        ((40, 160), "crop", "very wide: the network sees the 25% in its middle alone."),
        ((160, 40), "crop", "very high: the network sees the 25% in its middle alone."),
        ((40, 160), "fit", "very wide: it fills 25% of what the network sees."),
        ((160, 40), "fit", "very high: it fills 25% of what the network sees."),
        ((40, 160), "stretch", "very wide: it is squeezed 4.0 times."),
    ],
)
def test_a_picture_of_quite_another_aspect(size, framing, said):
    (one,) = told(ink(*size, 0, 255), steps=Steps(framing=framing))
    assert one == f"The picture is {said}"


def test_a_photograph_is_not_very_wide():
    assert told(ink(60, 80, 0, 255)) == [] == told(ink(80, 60, 0, 255))


def test_turning_does_not_change_what_is_said_of_the_aspect_but_its_name():
    (said,) = told(ink(40, 160, 0, 255), steps=Steps(turns=1))
    assert "very high" in said


def test_a_tiny_picture():
    (said,) = told(ink(8, 10, 0, 255))
    assert said.startswith("The picture is tiny: 8 × 8 pixels are enlarged to 28 × 28")


def test_colours():
    red = ink(60, 60, 0, 0, 3)
    red[10:50, 10:50, 0] = 255
    assert told(red) == ["The picture has colours, and this network sees grey levels alone."]
    assert told(red, COLOUR, on_black=False) == []
    assert told(red, COLOUR, Steps(grey=True), on_black=False) == [
        "Its colours are taken away from a network that learned from colours."
    ]
    assert told(ink(60, 60), COLOUR, on_black=False) == [
        "The picture is grey, and this network learned from colours."
    ]
    assert told(ink(60, 60, 0, 255, 3)) == []


def test_nothing_to_be_seen():
    (said,) = told(np.full((40, 40, 1), 5, np.uint8))
    assert said.startswith("There is nothing to be seen")


@pytest.mark.parametrize(
    ("picture", "steps", "short"),
    [
        (ink(ground=0, figure=255), Steps(), []),
        (ink(60, 60), Steps(inversion="off"), ["dark on light"]),
        (ink(40, 160, 0, 255), Steps(), ["very wide"]),
        (ink(40, 160, 0, 255), Steps(turns=1), ["very high"]),
        (ink(160, 40, 0, 255), Steps(framing="fit"), ["very high"]),
        (ink(8, 10, 0, 255), Steps(), ["tiny"]),
        (np.full((40, 40, 1), 5, np.uint8), Steps(), ["one colour"]),
        (np.full((20, 80, 1), 5, np.uint8), Steps(), ["very wide", "tiny", "one colour"]),
    ],
)
def test_cautions_in_a_word_or_two(picture, steps, short):
    stages = see(picture, GREY, steps, on_black=True)
    assert short_cautions(stages, steps, on_black=True) == short


def test_of_colours_a_table_says_nothing():
    stages = see(ink(60, 60), COLOUR, Steps(), on_black=False)
    assert short_cautions(stages, Steps(), on_black=False) == []


def test_a_note_names_all_that_makes_an_answer_doubtful():
    sure, torn = np.array([0.98, 0.02]), np.array([0.5, 0.5])
    assert note(sure) == note(np.array([1.0])) == ""
    assert note(sure, unlike=True) == "unlike"
    assert note(torn) == note(np.array([0.55, 0.25, 0.2])) == "unsure"
    assert note(torn, ["very wide", "tiny"], unlike=True) == "unlike, unsure, very wide, tiny"


def test_numbers_that_are_not_normalised():
    (said,) = told(ink(ground=0, figure=255), normalised=False)
    assert said.startswith("Its numbers are not normalised")


@pytest.mark.parametrize(
    ("probabilities", "begins"),
    [
        ([0.5, 0.36, 0.14], "It wavers between “a” and “b”: 50.0% and 36.0%."),
        ([0.34, 0.33, 0.33], "It wavers between “a” and “b”"),
        ([0.2, 0.2, 0.6], ""),
        ([0.59, 0.21, 0.2], "It is unsure: no class is more likely than “a”, and that has 59.0%"),
        ([0.999, 0.0005, 0.0005], ""),
        ([1.0], ""),
    ],
)
def test_where_a_network_is_unsure(probabilities, begins):
    said = doubt("abc", np.array(probabilities))
    assert said.startswith(begins) if begins else said == ""


def test_what_is_unlike_is_told_with_its_numbers():
    familiar = {"threshold": 10.0, "share": 0.95}
    assert unlike_figures(-8.062, familiar) == (
        "Its energy score is −8.06, and 95% of the pictures of the kind it learned from, held back "
        "from training, reach 10.00."
    )


def test_what_is_unlike_is_told_with_the_share_not_to_be_trusted():
    assert unlike(0.9949) == (
        "It seems unlike the pictures that this network learned from: do not trust the 99.5%."
    )


def test_how_often_that_is_wrong():
    said = missed({"test_unlike": 0.052, "unlike": {"CIFAR-10": 0.75, "MedNIST": 0.984}})
    assert said.endswith(
        "It calls 5% of the network’s own test pictures unlike, and takes 25% of CIFAR-10’s and 2% "
        "of MedNIST’s for familiar."
    )
    alone = missed({"test_unlike": 0.0, "unlike": {}})
    assert alone.endswith("It calls 0% of the network’s own test pictures unlike.")
