import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vizcore.nets.dataset import DatasetError
from vizcore.nets.npz import STANDARD, Limits, NpzReader

sys.path.insert(0, str(Path(__file__).parent))
from archives import deflated_zeros, entry, npy, npy_claiming, npz, zipped  # noqa: E402

SMALL = npy(np.uint8([[1, 2, 3], [4, 5, 6]]))


def contents(source, limits=STANDARD):
    with NpzReader(source, limits) as reader:
        return {name: reader.read(name) for name in reader.headers}


def refusal(source, limits=STANDARD):
    """Give the one sentence with which a file is refused."""
    with pytest.raises(DatasetError) as error:
        contents(source, limits)
    text = str(error.value)
    assert text[0].isupper() and text.endswith(".") and len(text) < 260 and "\n" not in text
    return text


# --- what NumPy wrote ----------------------------------------------------------------------


@given(
    hnp.arrays(
        st.one_of(
            *(hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.boolean_dtypes()),
            hnp.floating_dtypes(sizes=(16, 32, 64)),
            hnp.unicode_string_dtypes(max_len=9),
        ),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    ),
    st.booleans(),
    st.sampled_from([np.savez, np.savez_compressed]),
)
def test_what_numpy_saved_is_read_back(array, transposed, save):
    array = array.T if transposed else array
    file = io.BytesIO()
    save(file, some_name=array, other=np.arange(3))
    read = contents(file.getvalue())
    assert [*read] == ["some_name", "other"]
    assert read["some_name"].dtype == array.dtype and read["some_name"].shape == array.shape
    assert np.array_equal(read["some_name"], array, equal_nan=array.dtype.kind == "f")
    assert read["some_name"].flags.writeable


def test_bytes_and_paths_are_one(tmp_path):
    (tmp_path / "a.npz").write_bytes(npz(a=np.eye(2)))
    data = npz(a=np.eye(2))
    for source in (data, bytearray(data), memoryview(data), tmp_path / "a.npz"):
        assert contents(source)["a"].tolist() == [[1, 0], [0, 1]]
    assert contents(str(tmp_path / "a.npz")).keys() == {"a"}


