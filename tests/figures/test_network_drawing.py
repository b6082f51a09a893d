"""The picture of an architecture, read back from its XML."""

import re
import xml.etree.ElementTree as ET

import pytest

from vizcore.figures.network_drawing import ROOM, network_svg
from vizcore.figures.volumes import shape_text
from vizcore.nets.architectures import PRESETS, Architecture, layer_table, preset, totals

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text, **how):
    return ET.fromstring(network_svg(Architecture.from_text(text), "A network", **how))


def units(root):
    return [g for g in root.iter(f"{SVG}g") if g.get("class") == "unit"]


def texts(part):
    return [text.text for text in part.iter(f"{SVG}text")]


def front(unit):
    """Width and height of the front of a unit's first box."""
    points = next(unit.iter(f"{SVG}polygon")).get("points").split()
    x, y = zip(*(map(float, point.split(",")) for point in points), strict=True)
    return round(max(x) - min(x)), round(max(y) - min(y))


@pytest.mark.parametrize("room", [ROOM, 360])
@pytest.mark.parametrize("slug", PRESETS)
def test_every_row_is_named_once_with_its_shape_and_parameters(slug, room):
    root = ET.fromstring(network_svg(preset(slug), PRESETS[slug].title, room=room))
    rows = {row.name: row for row in layer_table(preset(slug))}
    told = [(unit, unit.get("data-rows").split()) for unit in units(root)]
    assert [name for _, names in told for name in names] == list(rows)
    for unit, names in told:
        words = texts(unit)
        ends = {name for text in words for name in re.findall(r"[a-z]+\d+", text)} & set(rows)
        assert ends <= set(names)
        of_kind = {}
        for name in names:
            of_kind.setdefault(name.rstrip("0123456789"), []).append(name)
            assert shape_text(rows[name].shape) in words
            if count := rows[name].parameters:
                assert any(f"{count:,} parameter" in text for text in words)
        assert ends == {end for same in of_kind.values() for end in (same[0], same[-1])}
        times = len(next(iter(of_kind.values()), [1]))
        assert (f"× {times}" in words) == (times > 1)


@pytest.mark.parametrize("slug", PRESETS)
def test_it_says_what_goes_in_and_out_and_what_it_costs(slug):
    root = ET.fromstring(network_svg(preset(slug), "Mine"))
    rows = layer_table(preset(slug))
    told, cost = " ".join(texts(root)), totals(rows)
    assert texts(root)[0] == "Mine"
    assert f"{shape_text(preset(slug).input)} in, {shape_text(rows[-1].shape)} out" in told
    assert f"{cost.parameters:,} parameter" in told and f"{cost.multiply_adds:,} mult" in told


def test_a_unit_says_what_makes_it_and_what_changes_it():
    root = drawn("32x32x3-conv_16_5_s2_psame-norm-dropout_0.25-max_3_s2")
    assert [texts(unit) for unit in units(root)] == [
        ["input", "32×32×3"],
        ["conv1", "16×16×16", "16 filters 5×5", "stride 2, padding same", "1,216 parameters",
         "norm1", "batch normalisation", "64 parameters", "dropout1, 25%"],
        ["pool1", "7×7×16", "max 3×3, stride 2"],
    ]  # fmt: skip


def test_larger_maps_are_higher_and_more_channels_wider():
    root = drawn("32x32x3-conv_8_3_psame-max_2-conv_64_3_psame-flatten-dense_10")
    widths, heights = zip(*map(front, units(root)), strict=True)
    assert heights[0] == heights[1] > heights[2] == heights[3] > heights[4] == heights[5] > 0
    assert widths[0] < widths[1] == widths[2] < widths[3] < widths[4] > widths[5] > 0


def test_a_kernel_has_its_cells_and_a_dilated_one_lies_apart():
    def cells(text):
        (window,) = [one for one in units(drawn(text))[1].iter() if one.get("class") == "window"]
        found = [float(rect.get("x")) for rect in window.iter(f"{SVG}rect")]
        return len(found), round(max(found) - min(found))

    assert cells("9x9x1-conv_2_3") == (9, 10)
    assert cells("9x9x1-conv_2_3_d2") == (9, 20)
    assert cells("9x9x1-max_2") == (4, 5)
    # A large one is drawn whole.
    assert cells("99x99x1-conv_2_25") == (1, 0)


