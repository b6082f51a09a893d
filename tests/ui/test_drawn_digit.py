import base64
import zlib
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.nets.pretrained import samples
from vizcore.ui.drawn_digit import BLANK, DrawnDigit

LEVELS = st.text("0123456789abcdef", min_size=784, max_size=784)


def written(data, mode="f"):
    deflate = zlib.compressobj(9, wbits=-15)
    packed = deflate.compress(data) + deflate.flush()
    return f"d{mode}{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


@given(LEVELS, st.booleans())
def test_a_link_reproduces_a_drawing(levels, fitted):
    one = DrawnDigit(levels, fitted)
    text = one.to_text()
    assert DrawnDigit.from_text(text) == one
    assert quote(text) == text and len(text) < 600


def test_a_real_digit_makes_a_short_link():
    for picture in samples("digits").x[:10]:
        levels = "".join(f"{level // 16:x}" for level in picture.ravel())
        assert len(DrawnDigit(levels).to_text()) < 300


def test_its_picture_has_sixteen_levels_from_black_to_white():
    levels = "0123456789abcdef" + BLANK[16:]
    picture = DrawnDigit(levels, fitted=False).picture()
    assert (picture.shape, picture.dtype) == ((28, 28, 1), np.uint8)
    assert picture[0, :16, 0].tolist() == [17 * level for level in range(16)]
    assert not picture[1:].any()


def test_it_may_be_fitted():
    corner = DrawnDigit("f" + BLANK[1:])
    assert corner.picture()[0, 0, 0] == 0 and corner.picture()[14, 14, 0] == 255
    plain = corner.fitting(False)
    assert plain.picture()[0, 0, 0] == 255 and plain.fitting(True) == corner


def test_nothing_drawn():
    assert DrawnDigit().is_blank and not DrawnDigit("1" + BLANK[1:]).is_blank


@pytest.mark.parametrize(
    "text",
    [
        "d", "df", "dx", "dfA", "df!!!!", "dfü", "dfAAAA", "dF" + DrawnDigit().to_text()[2:],
        written(bytes(391)), written(bytes(393)), written(bytes(10**6)),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"^its drawing cannot be read\.$"):
        DrawnDigit.from_text(text)


@pytest.mark.parametrize("levels", ["", "0" * 783, "g" * 784, "F" * 784])
def test_only_so_many_pixels_of_so_many_levels(levels):
    with pytest.raises(ValueError, match="28×28 pixels"):
        DrawnDigit(levels)