def test_only_headers_are_read_before_an_array_is_asked_for():
    spoilt = bytearray(npz(good=np.arange(5), bad=np.random.default_rng(0).random(9000)))
    spoilt[len(spoilt) // 2] ^= 0xFF
    with NpzReader(spoilt) as reader:
        assert reader.headers["bad"].shape == (9000,) and reader.headers["bad"].nbytes == 72_000
        assert reader.read("good").tolist() == [0, 1, 2, 3, 4]
        with pytest.raises(DatasetError, match="damaged"):
            reader.read("bad")


# --- what nobody's NumPy wrote -------------------------------------------------------------


def test_the_builder_of_hostile_files_can_build_an_honest_one():
    honest = zipped(entry("x.npy", SMALL), entry("y.npy", SMALL, method=0))
    assert {name: array.tolist() for name, array in contents(honest).items()} == {
        "x": [[1, 2, 3], [4, 5, 6]],
        "y": [[1, 2, 3], [4, 5, 6]],
    }
    by_hand = npy_claiming((2, 2), data=b"abcd", fortran=True)
    assert contents(zipped(entry("x.npy", by_hand)))["x"].tolist() == [[97, 99], [98, 100]]


@pytest.mark.parametrize(
    "name",
    [
        *("../x.npy", "/etc/x.npy", "a/x.npy", "..\\x.npy", "C:x.npy", "x.npy\0.txt", "x.txt"),
        *("x", ".npy", "1.npy", "x.npy/", "x y.npy", "é.npy", "x" * 300 + ".npy", "x.npy.npy"),
        "\x1b[31m.npy",
    ],
)
def test_names_that_are_no_plain_names_are_refused(name):
    text = refusal(zipped(entry(name, SMALL, flags=0x800)))
    assert "plain names" in text and text.isprintable()


def test_two_arrays_of_one_name_are_refused():
    assert "holds x twice" in refusal(zipped(entry("x.npy", SMALL), entry("x.npy", SMALL)))


def test_a_name_that_differs_between_directory_and_member_is_refused():
    assert "damaged" in refusal(zipped(entry("x.npy", SMALL, local_name=b"y.npy")))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (npy(np.array([{}, []], object)), "pickle"),
        (npy_claiming((2,), "|O", b"cos\nsystem\n"), "pickle"),
        (npy_claiming((2,), [("a", "|u1"), ("b", "|O")], bytes(2)), "pickle"),
        (npy(np.zeros(2, [("a", "u1"), ("b", "f4")])), "whole or real numbers"),
        (npy(np.zeros(2, complex)), "whole or real numbers"),
        (npy(np.zeros(2, "M8[s]")), "whole or real numbers"),
        (npy(np.zeros(2, np.longdouble)), "whole or real numbers"),
        (npy(np.zeros(1, "U4000")), "whole or real numbers"),
        (npy_claiming((2,), "|V1", bytes(2)), "whole or real numbers"),
        (npy_claiming((-1,)), "shape"),
        (npy_claiming((True,), data=b"x"), "shape"),
        (npy(np.zeros((1, 1, 1, 1, 1))), "shape"),
        (npy_claiming((3,), data=b"ab"), "another length"),
        (npy_claiming((1,), data=b"ab"), "another length"),
        (npy_claiming((10**300,)), "another length"),
        (npy_claiming((2**40, 2**40, 0)), "damaged"),
        (npy_claiming("(2,)*3"), "damaged"),
        (npy_claiming("__import__('os')"), "damaged"),
        (npy_claiming("(" * 300), "damaged"),
        (npy_claiming((2,), "nonsense"), "damaged"),
        (npy_claiming((2,), version=(3, 0), data=b"ab"), "damaged"),
        (npy_claiming((2,), version=(9, 9), data=b"ab"), "damaged"),
        (b"\x93NUMPY\1\0\xff\xff{", "damaged"),
        (b"", "damaged"),
        (b"plain text, and no array", "damaged"),
    ],
)
def test_headers_that_claim_what_no_dataset_has(data, word):
    assert word in refusal(zipped(entry("x.npy", data)))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "in a way that NumPy does not"),
        ({"method": 14}, "in a way that NumPy does not"),
        ({"crc": 7}, "damaged"),
        ({"size": 5}, "damaged"),
        ({"size": len(SMALL) - 1}, "damaged"),
        ({"size": len(SMALL) + 1}, "another length"),
        ({"size": 2**32 - 1}, "unpacked"),
        ({"packed": b"no deflated stream"}, "damaged"),
        ({"packed": b""}, "damaged"),
    ],
)
def test_members_that_lie_about_themselves(changes, word):
    assert word in refusal(zipped(entry("x.npy", SMALL, **changes)))


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (b"", "no .npz archive"),
        (b"PK", "no .npz archive"),
        (b"\x93NUMPY\1\0", "no .npz archive"),
        (npy(np.eye(2)), "no .npz archive"),
        (b"MZ" + npz(a=np.eye(2)), "no .npz archive"),
        (b"PK\3\4", "damaged"),
        (b"PK\3\4" + bytes(100), "does not end"),
        (npz(a=np.eye(2)) + b"more", "does not end"),
        (zipped(entry("x.npy", SMALL), comment=b"hello"), "does not end"),
        (npz(a=np.eye(2))[:-2] + b"\5\0", "does not end"),
    ],
)
def test_files_that_are_no_archives(source, word):
    assert word in refusal(source)


def test_every_shortened_file_is_refused():
    whole = npz(x=np.arange(20), y=np.eye(3))
    for length in range(len(whole)):
        refusal(whole[:length])


@pytest.mark.parametrize("change", [1, 2, 128, 255])
def test_a_changed_byte_is_harmless_or_refused(change):
    whole = npz(x=np.arange(20), y=np.eye(3))
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= change
        try:
            read = contents(bytes(changed))
        except DatasetError:
            continue
        assert sum(array.nbytes for array in read.values()) == 20 * 8 + 9 * 8


