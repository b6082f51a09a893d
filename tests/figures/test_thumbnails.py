"""A lesson's small picture holds the numbers that the lesson computes, at that moment."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from vizcore.figures.colours import RESPONSE_RAMP, WEIGHT_RAMP, colour_at
from vizcore.figures.pieces import HEIGHT, WIDTH, number_text
from vizcore.figures.thumbnails import thumbnail
from vizcore.lessons import LESSONS, Lesson
from vizcore.lessons.lesson import channels, matrix
from vizcore.ops import conv2d, pool2d

SVG = "{http://www.w3.org/2000/svg}"


def parsed(lesson, slug=None):
    svg = ElementTree.fromstring(thumbnail(lesson, slug))
    assert svg.tag == f"{SVG}svg" and svg.get("role") == "img"
    return svg


def texts(lesson, slug=None):
    return [one.text for one in parsed(lesson, slug).iter(f"{SVG}text")]


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
    svg = parsed(LESSONS[slug], slug)
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
        assert 'class="window"' not in thumbnail(LESSONS[slug], slug)


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
    assert texts(drawn) == ["28×28×1", "1×1×784", "1×1×128", "1×1×10", "101,770"]


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


# ---- Drawings of their own, and numbers with names ----


@pytest.mark.parametrize(
    ("slug", "written"),
    [
        ("activations", "2 1 3 inputs 0.5 1 −1.5 weights, bias 1.5 "
         "−1 sum 0 ReLU 0.27 sigmoid −0.76 tanh"),
        ("cost", "5 is largest 3 is right 1.89 squared error 0.36 cross-entropy"),
        ("dropout", "2.2 3.4 1.2 1.8 4.4 6.8 2.4 then: dropped × 0, kept × 2"),
        ("two-slashes", "× = +4 × = −4 × = +2 × = −2"),
        ("dot-product", "× 1 −1 1 1 products 2 sum"),
        ("happy-face-to-class", "1 1 0 4 2 1 0 2 1 pooled 3 Happy 0 Sad −1 Neither logits"),
        ("ten-5x5-filters", "32×32×3 32×32×10 760 parameters"),
        ("ninety-six-11x11", "227×227×3 55×55×96 3,025 places each"),
        ("ten-weights", "28×28×1 9 weights 1 bias 10 in all"),
        ("mlp-is-too-large", "224×224×3 150,528 into one neuron 76 in one filter"),
        ("swans", "moved responses 13 → −1 dense 13 → 13 peak"),
        ("mnist-mlp", "28×28×1 1×1×784 1×1×128 1×1×10 101,770 parameters"),
        ("simplest-cnn", "28×28×1 1×1×10"),
        ("nine-layers", "32×32×3 1×1×10"),
        ("alexnet", "227×227×3 1×1×1000"),
        ("residual", "32×32×3 1×1×10"),
        ("slides-64", "64×64×3 64×64×32 62×62×32 21×21×32"),
        ("shrinking-fast", "32×32×3 14×14×16 7×7×16 3×3×16 1×1×16 "
         "32×32×3 32×32×16 16×16×16 16×16×16 8×8×16"),
        ("computational-graph", "a = 2 ∂e/∂a = 2 b = 1 ∂e/∂b = 5 c = 3 a + b d = 2 b + 1 "
         "e = 6 c · d"),
        ("deeper-is-not-enough", "269,722 plain, 20 layers 269,722 with shortcuts, 20 layers "
         "853,018 plain, 56 layers 853,018 with shortcuts, 56 layers learned parameters"),
    ],
)  # fmt: skip
def test_what_a_stranger_could_not_read_is_drawn_or_named(slug, written):
    assert " ".join(texts(LESSONS[slug], slug)).endswith(written)


def test_a_drawing_of_its_own_is_drawn_from_what_is_computed_now():
    graph = LESSONS["computational-graph"]
    other = replace(graph, settings={**graph.settings, "inputs": {"a": 4, "b": 2}})
    found = {*texts(other, "computational-graph")}
    assert {"a = 4", "c = 6", "d = 3", "e = 18", "∂e/∂a = 3"} <= found
    cost = LESSONS["cost"]
    other = replace(cost, settings={**cost.settings, "digit": 5})
    found = texts(other, "cost")
    assert found[found.index("is right") - 1] == "5" and "1.49" in found


def test_the_bars_are_as_high_as_the_outputs_and_the_right_one_is_marked():
    cost = LESSONS["cost"]
    bars = [one for one in parsed(cost, "cost").iter(f"{SVG}rect")]
    drawn = [one for one in bars if one.get("fill") != "none"]
    highs = [float(one.get("height")) for one in drawn]
    assert np.allclose(np.array(highs) / max(highs), cost.settings["prediction"] / 0.9, atol=0.01)
    ring = next(one for one in bars if one.get("fill") == "none")
    assert float(ring.get("x")) == pytest.approx(float(drawn[3].get("x")) - 1)


def test_dropped_nodes_are_crossed():
    svg = parsed(LESSONS["dropout"], "dropout")
    assert len([*svg.iter(f"{SVG}circle")]) == 8
    crossed = [one for one in svg.iter(f"{SVG}path") if one.get("class") == "crossed"]
    assert len(crossed) == 1


def test_each_residual_block_has_its_shortcut():
    svg = parsed(LESSONS["residual"], "residual")
    assert len([one for one in svg.iter(f"{SVG}path") if one.get("class") == "shortcut"]) == 3
    assert len([*svg.iter(f"{SVG}polygon")]) == 3 * 6


def test_the_response_of_the_swan_is_marked_where_it_peaks():
    lesson = LESSONS["swans"]
    row, column = lesson.compute()[4:6]
    rects = [*parsed(lesson, "swans").iter(f"{SVG}rect")]
    first = next(i for i, one in enumerate(rects) if one.get("fill") == "none")
    answers = rects[first - 64 : first]
    assert float(rects[first].get("x")) == pytest.approx(
        float(answers[8 * row + column].get("x")) - 1, abs=0.11
    )
    assert float(rects[first].get("y")) == pytest.approx(
        float(answers[8 * row + column].get("y")) - 1, abs=0.11
    )
