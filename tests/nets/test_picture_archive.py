import io
import struct
import sys
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizcore.imaging import to_jpeg, to_png
from vizcore.nets.dataset import DatasetError
from vizcore.nets.picture_archive import Found, Limits, PictureArchive, Skipped, clean_name

sys.path.insert(0, str(Path(__file__).parent))
from archives import deflated, deflated_zeros, entry, zipped  # noqa: E402

RED, BLUE = np.uint8([[[200, 0, 0]] * 3] * 2), np.uint8([[[0, 0, 200]] * 3] * 2)
PNG = to_png(RED)


def archive(files, **options):
    """Zip files by their paths, as an honest program does."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for path, data in files.items():
            made.writestr(path, data)
    return buffer.getvalue()


def read(data, **limits):
    """The pictures by class, and what was skipped."""
    classes, skipped = {}, {}
    for one in PictureArchive(data, Limits(**limits)):
        if isinstance(one, Found):
            classes.setdefault(one.class_name, []).append(one.name)
        else:
            skipped[one.name] = one.why
    return classes, skipped


# ---- Honest archives ----


def test_a_folder_is_a_class_and_every_picture_is_exact():
    made = archive({"cat/1.png": PNG, "cat/2.png": to_png(BLUE), "dog/a.png": to_png(BLUE)})
    found = [*PictureArchive(made)]
    assert [(one.class_name, one.name) for one in found] == [
        ("cat", "1.png"), ("dog", "a.png"), ("cat", "2.png"),
    ]  # fmt: skip
    for one, pixels in zip(found, (RED, BLUE, BLUE), strict=True):
        np.testing.assert_array_equal(one.pixels, pixels)


def test_its_length_is_what_there_is_to_tell():
    made = PictureArchive(archive({"cat/1.png": PNG, "cat/n.txt": b"no", "2.png": PNG}))
    assert len(made) == len([*made]) == 3


@pytest.mark.parametrize(
    ("paths", "classes"),
    [
        (["pets/cat/1.png", "pets/dog/2.png"], {"cat", "dog"}),
        (["a/b/cat/1.png", "a/b/dog/2.png"], {"cat", "dog"}),
        (["cat/1.png", "cat/2.png"], {"cat"}),
        (["pets/cat/1.png", "pets/cat/2.png"], {"cat"}),
        (["cat/kittens/1.png", "cat/2.png", "dog/3.png"], {"cat", "dog"}),
        (["cat/1.png", "cat/2.png", "cat/kittens/3.png"], {"cat"}),
        (["./cat/1.png", "/dog/2.png"], {"cat", "dog"}),
        (["cat\\1.png", "dog\\2.png"], {"cat", "dog"}),
    ],
)
def test_the_folder_that_holds_all_others_is_no_class(paths, classes):
    made = zipped(*(entry(path, PNG) for path in paths))
    found, skipped = read(made)
    assert ({*found}, skipped) == (classes, {})
    assert sum(map(len, found.values())) == len(paths)


def test_what_systems_add_unasked_is_not_even_mentioned():
    junk = ["__MACOSX/cat/._1.png", "cat/.DS_Store", "cat/Thumbs.db", ".git/x.png", "desktop.ini"]
    made = archive({"cat/1.png": PNG, "dog/2.png": PNG, **dict.fromkeys(junk, b"junk")})
    assert read(made) == ({"cat": ["1.png"], "dog": ["2.png"]}, {})


def test_empty_folders_are_passed_over():
    made = zipped(entry("cat/", b"", method=0), entry("cat/1.png", PNG))
    assert read(made) == ({"cat": ["1.png"]}, {})


@pytest.mark.parametrize("says_utf8", [True, False])
def test_names_in_any_alphabet_come_as_they_are(says_utf8):
    """As zipfile writes them; and as macOS does: UTF-8 in parts, without saying so."""
    written = "Kätzchen" if says_utf8 else unicodedata.normalize("NFD", "Kätzchen")
    made = zipped(entry(f"{written}/é.png".encode(), PNG, flags=0x800 if says_utf8 else 0))
    assert read(made) == ({"Kätzchen": ["é.png"]}, {})


def test_names_of_dos_are_read_as_such():
    made = zipped(entry("Kätzchen/1.png".encode("cp437"), PNG))
    assert [*read(made)[0]] == ["Kätzchen"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("<b>cat</b>".replace("/", ""), "<b>cat<b>"),
        ("a\u202etac", "a tac"),
        ("a  b\tc\n", "a b c"),
        ("x" * 99, "x" * 40),
        ("\u200b", "?"),
    ],
)
def test_a_class_has_a_plain_short_printable_name(folder, name):
    made = zipped(entry(f"{folder}/1.png".encode(), PNG, flags=0x800))
    assert [*read(made)[0]] == [name]


def test_folders_that_are_called_alike_are_one_class():
    made = archive({"cat/1.png": PNG, "cat /2.png": PNG, "dog/3.png": PNG})
    assert read(made)[0] == {"cat": ["1.png", "2.png"], "dog": ["3.png"]}


@given(st.text())
def test_a_name_is_never_empty_long_or_in_two_lines(text):
    name = clean_name(text)
    assert 1 <= len(name) <= 40 and name.isprintable() and name == name.strip()
    assert clean_name(name) == name


# ---- What is skipped, and why ----


def test_a_bad_picture_is_named_and_the_rest_is_kept():
    made = archive(
        {
            "cat/1.png": PNG,
            "cat/torn.jpg": to_jpeg(RED)[:99],
            "cat/notes.txt": b"Meow.",
            "cat/empty.png": b"",
            "2.png": PNG,
            "dog/3.png": PNG,
        }
    )
    classes, skipped = read(made)
    assert classes == {"cat": ["1.png"], "dog": ["3.png"]}
    assert [*skipped] == ["2.png", "cat/torn.jpg", "cat/notes.txt", "cat/empty.png"]
    assert "no folder" in skipped["2.png"] and "JPEG file is damaged" in skipped["cat/torn.jpg"]
    assert "empty" in skipped["cat/empty.png"]
    assert all(why.endswith(".") and "\n" not in why for why in skipped.values())


BIG = b"BM" + bytes(10 * 2**20)
FLAT = b"BM" + bytes(2**20)
STRANGE = {
    "cat/../../../etc/passwd.png": (entry("cat/../../../etc/passwd.png", PNG), "out of the"),
    "deep": (entry("a/" * 9 + "x.png", PNG), "more than 8 folders deep"),
    "cat/secret.png": (entry("cat/secret.png", PNG, flags=1), "encrypted"),
    "cat/lzma.png": (entry("cat/lzma.png", PNG, packed=PNG, method=14), "packed in a way"),
    "cat/big.bmp": (entry("cat/big.bmp", BIG), "10.0 MB and the limit is 10"),
    "cat/flat.bmp": (
        entry("cat/flat.bmp", FLAT, packed=deflated_zeros(b"BM", 1)),
        "far more than a picture",
    ),
    "cat/crc.png": (entry("cat/crc.png", PNG, crc=1), "damaged in the archive"),
    "cat/other.png": (entry("cat/other.png", PNG, local_name=b"dog/9.png"), "damaged in the"),
    "cat/cut.png": (entry("cat/cut.png", PNG, packed=deflated(PNG)[:-9]), "damaged in the"),
    "cat/longer.png": (entry("cat/longer.png", PNG, size=len(PNG) - 9), "damaged"),
    "cat/nested.zip": (entry("cat/nested.zip", archive({"x.png": PNG})), "picture"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_strange_is_skipped_in_a_sentence(case):
    strange, said = STRANGE[case]
    made = zipped(entry("cat/1.png", PNG), strange, entry("dog/2.png", PNG))
    classes, skipped = read(made)
    assert classes == {"cat": ["1.png"], "dog": ["2.png"]}
    ((name, why),) = skipped.items()
    assert said in why and why.endswith(".")
    assert name == case or case == "deep"


def test_a_path_is_shown_in_print_and_by_its_end():
    path = f"cat/{'x' * 300}\x1b[31m.txt"
    (name,) = read(zipped(entry(path.encode(), b"no"), entry("cat/1.png", PNG)))[1]
    assert len(name) == 80 and name.startswith("…x") and name.endswith("x [31m.txt")


def test_too_much_to_decode_leaves_no_class_out():
    files = {f"{kind}/{i}.png": PNG for kind in ("cat", "dog") for i in range(4)}
    classes, skipped = read(archive(files), effort=5 * 6)
    assert {kind: len(names) for kind, names in classes.items()} == {"cat": 3, "dog": 2}
    assert len(skipped) == 3
    assert all("too large together" in why for why in skipped.values())


def test_too_long_a_time_ends_the_reading():
    made = archive({f"cat/{i}.png": PNG for i in range(4)})
    classes, skipped = read(made, seconds=0)
    assert classes == {"cat": ["0.png"]}
    assert all("too large together" in why for why in skipped.values()) and len(skipped) == 3


# ---- What is refused as a whole ----


def claims_millions():
    made = bytearray(archive({"cat/1.png": PNG}))
    struct.pack_into("<L", made, len(made) - 10, 2**31)
    return bytes(made)


def overlapping(count=60):
    """Entries that all name the same bytes (D. Fifield, A better zip bomb, 2019)."""
    packed = deflated(bytes(2**20))
    one = entry("cat/1.png", bytes(2**20), packed=packed)
    body, directory = one[1], b""
    for _ in range(count):
        place = struct.pack("<5H2L", len(one[0]), 0, 0, 0, 0, 0, 0)
        directory += b"PK\1\2\x14\0" + one[2] + place + one[0]
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0
    )  # fmt: skip
    return body + directory + end


WHOLE = {
    "text": (b"hello", "no ZIP archive"),
    "nothing": (b"", "no ZIP archive"),
    "cut": (archive({"cat/1.png": PNG})[:-7], "damaged or cut short"),
    "begin": (b"PK\3\4", "damaged or cut short"),
    "empty": (archive({}), "no folder of pictures"),
    "loose": (archive({"1.png": PNG}), "no folder of pictures"),
    "junk": (archive({"__MACOSX/1.png": PNG}), "no folder of pictures"),
    "claim": (claims_millions(), "lists more than"),
    "lie": (zipped(entry("cat/1.png", PNG, size=2**31)), "over a million|2,048 MB unpacked"),
    "ratio": (zipped(entry("cat/1.png", PNG, size=2**26)), "damaged or cut short"),
    "overlap": (overlapping(), "damaged or cut short"),
    "large": (archive({f"cat/{i}.bmp": bytes(2**20) for i in range(65)}), "65 MB unpacked"),
    "many": (archive({f"cat/{i}.png": PNG for i in range(1001)}), "1,001 files .* limit is 1,000"),
    "entries": (archive({f"cat/{i}.png": b"" for i in range(4097)}), "more than 4,096 files"),
    "classes": (archive({f"{i}/1.png": PNG for i in range(21)}), "21 folders .* limit is 20"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_an_archive_that_cannot_be_used_is_refused_in_a_sentence(case):
    data, said = WHOLE[case]
    with pytest.raises(DatasetError, match=said) as told:
        PictureArchive(data)
    assert str(told.value).endswith(".") and "\n" not in str(told.value)


def test_a_large_archive_is_refused_unread():
    with pytest.raises(DatasetError, match="This archive is 2 MB and the limit is 1"):
        PictureArchive(bytes(2**20 + 1), Limits(file_bytes=2**20))


def test_a_bomb_takes_no_memory():
    """A file of 1 GB that claims to be a picture of 3 KB: no more than the claim is unpacked."""
    bomb = deflated_zeros(PNG, 1024)
    made = zipped(entry("cat/1.png", PNG, packed=bomb), entry("dog/2.png", PNG))
    tracemalloc.start()
    try:
        classes, _ = read(made)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "dog" in classes and peak < len(made) + 8 * 2**20


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_raises_nothing_else(data):
    made = bytearray(archive({"cat/1.png": PNG, "dog/2.jpg": to_jpeg(BLUE), "dog/n.txt": b"n"}))
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = [*PictureArchive(bytes(made))]
    except DatasetError:
        return
    assert all(isinstance(one, Found | Skipped) for one in found)
