"""A ZIP archive from a stranger, with a folder of pictures for each class.

Nothing is extracted to disk. What the archive claims is bounded before it is believed, one file is
unpacked at a time and never beyond its claim, and a picture is decoded under `decode_image`'s own
limits. What cannot be used is skipped and named, and the rest is kept.
"""

import io
import time
import unicodedata
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np

from vizcore.imaging import MAX_BYTES, ImageError, decode_image
from vizcore.imaging.effort import decoding_effort
from vizcore.nets.dataset import DatasetError
from vizcore.nets.layouts import MAX_NAME
from vizcore.nets.zip_directory import NoArchive, TooManyEntries, open_archive

MB = 2**20

# A deflated byte says at most this many (RFC 1951: 258 bytes in two bits). No picture says so
# much; a drawing kept as BMP may say some hundred.
_LARGEST_RATIO, _LARGEST_PICTURE_RATIO = 1032, 400
_FREE_BYTES = 2**16

_ENCRYPTED, _UTF8 = 0x1, 0x800
_JUNK_FOLDERS, _JUNK_FILES = {"__macosx"}, {"thumbs.db", "desktop.ini"}
_LONGEST_PATH = 80

_TOO_MUCH = (
    "It was not read, as the pictures of this archive are too large together: save them smaller, a"
    " side of 300 pixels is plenty."
)


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes
    ----------
    file_bytes : int
        The archive itself.
    entries : int
        Files and folders, of whatever kind.
    pictures, classes : int
    unpacked_bytes : int
        All of its files together.
    depth : int
        Folders in one another.
    effort : int
        What decoding may cost, as `decoding_effort` counts it; pictures beyond are skipped.
    seconds : float
        Of processor time, when all else is within bounds and yet takes too long; likewise.
    """

    file_bytes: int = 64 * MB
    entries: int = 4096
    pictures: int = 1000
    classes: int = 20
    unpacked_bytes: int = 64 * MB
    depth: int = 8
    effort: int = 80_000_000
    seconds: float = 1.5


STANDARD = Limits()


@dataclass(frozen=True, eq=False)
class Found:
    """A picture of an archive.

    Attributes
    ----------
    class_name : str
        Its folder; plain, short, printable text.
    name : str
        The file's name.
    pixels : ndarray of uint8, shape (H, W, 3)
    """

    class_name: str
    name: str
    pixels: np.ndarray


@dataclass(frozen=True)
class Skipped:
    """A file that could not be used.

    Attributes
    ----------
    name : str
        Which one, printable text.
    why : str
        One sentence.
    """

    name: str
    why: str


@dataclass(frozen=True, eq=False)
class _Member:
    entry: zipfile.ZipInfo
    folders: tuple[str, ...]
    name: str

    @property
    def path(self):
        return "/".join((*self.folders, self.name))

    @property
    def class_name(self):
        return clean_name(self.folders[0])


class PictureArchive:
    """An archive whose claims have been checked; iterating decodes its pictures one by one.

    A folder that holds all others is passed over; a folder within a class belongs to it. Classes
    come in turn, so that where a limit ends the reading, none of them is left out.

    Parameters
    ----------
    data : bytes
    limits : Limits

    Yields
    ------
    Found or Skipped

    Raises
    ------
    DatasetError
        Where the archive as a whole cannot be used; when it is opened, before any is read.

    Examples
    --------
    >>> from vizcore.imaging import to_png
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("pets/cat/1.png", to_png(np.zeros((2, 3), np.uint8)))
    ...     archive.writestr("pets/dog/notes.txt", "Rex")
    >>> cat, notes = PictureArchive(file.getvalue())
    >>> cat.class_name, cat.name, cat.pixels.shape, notes.name
    ('cat', '1.png', (2, 3, 3), 'dog/notes.txt')
    """

    def __init__(self, data: bytes, limits: Limits = STANDARD):
        self._limits = limits
        self._archive, entries = _opened(data, limits)
        self._skipped, members = [], []
        for entry in entries:
            if member := self._member(entry):
                members.append(member)
        self._members = self._in_classes(_without_common_folder(members))
        if not self._members:
            raise DatasetError(
                "This archive holds no folder of pictures: put those of each class into a folder"
                " that is called as the class is, and zip the folders."
            )

    def __len__(self):
        return len(self._members) + len(self._skipped)

    def __iter__(self):
        yield from self._skipped
        effort = seconds = 0
        for member in self._members:
            if seconds > self._limits.seconds:
                yield Skipped(_shown(member.path), _TOO_MUCH)
                continue
            start = time.thread_time()
            one, more = self._decoded(member, self._limits.effort - effort)
            effort, seconds = effort + more, seconds + time.thread_time() - start
            yield one

    def _decoded(self, member, left):
        """Return a member's picture, or why there is none, and what decoding has cost."""
        try:
            data = self._read(member)
            effort = decoding_effort(data)
            if effort > left:
                raise ImageError(_TOO_MUCH)
            name = clean_name(member.name, 60)
            return Found(member.class_name, name, decode_image(data)), effort
        except ImageError as error:
            return Skipped(_shown(member.path), str(error)), 0

    def _member(self, entry):
        """Return an entry as a member, or None where it is junk, or cannot be used and is told."""
        parts = _parts(entry)
        if entry.is_dir() or not parts or _is_junk(parts):
            return None
        if why := _why_not(entry, parts, self._limits):
            self._skipped.append(Skipped(_shown("/".join(parts)), why))
            return None
        return _Member(entry, parts[:-1], parts[-1])

    def _in_classes(self, members):
        """Drop what lies in no folder, check the counts, and put the classes in turn."""
        classes = {}
        for member in members:
            if member.folders:
                classes.setdefault(member.class_name, []).append(member)
            else:
                why = "It lies in no folder, so its class is not known."
                self._skipped.append(Skipped(_shown(member.path), why))
        count = sum(map(len, classes.values()))
        _check_count(count, self._limits.pictures, "files")
        _check_count(len(classes), self._limits.classes, "folders")
        turns = zip_longest(*classes.values())
        return [member for member in chain.from_iterable(turns) if member]

    def _read(self, member):
        try:
            with self._archive.open(member.entry) as file:
                return file.read(member.entry.file_size)
        except Exception as error:  # damaged, cut short, or lying about its neighbour
            raise ImageError("It is damaged in the archive: zip the folders anew.") from error


