"""A lesson's small picture holds the numbers that the lesson computes, at that moment."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from vizcore.figures.colours import RESPONSE_RAMP, WEIGHT_RAMP, colour_at
from vizcore.figures.thumbnails import HEIGHT, WIDTH, number_text, thumbnail
from vizcore.lessons import LESSONS, Lesson
from vizcore.lessons.lesson import channels, matrix
from vizcore.ops import conv2d, pool2d

SVG = "{http://www.w3.org/2000/svg}"


def parsed(lesson):
    svg = ElementTree.fromstring(thumbnail(lesson))
    assert svg.tag == f"{SVG}svg" and svg.get("role") == "img"
    return svg


def texts(lesson):
    return [one.text for one in parsed(lesson).iter(f"{SVG}text")]


def fills(lesson):
    return [one.get("fill") for one in parsed(lesson).iter(f"{SVG}rect")]


def title(lesson):
    return parsed(lesson).find(f"{SVG}title").text


def lesson(operation, **settings):
    return Lesson("A lesson", "K", "page", settings, 0, operation)


def giving(result, **settings):
    return lesson(lambda **_: result, **settings)


@pytest.mark.parametrize("slug", LESSONS)
def test_every_lesson_has_a_picture_that_fits_its_card(slug):
    svg = parsed(LESSONS[slug])
    assert svg.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    scale = float(re.search(r"scale\(([\d.]+)\)", svg[1].get("transform", "scale(1)"))[1])
    still = [one for one in svg.iter(f"{SVG}rect") if one.get("fill") != "none"]
    for rect in still:
        x, y, width, height = (
            scale * float(rect.get(name)) for name in ("x", "y", "width", "height")
        )
        assert x >= -0.5 and x + width <= WIDTH + 0.5
        assert y >= -0.5 and y + height <= HEIGHT + 0.5
    assert title(LESSONS[slug])


def test_a_result_stands_in_its_cells():
    pooled = LESSONS["max-pool-slice"]
    assert texts(pooled) == ["6", "8", "3", "4"]
    assert title(pooled) == "a 4×4 grid → a 2×2 grid: 6 8 / 3 4"


def test_it_is_drawn_from_what_is_computed_now():
    wrong = replace(LESSONS["max-pool-slice"], expected=matrix("9 9 / 9 9"))
    assert texts(wrong) == ["6", "8", "3", "4"]
    other = replace(wrong, settings={**wrong.settings, "mode": "average"})
    assert texts(other) == ["3.25", "5.25", "2", "2"]


def test_input_kernel_and_result_have_the_colours_of_their_kinds():
    one = lesson(conv2d, x=matrix("-2 1"), kernel=matrix("3 -3"))
    drawn = fills(one)
    for ramp, value, limit in (
        (RESPONSE_RAMP, -2, 2),
        (RESPONSE_RAMP, 1, 2),
        (WEIGHT_RAMP, 3, 3),
        (WEIGHT_RAMP, -3, 3),
        (RESPONSE_RAMP, -9, 9),
    ):
        assert colour_at(ramp, value, limit) in drawn
    assert texts(one) == ["−9"]


def test_the_window_lies_on_the_first_cells_and_knows_how_far_to_go():
    one = lesson(pool2d, x=np.arange(24.0).reshape(4, 6), size=2)
    on_input, on_output = (
        group for group in parsed(one).iter(f"{SVG}g") if group.get("class") == "window"
    )
    for group, steps in ((on_input, 2 * 2), (on_output, 2)):
        rect = group[0]
        far = float(re.search(r"--far:([\d.]+)px", group.get("style"))[1])
        one_cell = float(rect.get("width")) / (2 if group is on_input else 1)
        assert far == pytest.approx(steps * one_cell, abs=0.2)
        assert "steps(3" in group.get("style")


def test_where_no_window_moves_none_is_drawn():
    for slug in ("two-slashes", "depth-preserved", "slide-filters"):
        assert 'class="window"' not in thumbnail(LESSONS[slug])


def test_shapes_are_boxes_and_counts_are_numbers():
    assert texts(giving((16, 16, 8), shape=(32, 32, 8))) == ["32×32×8", "16×16×8"]
    assert texts(giving((55, 55, 96, 3025), rows=227, columns=227, channels=3)) == [
        "227×227×3",
        "55×55×96",
        "3,025",
    ]
    assert texts(giving((9, 1, 10))) == ["9", "1", "10"]
    assert texts(giving((150_528, 76))) == ["150,528", "76"]
    assert texts(giving(1.8925)) == ["1.89"]
    assert texts(giving((4, -4, 0))) == ["4", "−4", "0"]


def test_a_net_of_shapes():
    shapes = ((32, 32, 3), (32, 32, 8), (16, 16, 8), (1, 1, 5))
    assert texts(giving(shapes)) == ["32×32×3", "32×32×8", "16×16×8", "1×1×5"]
    many = giving((shapes, shapes, shapes))
    assert texts(many) == ["32×32×3", "1×1×5"]  # the first and the last
    assert len([*parsed(many).iter(f"{SVG}polygon")]) == 3 * 6
    with_parameters = ((55, 55, 96, 34_944), (1, 1, 9216, 0))
    assert texts(giving(with_parameters)) == ["55×55×96", "1×1×9216"]


def test_a_count_of_a_network_stands_beside_its_volumes():
    drawn = giving(101_770, network="mnist-mlp")
    assert texts(drawn) == ["1×1×784", "1×1×128", "1×1×10", "101,770"]


def test_pairs_of_counts_are_no_shapes():
    assert texts(giving(((56, 853_018), (20, 269_722)))) == ["56", "853,018", "20", "269,722"]


def test_words_are_told_as_they_are():
    assert texts(giving(("relu", 3))) == ["relu", "3"]
    assert texts(giving(("<b>",))) == ["<b>"]


def test_maps_of_a_volume_lie_behind_each_other():
    volume = channels("1 2 / 3 4", "5 6 / 7 8")
    drawn = giving(volume, x=volume)
    assert texts(drawn) == ["5", "6", "7", "8", "1", "2", "3", "4"]  # the first one in front
    assert title(drawn) == "a 2×2×2 grid → a 2×2×2 grid"


def test_numbers_are_short():
    found = [number_text(n) for n in (0, -0.001, 2.5, -3, 1234.5, 1 / 3)]
    assert found == ["0", "0", "2.5", "−3", "1,234.5", "0.33"]
