import re
import xml.etree.ElementTree as ET

import pytest

from vizcore.figures.volumes import shape_text, volumes_picture

SAMPLE = [
    ("Input", (32, 32, 3)),
    ("CONV", (32, 32, 8)),
    ("RELU", (32, 32, 8)),
    ("POOL", (16, 16, 8)),
    ("FC", (1, 1, 5)),
]
SVG = "{http://www.w3.org/2000/svg}"


def volumes(picture):
    """Every volume of a picture, as XML."""
    return [g for g in ET.fromstring(picture).iter(f"{SVG}g") if "volume" in g.get("class").split()]


def front(volume):
    """Width and height of a volume's front face."""
    points = volume.find(f"{SVG}polygon").get("points").split()
    x, y = zip(*(map(float, point.split(",")) for point in points), strict=True)
    return round(max(x) - min(x)), round(max(y) - min(y))


def span(volume):
    """Where a volume begins and ends, from left to right."""
    x = [
        float(point.split(",")[0])
        for face in volume.iter(f"{SVG}polygon")
        for point in face.get("points").split()
    ]
    return min(x), max(x)


def test_each_volume_is_named_and_measured():
    texts = [[text.text for text in g.iter(f"{SVG}text")] for g in volumes(volumes_picture(SAMPLE))]
    assert texts == [
        ["Input", "32×32×3"],
        ["CONV", "32×32×8"],
        ["RELU", "32×32×8"],
        ["POOL", "16×16×8"],
        ["FC", "1×1×5"],
    ]


def test_higher_maps_are_higher_and_deeper_volumes_wider():
    sizes = [front(g) for g in volumes(volumes_picture(SAMPLE))]
    widths, heights = zip(*sizes, strict=True)
    assert heights[0] == heights[1] == heights[2] > heights[3] > heights[4] > 0
    assert widths[0] < widths[4] < widths[1] == widths[2] == widths[3]


def test_a_flat_volume_is_one_by_one_by_its_numbers():
    flat, volume = (
        volumes(volumes_picture([("a", (9, 9, 1)), ("b", shape)]))[1] for shape in [(7,), (1, 1, 7)]
    )
    assert front(flat) == front(volume)


def test_volumes_do_not_touch_and_lie_in_the_picture():
    rows = [("Input", (227, 227, 3)), ("a long name", (1, 1, 1)), ("dense1", (4096,))]
    picture = volumes_picture(rows)
    spans = [span(g) for g in volumes(picture)]
    assert all(a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False))
    assert spans[0][0] >= 0 and spans[-1][1] <= float(ET.fromstring(picture).get("width"))


def test_what_does_not_fit_goes_on_below():
    steps = [(), ("3×3, stride 1", "padding 1"), (), (), ()]
    wide, narrow = (ET.fromstring(volumes_picture(SAMPLE, room=room)) for room in (None, 320))
    assert float(narrow.get("width")) <= 320 < float(wide.get("width"))
    heights = [float(picture.get("height")) for picture in (wide, narrow)]
    assert heights[1] == pytest.approx(2 * heights[0] + 8, abs=1)
    for room, given in ((320, None), (320, steps), (150, steps), (1, None), (1000, None)):
        picture = volumes_picture(SAMPLE, steps=given, room=room)
        width, height = (float(ET.fromstring(picture).get(one)) for one in ("width", "height"))
        boxes = [extent(g) for g in volumes(picture)]
        for (_, right, _, bottom), (left, _, top, _) in zip(boxes, boxes[1:], strict=False):
            assert right < left or bottom < top
        lefts, rights, tops, bottoms = zip(*boxes, strict=True)
        assert min(lefts) >= 0 and max(rights) <= width and min(tops) >= 0 and max(bottoms) < height
        assert picture.count('class="way"') == len(SAMPLE) - 1


def extent(volume):
    """Where a volume and its texts lie: left, right, top and bottom."""
    x, y = zip(*(map(float, point.split(",")) for face in volume.iter(f"{SVG}polygon")
                 for point in face.get("points").split()), strict=True)  # fmt: skip
    baselines = [float(text.get("y")) for text in volume.iter(f"{SVG}text")]
    return min(x), max(x), min(*y, *baselines) - 12, max(*y, *baselines)


def test_one_volume_can_be_marked():
    marked = [g.get("class") for g in volumes(volumes_picture(SAMPLE, chosen=3))]
    assert marked == ["volume", "volume", "volume", "volume chosen", "volume"]


def test_under_a_volume_stands_the_step_that_makes_it():
    steps = [(), ("3×3, stride 1", "padding 1")]
    with_steps, without = (volumes_picture(SAMPLE[:2], steps=how) for how in (steps, None))
    told = [
        [text.text for text in g.iter(f"{SVG}text") if text.get("class") == "step"]
        for g in volumes(with_steps)
    ]
    assert told == [[], ["3×3, stride 1", "padding 1"]]
    low = [float(text.get("y")) for text in ET.fromstring(with_steps).iter(f"{SVG}text")]
    heights = [float(ET.fromstring(picture).get("height")) for picture in (with_steps, without)]
    assert heights[0] > max(low) > heights[1]


def test_it_says_what_it_shows_to_those_who_do_not_see_it():
    root = ET.fromstring(volumes_picture(SAMPLE, title="A network"))
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("A network: Input 32×32×3; CONV 32×32×8;")
    assert root.find(f"{SVG}title").text == "A network"


def test_names_from_outside_stay_text():
    evil = '<script>alert("1")</script>'
    picture = volumes_picture([(evil, (2, 2, 1))], title=evil)
    assert "<script" not in picture
    assert [text.text for text in volumes(picture)[0].iter(f"{SVG}text")][0] == evil


def test_it_takes_the_inks_of_the_page():
    assert "fill:currentColor" in volumes_picture(SAMPLE)
    assert not re.search(r"<text[^>]*fill=", volumes_picture(SAMPLE))


@pytest.mark.parametrize("rows", [[], [("a", (3, 3))], [("a", (0, 3, 1))], [("a", (2.5, 2, 1))]])
def test_what_is_no_volume_is_refused(rows):
    with pytest.raises(ValueError, match="must"):
        volumes_picture(rows)


def test_shapes_are_written_as_people_do():
    assert shape_text((1, 1, 1000)) == "1×1×1000"
    assert shape_text((150528,)) == "150,528"