def clean_name(text, longest=MAX_NAME):
    r"""Return anyone's text as a name: printable, in one line, not too long, never empty.

    Examples
    --------
    >>> clean_name("  a\tcat\x00 "), clean_name("\n"), len(clean_name("x" * 99))
    ('a cat', '?', 40)
    """
    text = unicodedata.normalize("NFC", str(text))
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:longest].strip() or "?"


def _opened(data, limits):
    """Open the archive and check what it claims; return it with its entries."""
    if len(data) > limits.file_bytes:
        raise DatasetError(
            f"This archive is {-(-len(data) // MB)} MB and the limit is {limits.file_bytes // MB}:"
            " save the pictures smaller, or leave some out."
        )
    try:
        archive = open_archive(io.BytesIO(data), limits.entries)
        entries = archive.infolist()
        if len(entries) > limits.entries:
            raise TooManyEntries
    except NoArchive:
        said = "This file is no ZIP archive: zip the folders of your classes."
        raise DatasetError(said) from None
    except TooManyEntries:
        raise DatasetError(
            f"This archive lists more than {limits.entries:,} files, or lists them in an unusual"
            " way: zip no more than the folders of your classes."
        ) from None
    except Exception as error:  # whatever a library raises on hostile bytes
        raise _damaged() from error
    _check_claims(entries, len(data), limits)
    return archive, entries


def _check_claims(entries, size, limits):
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        told = f"{-(-total // MB):,}" if total < 10**6 * MB else "over a million"
        raise DatasetError(
            f"The files in this archive take {told} MB unpacked and the limit is"
            f" {limits.unpacked_bytes // MB}: save the pictures smaller, or leave some out."
        )
    packed = sum(entry.compress_size for entry in entries)
    if packed > size or any(e.file_size > _LARGEST_RATIO * e.compress_size for e in entries):
        raise _damaged()


def _damaged():
    return DatasetError("This archive is damaged or cut short: zip the folders anew.")


def _check_count(count, most, what):
    if count > most:
        raise DatasetError(
            f"This archive holds {count:,} {what} and the limit is {most:,}: leave some out."
        )


def _parts(entry):
    """Return the folders and the file of an entry's path."""
    path = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        # macOS writes UTF-8 without saying so, and zipfile takes it for the characters of DOS.
        with suppress(UnicodeError):
            path = path.encode("cp437").decode("utf-8")
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))


def _is_junk(parts):
    """Whether it is what a system adds unasked."""
    folders, name = {part.lower() for part in parts[:-1]}, parts[-1].lower()
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return bool(hidden or folders & _JUNK_FOLDERS or name in _JUNK_FILES)


def _why_not(entry, parts, limits):
    """Say why an entry is not even opened, or return an empty text."""
    if ".." in parts:
        return "Its path leads out of the archive."
    if len(parts) - 1 > limits.depth:
        return f"It lies more than {limits.depth} folders deep."
    if entry.flag_bits & _ENCRYPTED:
        return "It is encrypted: zip the folders without a password."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "It is packed in a way that is not read here: zip the folders as usual."
    if entry.file_size > MAX_BYTES:
        size = entry.file_size / MB
        return f"It is {size:.1f} MB and the limit is {MAX_BYTES // MB}: save the picture smaller."
    if entry.file_size > _FREE_BYTES + _LARGEST_PICTURE_RATIO * entry.compress_size:
        return "It unpacks to far more than a picture does."
    return ""


def _without_common_folder(members):
    """Take a folder off that all share, as long as most files then still lie in one."""
    while members and all(member.folders for member in members):
        tops = Counter(member.folders[0] for member in members)
        deeper = sum(len(member.folders) > 1 for member in members)
        if len(tops) > 1 or 2 * deeper <= len(members):
            break
        members = [_Member(one.entry, one.folders[1:], one.name) for one in members]
    return members


def _shown(path):
    """Return a path that can be read: printable, its end where it is long."""
    path = clean_name(path, 10**4)
    return path if len(path) <= _LONGEST_PATH else f"…{path[1 - _LONGEST_PATH :]}"
