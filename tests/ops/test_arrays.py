import numpy as np
import pytest

from vizcore.ops.arrays import as_image, as_real


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1, 2], "float64"),
        ([True, False], "float64"),
        (np.float32([1, 2]), "float32"),
        (np.array([1, 2], ">f4"), "float32"),
        (np.float16([1, 2]), "float64"),
        (np.longdouble([1, 2]), "float64"),
        (np.uint8([1, 2]), "float64"),
        (np.array([1, 2], ">f8"), "float64"),
    ],
)
def test_dtype(value, dtype):
    array = as_real(value, "x")
    assert array.dtype == np.dtype(dtype)
    assert array.tolist() == [float(item) for item in value]


@pytest.mark.parametrize(
    "value",
    [
        [1j],
        ["1"],
        "1",
        None,
        [None],
        [[1, 2], [3]],
        [],
        np.zeros((0, 3)),
        [np.nan],
        [np.inf],
        [-np.inf],
        np.array(["2020-01-01"], "datetime64[D]"),
        np.array([1, 2], object),
        {1, 2},
        (number for number in [1, 2]),
    ],
)
def test_refuses(value):
    with pytest.raises(ValueError, match="^x must .* Received: "):
        as_real(value, "x")


def test_refuses_what_does_not_fit_the_dtype():
    with pytest.raises(ValueError, match="^kernel must hold finite .*Received: kernel with inf"):
        as_real([1e300], "kernel", dtype=np.float32)


def test_an_array_that_cannot_be_read():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("device lost")

    with pytest.raises(ValueError, match="device lost"):
        as_real(Broken(), "x")


@pytest.mark.parametrize("shape", [(), (3,), (1, 2, 3, 4)])
def test_an_image_has_two_or_three_axes(shape):
    with pytest.raises(ValueError, match=r"^x must be a matrix \(H, W\)"):
        as_image(np.zeros(shape))
