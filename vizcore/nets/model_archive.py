"""A .keras file from a stranger as bytes: its three members, found without unpacking anything.

Keras writes an archive of exactly three members, none of them packed: who made the file, what the
network is, and its weights. So a member is a piece of the file itself, and no file can swell.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

from vizcore.nets.plain_json import JsonError, read_json
from vizcore.nets.zip_directory import BadEnd, NoArchive, TooManyEntries, open_archive

MB = 2**20

MOST_BYTES = 256 * MB
"""Of a whole file: AlexNet's weights are 233 MB."""

_METADATA, _CONFIG, _WEIGHTS = _MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
_MOST_METADATA, _MOST_CONFIG = 4096, MB

_LOCAL = b"PK\x03\x04"
_LOCAL_BYTES = 30

_NOT_KERAS = (
    "This file is no Keras model: upload a .keras file as model.save('model.keras') writes it."
)
_DAMAGED = "This file is damaged or cut short: copy or download it again, or save the model anew."
_REPACKED = (
    "This file is not as Keras packs a model: upload the .keras file itself, as model.save wrote"
    " it."
)


class ModelFileError(ValueError):
    """A model file that is not read; the text tells the visitor why and what to do."""


@dataclass(frozen=True, eq=False)
class ModelArchive:
    """The content of a .keras file.

    Attributes
    ----------
    config : dict
        What the network is, as Keras describes it.
    weights : memoryview
        Its HDF5 file: a piece of the given bytes.
    checksum : int
        What the archive says of the weights; see `is_whole`.
    """

    config: dict
    weights: memoryview
    checksum: int

    @property
    def is_whole(self):
        """Whether the weights are the bytes that were saved; takes some time for large ones."""
        return zlib.crc32(self.weights) == self.checksum


def read_archive(data):
    """Read a .keras file, but for what its weights say.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    ModelArchive

    Raises
    ------
    ModelFileError
    """
    if len(data) > MOST_BYTES:
        raise ModelFileError(
            f"This file is larger than {MOST_BYTES // MB} MB: save a smaller network."
        )
    entries = _entries(data)
    members = _members(memoryview(data), entries)
    _check_metadata(_json(members, entries, _METADATA, _MOST_METADATA))
    config = _json(members, entries, _CONFIG, _MOST_CONFIG)
    return ModelArchive(config, members[_WEIGHTS], entries[_WEIGHTS].CRC)


def _entries(data):
    """Return the three members' entries in the archive's directory by name."""
    try:
        entries = open_archive(io.BytesIO(data), len(_MEMBERS)).infolist()
    except NoArchive:
        raise ModelFileError(_NOT_KERAS) from None
    except BadEnd:
        raise ModelFileError(_DAMAGED) from None
    except TooManyEntries:
        raise ModelFileError(_REPACKED) from None
    # What zipfile raises on hostile bytes is not one family.
    except Exception:
        raise ModelFileError(_DAMAGED) from None
    by_name = {entry.orig_filename: entry for entry in entries}
    if len(entries) != len(_MEMBERS) or {*by_name} != {*_MEMBERS}:
        raise ModelFileError(
            f"This file does not hold the three parts of a Keras 3 model, {', '.join(_MEMBERS)}:"
            " upload a .keras file as model.save('model.keras') writes it."
        )
    return by_name


def _members(data, entries):
    """Return each member's bytes; none is packed, and none overlaps another."""
    members, free = {}, 0
    for name, entry in sorted(entries.items(), key=lambda pair: pair[1].header_offset):
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ModelFileError(_REPACKED)
        begin = entry.header_offset
        header = data[begin : begin + _LOCAL_BYTES]
        if begin < free or len(header) < _LOCAL_BYTES or header[:4] != _LOCAL:
            raise ModelFileError(_DAMAGED)
        named, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        begin += _LOCAL_BYTES
        free = begin + named + extra + entry.file_size
        if (
            data[begin : begin + named] != name.encode()
            or entry.compress_size != entry.file_size
            or free > len(data)
        ):
            raise ModelFileError(_DAMAGED)
        members[name] = data[begin + named + extra : free]
    return members


def _json(members, entries, name, most):
    data = members[name]
    try:
        if len(data) <= most and zlib.crc32(data) != entries[name].CRC:
            raise ModelFileError(_DAMAGED)
        return read_json(data, most_bytes=most)
    except JsonError as error:
        raise ModelFileError(
            f"This file's {name} {error}, and Keras writes no such thing: save the model anew."
        ) from None


def _check_metadata(metadata):
    version = metadata.get("keras_version")
    if not isinstance(version, str) or not version.startswith("3."):
        said = f"Keras {version[:20]!a}" if isinstance(version, str) else "an unknown program"
        raise ModelFileError(
            f"This file was saved by {said}, and only files of Keras 3 are read: load it there and"
            " save it anew."
        )
