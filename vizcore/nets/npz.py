"""NumPy's .npz files from strangers: every claim in them is checked before an array exists.

An .npz is a ZIP archive of .npy files, and each .npy a short header followed by the numbers. So
the sizes are claimed twice, in the archive's directory and in the headers. Only where both agree,
the file is long enough to hold that much, and all arrays together stay below a limit, is memory
taken for one; it is then filled a piece at a time, and nothing that a file holds beyond its claims
is ever unpacked. Pickled objects are never read.
"""

import io
import math
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from vizcore.nets.dataset import DatasetError
from vizcore.nets.zip_directory import BadEnd, NoArchive, TooManyEntries, open_archive

MB = 2**20

# NumPy writes 128 bytes for a plain array; a longer header describes what is refused anyway.
_HEADER_BYTES = 512
_PIECE = MB

# A deflated byte says at most this many (RFC 1951: 258 bytes in two bits).
_LARGEST_RATIO = 1032

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}\.npy")


@dataclass(frozen=True)
class Limits:
    """How large a file may be.

    Attributes
    ----------
    file_bytes : int
        The file as it lies there.
    array_bytes : int
        All of its arrays together, unpacked.
    arrays : int
        How many arrays.
    """

    file_bytes: int = 512 * MB
    array_bytes: int = 1024 * MB
    arrays: int = 16


STANDARD = Limits()


@dataclass(frozen=True)
class ArrayHeader:
    """What a .npy says about its array, all of it checked.

    Attributes
    ----------
    dtype : dtype
        Booleans, integers, real numbers up to 64 bits, or short text.
    shape : tuple of int
        At most four numbers.
    order : str
        "C" for rows first, "F" for columns first.
    start : int
        Where the numbers begin in the .npy.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    order: str
    start: int

    @property
    def nbytes(self):
        """Bytes of the array in memory."""
        return math.prod(self.shape) * self.dtype.itemsize


class NpzReader:
    """An .npz file whose headers have been checked; a context manager.

    Parameters
    ----------
    source : bytes or path
        The file's content, or where it lies.
    limits : Limits

    Attributes
    ----------
    headers : dict of str to ArrayHeader
        By the array's name, in the file's order.

    Raises
    ------
    DatasetError
        For anything NumPy would not have written, with one sentence a visitor can act on.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.savez(file, labels=np.uint8([3, 1]))
    >>> with NpzReader(file.getvalue()) as npz:
    ...     npz.headers["labels"].shape, npz.read("labels")
    ((2,), array([3, 1], dtype=uint8))
    """

    def __init__(self, source, limits=STANDARD):
        self._file = _opened(source, limits)
        try:
            with _refusing_damage():
                self._archive = _archive(self._file, limits)
                self._members = _checked_members(self._archive.infolist(), self._file, limits)
                self.headers = {name: self._header(name) for name in self._members}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, name):
        """Read one array.

        Returns
        -------
        ndarray
            Of the header's type and shape; writable.

        Raises
        ------
        DatasetError
            When the numbers are damaged or cut short.
        """
        header = self.headers[name]
        try:
            array = np.empty(math.prod(header.shape), header.dtype)
        except MemoryError as error:
            raise DatasetError(
                f"This file's {name} takes {_megabytes(header.nbytes)}, and there is not so much"
                " memory left: keep fewer or smaller pictures in it."
            ) from error
        with _refusing_damage(), self._open(name) as member:
            member.read(header.start)
            _fill(memoryview(array.view(np.uint8)), member)
            return array.reshape(header.shape, order=header.order)

    def _open(self, name):
        return self._archive.open(self._members[name])

    def _header(self, name):
        with self._open(name) as member:
            header = _parsed_header(name, member.read(_HEADER_BYTES))
        if self._members[name].file_size != header.start + header.nbytes:
            raise DatasetError(
                f"This file gives {name} another length than its shape asks for: it is damaged,"
                " so save it again."
            )
        return header


@contextmanager
def _refusing_damage():
    """Turn whatever a library raises on hostile bytes into the one sentence on damage."""
    try:
        yield
    except (DatasetError, MemoryError):
        raise
    except Exception as error:
        raise DatasetError(
            "This file is damaged or cut short: copy or download it again, or save it anew with"
            " numpy.savez_compressed."
        ) from error


def _opened(source, limits):
    if isinstance(source, bytes | bytearray | memoryview):
        size = memoryview(source).nbytes
    else:
        source = Path(source)
        if not source.is_file():
            raise DatasetError(f"There is no file {source.name!a} to read.")
        size = source.stat().st_size
    if size > limits.file_bytes:
        raise DatasetError(
            f"This file is {_megabytes(size)} and the limit is {_megabytes(limits.file_bytes)}:"
            " keep fewer or smaller pictures in it."
        )
    return _opened_path(source) if isinstance(source, Path) else io.BytesIO(source)


def _opened_path(path):
    try:
        return path.open("rb")
    except OSError as error:
        raise DatasetError(f"The file {path.name!a} may not be read on this machine.") from error


def _archive(file, limits):
    """Open the archive; its directory, whose entries could be millions, is bounded first."""
    try:
        return open_archive(file, limits.arrays)
    except NoArchive:
        raise DatasetError(
            "This file is no .npz archive: save the arrays with numpy.savez_compressed."
        ) from None
    except BadEnd:
        raise DatasetError(
            "This file does not end as an .npz archive does: it is cut short, or something was"
            " added to it."
        ) from None
    except TooManyEntries:
        raise _too_many(limits) from None


def _checked_members(entries, file, limits):
    """Give the archive's entries by array name, once names and claimed sizes are sound."""
    if len(entries) > limits.arrays:
        raise _too_many(limits)
    members = {}
    for entry in entries:
        _check_entry(entry)
        name = entry.filename.removesuffix(".npy")
        if name in members:
            raise DatasetError(f"This file holds {name} twice: keep one of them.")
        members[name] = entry
    total = sum(entry.file_size for entry in entries)
    if total > limits.array_bytes:
        raise DatasetError(
            f"The arrays in this file take {_megabytes(total)} unpacked and the limit is"
            f" {_megabytes(limits.array_bytes)}: keep fewer or smaller pictures in it."
        )
    size = file.seek(0, io.SEEK_END)
    if sum(entry.compress_size for entry in entries) > size or any(
        entry.file_size > _LARGEST_RATIO * entry.compress_size for entry in entries
    ):
        raise ValueError("the archive claims more than its bytes can hold")
    return members


