"""The directory of a ZIP archive from a stranger, bounded before it is read.

An archive ends with a record that says how long its directory is and how many entries it has;
`zipfile` believes both, and would list millions. Here both are looked at first.
"""

import io
import struct
import zipfile

# The record that ends an archive: signature, counts, size and place of the directory, comment.
# Before it, in archives beyond 4 GB, stands the locator of a wider record.
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE, _LOCATOR_BYTES = b"PK\x06\x07", 20
_ENTRY_BYTES = 512


class NoArchive(ValueError):
    """The file does not begin as an archive does."""


class BadEnd(ValueError):
    """It does not end as an archive does: it is cut short, or something was added to it."""


class TooManyEntries(ValueError):
    """It lists more than is allowed."""


def open_archive(file, most):
    """Open an archive whose directory is short.

    Parameters
    ----------
    file : file
        Readable and seekable, in bytes.
    most : int
        How many entries it may have.

    Returns
    -------
    zipfile.ZipFile
        Its ``infolist()`` has at most so many entries; what they claim is not checked.

    Raises
    ------
    NoArchive, BadEnd, TooManyEntries
    ValueError, zipfile.BadZipFile, OSError, and whatever else `zipfile` raises
        Where the directory makes no sense.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("a", b"1")
    >>> [entry.filename for entry in open_archive(file, most=1).infolist()]
    ['a']
    """
    count = _claimed_count(file, most)
    archive = zipfile.ZipFile(file)
    if len(archive.infolist()) != count:
        raise ValueError("the archive counts other entries than it lists")
    return archive


def _claimed_count(file, most):
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if file.read(4) not in (b"PK\x03\x04", _END_SIGNATURE):
        raise NoArchive
    file.seek(max(0, size - _END.size - _LOCATOR_BYTES))
    tail = file.read()
    signature, *_, count, directory, _, comment = _END.unpack(tail[-_END.size :])
    if signature != _END_SIGNATURE or comment:
        raise BadEnd
    # One entry may be long: the length bounds what is read, not the count.
    if directory > most * _ENTRY_BYTES or tail.startswith(_LOCATOR_SIGNATURE):
        raise TooManyEntries
    return count