def test_a_directory_of_millions_is_refused_before_it_is_read():
    many = zipped(*(entry(f"x{number}.npy", SMALL) for number in range(17)))
    assert "at most 16 arrays" in refusal(many)
    assert "at most 2 arrays" in refusal(npz(a=1, b=2, c=3), Limits(arrays=2))
    assert len(contents(npz(a=1, b=2, c=3), Limits(arrays=3))) == 3
    # One long record in the directory, which no count gives away.
    bare = bytearray(zipped(entry("x.npy", SMALL)))
    bare[-10:-6] = struct.pack("<L", 2**31)
    assert "at most 16 arrays" in refusal(bytes(bare))


def test_the_wider_records_of_large_archives_are_refused():
    whole = npz(a=np.eye(2))
    locator = b"PK\6\7" + bytes(16)
    assert "at most 16 arrays" in refusal(whole[:-22] + locator + whole[-22:])


def test_limits_are_met_exactly():
    data = npz(a=np.zeros(1000, np.uint8))
    assert len(contents(data, Limits(file_bytes=len(data), array_bytes=1128))["a"]) == 1000
    assert "the limit is" in refusal(data, Limits(file_bytes=len(data) - 1))
    assert "unpacked" in refusal(data, Limits(array_bytes=1127))
    two = npz(a=np.zeros(1000, np.uint8), b=np.zeros(1000, np.uint8))
    assert "unpacked" in refusal(two, Limits(array_bytes=2000))


def test_what_is_no_file_is_refused(tmp_path):
    assert "no file 'x.npz'" in refusal(tmp_path / "x.npz")
    assert "no file" in refusal(tmp_path)


# --- bombs, where memory is short ----------------------------------------------------------

# Reads the files named, in 200 MB; what a careless reader does with the first must fail there.
SHORT_OF_MEMORY = """
import resource, sys, zipfile
import numpy as np
from vizcore.nets.dataset import DatasetError
from vizcore.nets.npz import NpzReader

taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 200 * 2**20,) * 2)
try:
    zipfile.zlib.decompress(open(sys.argv[1], "rb").read(), -15)
    raise SystemExit("the limit does not hold")
except MemoryError:
    pass
for path in sys.argv[2:]:
    try:
        with NpzReader(path) as reader:
            [reader.read(name) for name in reader.headers]
        print("read")
    except DatasetError as error:
        print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is told by Linux only")
def test_bombs_are_refused_where_memory_is_short(tmp_path):
    claimed = npy_claiming((100_000,))
    swelling = deflated_zeros(claimed, 1500)
    endless_header = deflated_zeros(b"\x93NUMPY\2\0\xff\xff\xff\x7f", 1500)
    name, record, fields = entry("x.npy", claimed, packed=swelling, size=len(claimed) + 100_000)
    half = npy_claiming((2**29,))
    zeros = deflated_zeros(half, 512)
    bombs = {
        "swells": zipped((name, record, fields)),
        "overlaps": zipped(
            (name, record, fields), *[(f"x{n}.npy".encode(), b"", fields) for n in range(9)]
        ),
        "header": zipped(entry("x.npy", b"", packed=endless_header, size=2**30)),
        "claims": zipped(entry("x.npy", npy_claiming((2**40,)), size=2**32 - 1)),
        "claims more than it holds": zipped(entry("x.npy", half, size=len(half) + 2**29)),
        "claims to be longer": zipped(
            entry("x.npy", half, size=len(half) + 2**29, packed_size=2**29)
        ),
        "zeros": zipped(entry("x.npy", half, packed=zeros, size=len(half) + 2**29)),
        "directory": zipped(*[entry("x.npy", b"")] * 400_000),
    }
    (tmp_path / "stream").write_bytes(swelling)
    for number, bomb in enumerate(bombs.values()):
        (tmp_path / f"{number}.npz").write_bytes(bomb)
    files = [str(tmp_path / f"{number}.npz") for number in range(len(bombs))]
    run = subprocess.run(
        [sys.executable, "-c", SHORT_OF_MEMORY, str(tmp_path / "stream"), *files],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    said = dict(zip(bombs, run.stdout.splitlines(), strict=True))
    assert all("damaged" in said[bomb] for bomb in ("swells", "overlaps", "header"))
    assert "damaged" in said["claims more than it holds"]
    assert "damaged" in said["claims to be longer"]
    assert "unpacked" in said["claims"]
    assert "not so much memory left" in said["zeros"] and "at most 16" in said["directory"]
