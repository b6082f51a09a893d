"""The little of HDF5 that is read, against the HDF5 library."""

import io

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vizcore.nets import plain_hdf5
from vizcore.nets.plain_hdf5 import Hdf5Error, PlainHdf5


def written(arrays, **options):
    held = io.BytesIO()
    with h5py.File(held, "w", **options) as file:
        for name, array in arrays.items():
            file[name] = array
    return held.getvalue()


def everything(file, address=None, path="", depth=6):
    """Read all arrays, by path, but for those that lie deeper than any of ours."""
    found = {}
    if not depth:
        return found
    for name, member in file.members(file.root if address is None else address).items():
        try:
            found[path + name] = file.array(file.stored(member))
        except Hdf5Error:
            found |= everything(file, member, f"{path}{name}/", depth - 1)
    return found


names = st.text("abcdefgh_0123456789", min_size=1, max_size=40)
floats = hnp.arrays("<f4", hnp.array_shapes(min_dims=0, max_dims=4, max_side=5))


@settings(max_examples=50)
@given(st.dictionaries(st.tuples(names, names).map("/".join), floats, min_size=1, max_size=30))
def test_what_the_library_wrote_is_read(arrays):
    read = everything(PlainHdf5(written(arrays)))
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read[name].dtype == np.float32 and read[name].shape == array.shape
        assert read[name].tobytes() == array.tobytes()


def test_a_thousand_groups_are_found():
    arrays = {f"layers/dense_{number}/vars/0": np.float32([number]) for number in range(1000)}
    file = PlainHdf5(written(arrays))
    layers = file.members(file.group(file.root, "layers"))
    assert {*layers} == {f"dense_{number}" for number in range(1000)}
    for number in (0, 17, 999):
        vars = file.members(file.group(layers[f"dense_{number}"], "vars"))
        assert file.array(file.stored(vars["0"])).tolist() == [number]


def test_an_array_is_a_view_that_nobody_can_write_to():
    data = written({"x": np.float32([1, 2, 3])})
    file = PlainHdf5(data)
    array = file.array(file.stored(file.members(file.root)["x"]))
    assert np.shares_memory(array, np.frombuffer(data, np.uint8))
    assert not array.flags.writeable


def test_what_is_not_there_is_named():
    file = PlainHdf5(written({"x": np.float32([1])}))
    with pytest.raises(Hdf5Error, match="lacks layers"):
        file.group(file.root, "layers")


def test_attributes_are_passed_over():
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file["x"] = np.float32([1])
        for number in range(60):
            file["x"].attrs[f"attribute{number}"] = np.arange(100)
    file = PlainHdf5(held.getvalue())
    assert file.array(file.stored(file.members(file.root)["x"])).tolist() == [1]


def test_looking_costs_steps_and_there_are_so_many(monkeypatch):
    data = written({f"a{number}": np.float32([1]) for number in range(50)})
    monkeypatch.setattr(plain_hdf5, "MOST_STEPS", 100)
    file = PlainHdf5(data)
    file.members(file.root)
    with pytest.raises(Hdf5Error, match="holds more than a network's weights"):
        file.members(file.root)


WHOLE = written(
    {
        "layers/conv2d/vars/0": np.arange(36, dtype=np.float32).reshape(3, 3, 1, 4),
        "layers/conv2d/vars/1": np.zeros(4, np.float32),
        **{f"layers/dense_{number}/vars/0": np.ones(2, np.float32) for number in range(12)},
    }
)


def test_every_shortened_file_is_refused():
    for length in range(0, len(WHOLE), 7):
        with pytest.raises(Hdf5Error):
            PlainHdf5(WHOLE[:length])


changes = st.lists(
    st.tuples(
        st.integers(0, len(WHOLE) - 1),
        st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 2, 16, 127, 128, 255])),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=400)
@given(changes)
def test_changed_bytes_are_read_or_refused_and_nothing_else(changes):
    changed = bytearray(WHOLE)
    for place, value in changes:
        changed[place] = value
    try:
        read = everything(PlainHdf5(bytes(changed)))
    except Hdf5Error as error:
        assert str(error)
    else:
        assert all(array.dtype == np.float32 for array in read.values())
