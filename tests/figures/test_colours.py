import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.figures import colours
from vizcore.figures.colours import (
    ACCENT,
    ACCENT_EDGE,
    INK_ON_DARK,
    INK_ON_LIGHT,
    RESPONSE_RAMP,
    RESPONSE_SCALE,
    WEIGHT_RAMP,
    WEIGHT_SCALE,
    colour_at,
    contrast,
    ink_on,
)

GREYS = ("#000000", "#808080", "#ffffff")
HEXADECIMAL = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("value", "colour"),
    [(-2, "#000000"), (-1, "#404040"), (0, "#808080"), (1, "#c0c0c0"), (2, "#ffffff")],
)
def test_values_between_two_colours_are_mixed(value, colour):
    assert colour_at(GREYS, value, 2) == colour


@pytest.mark.parametrize("scale", [RESPONSE_SCALE, WEIGHT_SCALE])
def test_a_scale_runs_over_its_eleven_colours(scale):
    assert tuple(colour_at(scale, value, 5) for value in range(-5, 6)) == scale
    assert colour_at(scale, -99, 5) == scale[0] and colour_at(scale, 99, 5) == scale[-1]
    assert colour_at(scale, 3, 0) == scale[5]


def test_positive_is_blue_or_teal_and_negative_red_or_brown():
    for scale in (RESPONSE_SCALE, WEIGHT_SCALE):
        for place in range(5):
            red, green, blue = (int(scale[place][i : i + 2], 16) for i in (1, 3, 5))
            assert red > green and red > blue
            red, green, blue = (int(scale[-1 - place][i : i + 2], 16) for i in (1, 3, 5))
            assert red < green and red < blue


@pytest.mark.parametrize("ramp", [RESPONSE_RAMP, WEIGHT_RAMP])
def test_numbers_on_a_ramp_are_all_in_dark_ink(ramp):
    assert {ink_on(colour_at(ramp, value, 100)) for value in range(-100, 101)} == {INK_ON_LIGHT}


def test_contrast_is_that_of_wcag():
    # Known pairs: https://www.w3.org/WAI/WCAG21/Techniques/general/G18 and its checkers.
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.00, abs=0.005)
    assert contrast("#123456", "#123456") == 1


@given(one=HEXADECIMAL, other=HEXADECIMAL)
def test_contrast_has_no_order(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(value=st.floats(-1, 1), scale=st.sampled_from([RESPONSE_SCALE, WEIGHT_SCALE]))
def test_numbers_can_be_read_on_every_colour_of_a_scale(value, scale):
    colour = colour_at(scale, value, 1)
    assert contrast(colour, ink_on(colour)) >= 4.5


@given(colour=HEXADECIMAL)
def test_the_ink_is_the_better_of_two(colour):
    other = {INK_ON_LIGHT: INK_ON_DARK, INK_ON_DARK: INK_ON_LIGHT}[ink_on(colour)]
    assert contrast(colour, ink_on(colour)) >= contrast(colour, other)


@given(colour=HEXADECIMAL)
def test_the_accent_or_its_edge_shows_on_any_colour(colour):
    assert max(contrast(colour, ACCENT), contrast(colour, ACCENT_EDGE)) >= 3


def test_the_browser_is_told_the_same_colours():
    script = colours.as_javascript()
    told = json.loads(script.removeprefix("const COLOURS = ").removesuffix(";\n"))
    assert told == {
        "responseScale": list(RESPONSE_SCALE),
        "weightScale": list(WEIGHT_SCALE),
        "responseRamp": list(RESPONSE_RAMP),
        "weightRamp": list(WEIGHT_RAMP),
        "accent": ACCENT,
        "accentEdge": ACCENT_EDGE,
        "inkOnLight": INK_ON_LIGHT,
        "inkOnDark": INK_ON_DARK,
    }
    for name in ("accent", "accent-edge", "ink-on-light", "ink-on-dark"):
        value = getattr(colours, name.upper().replace("-", "_"))
        assert f"--{name}: {value};" in colours.as_css()
