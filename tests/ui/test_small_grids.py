import re

import numpy as np

from vizcore.figures.colours import WEIGHT_RAMP, colour_at, contrast
from vizcore.ui.small_grids import grid


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
