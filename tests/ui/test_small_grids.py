import re

import numpy as np

from vizcore.figures.colours import WEIGHT_RAMP, colour_at, contrast
from vizcore.ui.small_grids import grid, legend


def cells(html):
    """The texts in a grid's cells, and their styles."""
    return re.findall(r'<td[^>]* style="(.*?)">(.*?)</td>', html)


def test_numbers_are_written_as_people_read_them_and_can_be_read():
    html = grid(np.array([[-1.5, 1234.0], [0.125, -0.0]]), "A & B", limit=1234)
    assert [text for _, text in cells(html)] == ["−1.5", "1234", "0.12", "0"]
    assert 'title="0.125"' in html and "<figcaption>A &amp; B</figcaption>" in html
    for style, _ in cells(html):
        back, ink = re.findall("#[0-9a-f]{6}", style)
        assert contrast(back, ink) >= 4.5


def test_a_decimal_less_and_at_last_none_where_there_is_no_room():
    numbers = np.full((2, 9), 100.25)
    assert {text for _, text in cells(grid(numbers, "", limit=1))} == {"100.2"}
    wide = grid(np.full((2, 30), 100.25), "", limit=1)
    assert {text for _, text in cells(wide)} == {""} and "class=shaded" in wide
    assert 'title="100.25"' in wide


def test_what_stays_is_marked_and_said():
    html = grid(np.eye(2), "", limit=1, same=np.array([[True, False], [False, False]]))
    assert html.count('class="same"') == html.count("unchanged") == 1


def test_photographs_are_grey():
    html = grid(np.array([[0.0, 128.0, 255.0]]), "", limit=9, grey=True)
    backs = [re.search("#[0-9a-f]{6}", style)[0] for style, _ in cells(html)]
    assert backs == ["#000000", "#808080", "#ffffff"]


def test_kernels_have_the_colours_of_weights():
    html = grid(np.array([[-4.0, 0.0, 4.0]]), "Kernel", limit=4, weights=True)
    backs = [re.search("#[0-9a-f]{6}", style)[0] for style, _ in cells(html)]
    assert backs == [colour_at(WEIGHT_RAMP, value, 4) for value in (-4, 0, 4)]


def test_what_is_looked_at_has_a_frame():
    html = grid(np.eye(3), "", limit=1, frame=(0, 1, 3, 2))
    assert html.count("frame-of-cells") == 1
    assert "--row:0;--column:1;--rows:3;--columns:2" in html
    assert "frame-of-cells" not in grid(np.eye(3), "", limit=1)


def test_a_legend_goes_from_the_limit_below_zero_to_that_above():
    html = legend("A & B", 2.5, weights=True)
    assert re.findall(r"<span>(.*?)</span>", html) == ["A &amp; B", "−2.5", "2.5"]
    ends = re.findall("#[0-9a-f]{6}", html)
    assert (ends[0], ends[-1]) == tuple(colour_at(WEIGHT_RAMP, value, 2.5) for value in (-9, 9))