def _too_many(limits):
    return DatasetError(
        f"This file lists more than a dataset has: keep at most {limits.arrays} arrays in it."
    )


def _check_entry(entry):
    name = entry.orig_filename
    if not _PLAIN_NAME.fullmatch(name):
        raise DatasetError(
            f"This file holds {name[:40]!a}, and only arrays with plain names such as"
            " 'x_train.npy' are read."
        )
    if entry.flag_bits & 1:
        raise DatasetError("This file is encrypted: save it without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError(
            f"This file packs {name} in a way that NumPy does not: save it anew with"
            " numpy.savez_compressed."
        )


def _parsed_header(name, start):
    r"""Read a header from the first bytes of a .npy.

    >>> file = io.BytesIO()
    >>> np.save(file, np.zeros((2, 3), "<f4"))
    >>> header = _parsed_header("x", file.getvalue())
    >>> header.shape, header.dtype.str, header.start
    ((2, 3), '<f4', 128)
    """
    file = io.BytesIO(start)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    shape, fortran, dtype = readers[npy.read_magic(file)](file, max_header_size=_HEADER_BYTES)
    _check_type(name, dtype)
    if len(shape) > 4 or not all(type(length) is int and length >= 0 for length in shape):
        raise DatasetError(
            f"This file gives {name} the shape {str(shape)[:60]}, which no pictures and no labels"
            " have."
        )
    return ArrayHeader(dtype, shape, "F" if fortran else "C", file.tell())


def _check_type(name, dtype):
    if dtype.hasobject:
        raise DatasetError(
            f"This file stores {name} as Python objects (a pickle), which may run code when read:"
            " save plain numbers."
        )
    number = dtype.kind in "biuf" and dtype.itemsize <= 8
    text = dtype.kind in "US" and 0 < dtype.itemsize <= 256
    if not (number or text) or dtype.shape:
        raise DatasetError(
            f"This file stores {name} as {str(dtype)[:60]}: save whole or real numbers of at most"
            " 64 bits."
        )


def _megabytes(size):
    """Write a size for people.

    >>> _megabytes(600 * 2**20)
    '600 MB'
    >>> _megabytes(10**400)
    'over a million MB'
    """
    return f"{math.ceil(size / MB):,} MB" if size < 10**6 * MB else "over a million MB"


def _fill(buffer, member):
    """Fill a buffer from a member; its last piece checks the archive's checksum."""
    at = 0
    while at < len(buffer):
        piece = member.read(min(_PIECE, len(buffer) - at))
        if not piece:
            raise EOFError("cut short")
        buffer[at : at + len(piece)] = piece
        at += len(piece)
