"""The little of HDF5 that Keras writes, read without the HDF5 library.

The library is some hundred thousand lines of C that follow whatever a file says: other files,
filters, cycles. A file of Keras's needs next to nothing of it: groups of the first kind (a B-tree
of symbol tables), and arrays of 32-bit floats that lie in one piece. That much is read here, every
place within the file's bytes, every step out of one budget; nothing is ever unpacked or copied.

Source: *HDF5 File Format Specification* 3.0, versions 0 and 1 of its structures,
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html.
"""

import math
import struct
from dataclasses import dataclass

import numpy as np

MOST_STEPS = 20_000
"""Entries, messages and tree nodes that are looked at in one file; a network of 300 layers needs
some 3,000 of them."""

_MOST_NAME = 64
_MOST_AXES = 4

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Superblock, free space, root group, shared header messages: all of version 0; then 8 bytes for
# every address and every length.
_VERSIONS = b"\0\0\0\0\0\x08\x08\0"
_BASE, _END, _ROOT = 24, 40, 64  # of the addresses, of the file, and where the root group begins

# Kinds of header messages.
_DATASPACE, _DATATYPE, _EXTERNAL, _LAYOUT, _FILTERS = 0x01, 0x03, 0x07, 0x08, 0x0B
_CONTINUED, _SYMBOLS = 0x10, 0x11
_SHARED = 0x02

# A float of IEEE 754 in 32 bits, the lowest byte first: kind and version, order, size, where sign,
# exponent and mantissa lie.
_FLOAT32 = bytes.fromhex("11201f0004000000 0000200017080017 7f000000")


class Hdf5Error(ValueError):
    """What a file holds is not the little that is read; the text completes "the file …"."""


@dataclass(frozen=True)
class Stored:
    """An array as it lies in a file.

    Attributes
    ----------
    shape : tuple of int
    place : int
        Where its numbers begin.
    """

    shape: tuple
    place: int