@pytest.mark.parametrize(
    ("block", "label"),
    [("residual_4", "shortcut"), ("residual_8", "1×1 convolution"),
     ("residual_4_s2", "1×1 convolution"), ("residual_8_cpad", "channels of zeros")],
)  # fmt: skip
def test_a_residual_block_has_two_convolutions_and_a_shortcut(block, label):
    _, unit = units(drawn(f"8x8x4-{block}"))
    kinds = [one.get("class") for one in unit.iter()]
    assert (kinds.count("window"), kinds.count("shortcut")) == (2, 1)
    assert label in texts(unit)
    assert len(list(unit.iter(f"{SVG}polygon"))) == 6


@pytest.mark.parametrize("slug", PRESETS)
@pytest.mark.parametrize("room", [ROOM, 900, 320])
def test_what_does_not_fit_goes_on_below_and_nothing_overlaps(slug, room):
    root = ET.fromstring(network_svg(preset(slug), PRESETS[slug].title, room=room))
    width, height = float(root.get("width")), float(root.get("height"))
    blocks = "residual" in preset(slug).to_text()
    assert width <= (max(room, 380) if blocks else room)
    boxes = [extent(unit) for unit in units(root)]
    assert min(box[0] for box in boxes) >= 0 and max(box[1] for box in boxes) <= width
    for (_, right, _, bottom), (left, _, top, _) in zip(boxes, boxes[1:], strict=False):
        assert right < left or bottom < top
    assert max(box[3] for box in boxes) < height
    ways = [one for one in root.iter(f"{SVG}path") if one.get("class") == "way"]
    assert len(ways) == len(boxes) - 1


def extent(unit):
    """Where a unit's boxes and texts lie: left, right, top and bottom."""
    x, y = [], []
    for shape in unit.iter(f"{SVG}polygon"):
        for point in shape.get("points").split():
            x.append(float(point.split(",")[0]))
            y.append(float(point.split(",")[1]))
    for text in unit.iter(f"{SVG}text"):
        half = 0.25 * float(text.get("font-size")) * len(text.text)
        x += [float(text.get("x")) - half, float(text.get("x")) + half]
        y += [float(text.get("y")), float(text.get("y")) - 12]
    return min(x), max(x), min(y), max(y)


def test_a_title_from_outside_stays_text():
    evil = '<script>alert("1")</script> & \x00\x1b\ud800 "quoted"'
    svg = network_svg(preset("simplest-cnn"), evil)
    assert "<script" not in svg
    root = ET.fromstring(svg)
    said = '<script>alert("1")</script> & "quoted"'
    assert root.find(f"{SVG}title").text == root.get("aria-label") == said
    assert " ".join(texts(root)).startswith(said)


@pytest.mark.parametrize("title", ["", " ", "\n"])
def test_without_a_title_it_is_a_network(title):
    assert texts(ET.fromstring(network_svg(preset("volumes"), title)))[0] == "A network"


@pytest.mark.parametrize("title", ["x" * 100, "网" * 100, "a network of my own " * 5])
def test_a_long_title_goes_on_below(title):
    root = ET.fromstring(network_svg(preset("volumes"), title))
    heads = [text for text in root.iter(f"{SVG}text") if text.get("font-size") == "22.0"]
    assert len(heads) > 1
    assert "".join(head.text for head in heads).replace(" ", "") == title.replace(" ", "")
    letter = 22 if "网" in title else 11
    assert max(len(head.text) for head in heads) * letter < float(root.get("width"))


def test_it_stands_by_itself():
    svg = network_svg(preset("residual"), "Mine")
    assert svg.startswith('<svg class="network" xmlns="http://www.w3.org/2000/svg"')
    assert not re.search(r"currentColor|var\(|href|<style|url\(", svg)