class PlainHdf5:
    """A file of groups and arrays.

    Parameters
    ----------
    data : bytes or memoryview
        The whole file.

    Raises
    ------
    Hdf5Error
        When it is not of the kind that is read; so do all methods.

    Examples
    --------
    >>> import io, h5py
    >>> file = io.BytesIO()
    >>> with h5py.File(file, "w") as written:
    ...     written["layers/dense/0"] = np.float32([[1, 2], [3, 4]])
    >>> read = PlainHdf5(file.getvalue())
    >>> dense = read.group(read.group(read.root, "layers"), "dense")
    >>> stored = read.stored(read.members(dense)["0"])
    >>> stored.shape, read.array(stored).tolist()
    ((2, 2), [[1.0, 2.0], [3.0, 4.0]])
    """

    def __init__(self, data):
        self._data = memoryview(data).cast("B")
        self._left = MOST_STEPS
        if self._bytes(0, len(_SIGNATURE)) != _SIGNATURE:
            raise Hdf5Error("is no HDF5 file")
        if self._bytes(8, len(_VERSIONS)) != _VERSIONS or self._numbers("<Q", _BASE) != (0,):
            raise Hdf5Error("is HDF5 of another version than Keras writes")
        if self._numbers("<Q", _END) > (len(self._data),):
            raise Hdf5Error("is cut short")
        (self.root,) = self._numbers("<Q", _ROOT)

    def members(self, address):
        """Return name → address of what a group holds."""
        tables = [body for kind, body in self._messages(address) if kind == _SYMBOLS]
        if len(tables) != 1:
            raise Hdf5Error("has something else where a group belongs")
        tree, heap = _unpacked("<2Q", tables[0])
        return dict(self._entries(tree, self._heap(heap)))

    def group(self, address, name):
        """Return the address of one member of a group."""
        members = self.members(address)
        if name not in members:
            raise Hdf5Error(f"lacks {name}")
        return members[name]

    def stored(self, address):
        """Return where an array of 32-bit floats lies; all claims are checked."""
        told = {}
        for kind, body in self._messages(address):
            if kind in (_FILTERS, _EXTERNAL):
                raise Hdf5Error("keeps an array packed, or elsewhere than in one piece")
            if kind in (_DATASPACE, _DATATYPE, _LAYOUT) and told.setdefault(kind, body) is not body:
                raise Hdf5Error("describes an array twice")
        if len(told) != 3:
            raise Hdf5Error("has something else where an array belongs")
        if told[_DATATYPE][: len(_FLOAT32)] != _FLOAT32:
            raise Hdf5Error("keeps numbers that are no 32-bit floats")
        shape = _shape(told[_DATASPACE])
        return Stored(shape, self._place(told[_LAYOUT], 4 * math.prod(shape)))

    def array(self, stored):
        """Return an array, read-only: a view of the file's bytes."""
        count = math.prod(stored.shape)
        return np.frombuffer(self._data, "<f4", count, stored.place).reshape(stored.shape)

    # ---- Bytes ----

    def _bytes(self, at, size):
        if at + size > len(self._data):
            raise Hdf5Error("points outside itself")
        return self._data[at : at + size]

    def _numbers(self, form, at):
        return struct.unpack(form, self._bytes(at, struct.calcsize(form)))

    def _step(self):
        self._left -= 1
        if self._left < 0:
            raise Hdf5Error("holds more than a network's weights")

    # ---- Objects: a header of messages, which may go on elsewhere ----

    def _messages(self, address):
        """Yield kind and body of each message of an object."""
        version, count, _, size = self._numbers("<BxHLL", address)
        if version != 1:
            raise Hdf5Error("has objects of another version than Keras writes")
        blocks = [(address + 16, size)]
        while blocks:
            at, left = blocks.pop()
            while left >= 8 and count:
                self._step()
                kind, length, flags = self._numbers("<2HB", at)
                if length > left - 8:
                    raise Hdf5Error("has a message that is cut short")
                body = self._bytes(at + 8, length)
                at, left, count = at + 8 + length, left - 8 - length, count - 1
                if flags & _SHARED:
                    raise Hdf5Error("shares descriptions among its objects")
                if kind == _CONTINUED:
                    blocks.append(_unpacked("<2Q", body))
                else:
                    yield kind, body

    # ---- Groups: a B-tree of tables of symbols, whose names lie in a heap ----

    def _heap(self, address):
        """Return where a group's names begin and end."""
        signature, version, size, _, place = self._numbers("<4sB3x3Q", address)
        if signature != b"HEAP" or version:
            raise Hdf5Error("has no names where they belong")
        return place, place + size

    def _entries(self, tree, heap):
        """Yield name and address of each symbol in a tree."""
        below = [(tree, None)]
        while below:
            address, level = below.pop()
            signature, kind, own, count = self._numbers("<4s2BH", address)
            if signature != b"TREE" or kind:
                raise Hdf5Error("has something else where a group belongs")
            # Each level is one nearer to the symbols, so that no tree can lead back to itself.
            if level is not None and own != level:
                raise Hdf5Error("has a group that leads back to itself")
            for child in range(count):
                self._step()
                (place,) = self._numbers("<Q", address + 32 + 16 * child)
                if own:
                    below.append((place, own - 1))
                else:
                    yield from self._symbols(place, heap)

    def _symbols(self, address, heap):
        signature, version, count = self._numbers("<4sBxH", address)
        if signature != b"SNOD" or version != 1:
            raise Hdf5Error("has something else where a group belongs")
        for place in range(address + 8, address + 8 + 40 * count, 40):
            self._step()
            name, header, kind = self._numbers("<2QL", place)
            if kind > 1:
                raise Hdf5Error("has links instead of arrays")
            yield self._name(name, heap), header

    def _name(self, offset, heap):
        begin, end = heap
        if begin + offset >= end:
            raise Hdf5Error("has no names where they belong")
        size = min(_MOST_NAME, end - begin - offset)
        name, nul, _ = bytes(self._bytes(begin + offset, size)).partition(b"\0")
        if not nul or not name.isascii():
            raise Hdf5Error("has names that Keras does not write")
        return name.decode("ascii")

    # ---- Arrays ----

    def _place(self, layout, size):
        """Return where an array's numbers lie, in one piece and within the file."""
        version, kind = _unpacked("<2B", layout)
        if (version, kind) != (3, 1):
            raise Hdf5Error("keeps an array packed, or elsewhere than in one piece")
        place, own = struct.unpack("<2Q", _begin(layout[2:], 16))
        if own != size:
            raise Hdf5Error("gives an array another length than its shape asks for")
        if place + size > len(self._data):
            raise Hdf5Error("points outside itself")
        return place


def _shape(dataspace):
    version, axes = _unpacked("<2B", dataspace)
    if version != 1 or axes > _MOST_AXES:
        raise Hdf5Error("has arrays of a shape that Keras does not write")
    return struct.unpack(f"<{axes}Q", _begin(dataspace[8:], 8 * axes))


def _unpacked(form, body):
    return struct.unpack(form, _begin(body, struct.calcsize(form)))


def _begin(body, size):
    if len(body) < size:
        raise Hdf5Error("has a message that is cut short")
    return body[:size]
