"""Files named .keras: honest ones are read, all others refused in a sentence."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import drawn_network

from vizcore.nets import model_archive, model_files
from vizcore.nets.architectures import PRESETS, preset
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.model_files import ModelFileError, read_model_file
from vizcore.nets.preparation import Preparation

sys.path.insert(0, str(Path(__file__).parent))
from archives import zipped  # noqa: E402
from hostile_models import CANARY, CURIOUS, HOSTILE  # noqa: E402
from keras_files import (  # noqa: E402
    ARRAYS,
    CONFIG,
    conv,
    dense,
    file_of,
    flatten,
    h5,
    honest,
    keras_file,
    layer,
    members,
    sequential,
    start,
    stored,
)

ROOT = Path(__file__).parents[2]
WHOLE, PARTS = honest(), members()


def refusal(data):
    """Give the one sentence with which a file is refused."""
    with pytest.raises(ModelFileError) as error:
        read_model_file(data)
    text = str(error.value)
    assert text[0].isupper() and text.endswith(".") and len(text) < 450 and "\n" not in text
    assert text.isprintable() and "<" not in text
    return text


# ---- Honest files ----


def test_an_honest_file_is_read():
    read = read_model_file(honest())
    assert read.title == "honest" and read.preparation is None
    assert read.architecture.to_text() == "8x8x1-conv_4_3-relu-flatten-dense_3-softmax"
    assert {name: [*own] for name, own in read.weights.items()} == {
        "conv1": ["kernel", "bias"],
        "dense1": ["kernel", "bias"],
    }
    for name, part, place in (
        ("conv1", "kernel", "conv2d/vars/0"),
        ("conv1", "bias", "conv2d/vars/1"),
        ("dense1", "kernel", "dense/vars/0"),
        ("dense1", "bias", "dense/vars/1"),
    ):
        np.testing.assert_array_equal(read.weights[name][part], ARRAYS[f"layers/{place}"])


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "alexnet"])
def test_every_preset_is_read_with_its_weights(name):
    drawn = drawn_network(PRESETS[name].text)
    read = read_model_file(file_of(drawn))
    assert read.architecture == preset(name)
    assert {*read.weights} == {*drawn.weights}
    for node, own in drawn.weights.items():
        for part, array in own.items():
            mine = read.weights[node][part]
            assert mine.dtype == np.float32 and mine.flags.writeable and mine.flags.aligned
            np.testing.assert_array_equal(mine, array, err_msg=f"{node} {part}")


def test_a_depthwise_kernel_is_turned_as_our_operations_want_it():
    drawn = drawn_network("9x8x4-depthwise_3-residual_8_s2-flatten-dense_2")
    read = read_model_file(file_of(drawn))
    x = np.random.default_rng(0).random((9, 8, 4), np.float32)
    mine, wanted = (forward_pass(drawn.graph, one.weights, x) for one in (read, drawn))
    assert {name: one.tobytes() for name, one in mine.items()} == {
        name: one.tobytes() for name, one in wanted.items()
    }


def test_the_weights_do_not_hold_on_to_the_file():
    data = bytearray(honest())
    read = read_model_file(bytes(data))
    for own in read.weights.values():
        for array in own.values():
            assert array.base is None or array.base.nbytes == array.nbytes


def test_python_s_own_archives_are_read_alike():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in reversed(members().items()):
            archive.writestr(name, data)
    assert read_model_file(held.getvalue()).title == "honest"


@pytest.mark.parametrize(
    ("last", "outputs", "probabilities"),
    [
        ([flatten(), dense()], 3, True),
        ([flatten(), dense(activation="linear")], 3, False),
        ([flatten(), dense(activation="sigmoid")], 3, True),
        ([flatten(), dense(activation="relu")], 3, False),
        ([conv(4, 3, "more"), flatten(), dense(), layer("Dropout", "d", rate=0.5)], 3, False),
    ],
)
def test_what_comes_out_is_told(last, outputs, probabilities):
    config = sequential(start(), *last)
    side = 64 if len(last) == 2 else 144
    arrays = {
        "layers/dense/vars/0": np.zeros((side, 3), np.float32),
        "layers/dense/vars/1": np.zeros(3, np.float32),
    }
    arrays |= {k: v for k, v in ARRAYS.items() if "conv" in k and side == 144}
    read = read_model_file(keras_file(config, h5(arrays)))
    assert (read.outputs, read.gives_probabilities) == (outputs, probabilities)


def test_maps_that_come_out_are_no_classes():
    arrays = {name: one for name, one in ARRAYS.items() if "conv" in name}
    read = read_model_file(keras_file(sequential(start(), conv()), h5(arrays)))
    assert read.outputs is None and not read.gives_probabilities


def test_a_network_without_weights_is_read():
    read = read_model_file(keras_file(sequential(start(), flatten()), h5({})))
    assert read.weights == {}


def rescaled(scale, offset):
    rescaling = layer("Rescaling", "r", scale=scale, offset=offset)
    return keras_file(sequential(start(), rescaling, conv(), flatten(), dense()))


@pytest.mark.parametrize(
    ("scale", "offset"), [(1 / 255, 0), (1 / 127.5, -1), (1 / 128, -0.5), (1, 0), (0.5, 3.25)]
)
def test_rescaling_becomes_the_preparation(scale, offset):
    preparation = read_model_file(rescaled(scale, offset)).preparation
    levels = np.arange(256, dtype=np.uint8).reshape(-1, 1, 1, 1)
    wanted = levels.astype(np.float64) * scale + offset
    np.testing.assert_allclose(preparation.apply(levels), wanted, rtol=1e-6, atol=1e-6)


def test_the_usual_rescaling_is_no_preparation_but_ours():
    assert read_model_file(rescaled(1 / 255, 0)).preparation == Preparation()
    assert read_model_file(rescaled(1 / 127.5, -1)).preparation == Preparation(
        mean=(0.5,), spread=(0.5,)
    )


# ---- Hostile files ----


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_runs_nothing(kind):
    CANARY.unlink(missing_ok=True)
    said = refusal(HOSTILE[kind]())
    assert not CANARY.exists()
    # For what is wrong with it, not for what happens to be wrong as well.
    if not kind.startswith("archive"):
        assert ("weights" in said) == kind.startswith("weights")


@pytest.mark.parametrize("kind", CURIOUS)
def test_what_a_file_says_besides_is_passed_over(kind):
    CANARY.unlink(missing_ok=True)
    read, plain = read_model_file(CURIOUS[kind]()), read_model_file(honest())
    assert read.architecture == plain.architecture
    np.testing.assert_array_equal(
        read.weights["dense1"]["kernel"], plain.weights["dense1"]["kernel"]
    )
    assert not CANARY.exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("archive: a PNG", "no Keras model"),
        ("archive: a pickle", "no Keras model"),
        ("archive: cut short by a byte", "damaged or cut short"),
        ("archive: a bomb for weights", "not as Keras packs a model"),
        ("archive: a wrong checksum of the weights", "weights are damaged"),
        ("description: a Lambda", "'lambda' (Lambda) is none of those that are read"),
        ("description: a network in the network", "'inner' (Sequential) is none of those"),
        ("description: units: 99,999 twice", "10,006,399,935 parameters"),
        ("description: an input of 1024×1024×4096", "numbers to compute"),
        ("description: kernel: 999 over 1024×1024", "products to compute"),
        ("description: a pooling that looks at all, everywhere", "products to compute"),
        ("description: NaN", "config.json holds NaN"),
        ("description: a name twice", "config.json says 'units' twice"),
        ("description: another version", "saved by Keras '2.13.1'"),
        ("weights: an external link", "has something else where a group belongs"),
        ("weights: a soft link", "has links instead of arrays"),
        ("weights: an array in another file", "elsewhere than in one piece"),
        ("weights: a bomb of gzip", "keeps an array packed"),
        ("weights: float64", "no 32-bit floats"),
        ("weights: another shape", "'dense' (Dense) are not those that its description asks for"),
        ("weights: not a number", "'dense' (Dense) are not finite"),
        ("weights: a tree of one node", "holds more than a network's weights"),
        ("weights: a description without end", "holds more than a network's weights"),
    ],
)
def test_the_sentence_says_what_is_wrong(kind, said):
    assert said in refusal(HOSTILE[kind]())


def test_limits_are_met_exactly(monkeypatch):
    data = honest()
    # 3·3·1·4 + 4 and 144·3 + 3; the input, two of 6·6·4 twice, its row, and two of 3.
    for name, least in (("MOST_PARAMETERS", 475), ("MOST_NUMBERS", 64 + 3 * 144 + 2 * 3)):
        monkeypatch.setattr(model_files, name, least)
        read_model_file(data)
        monkeypatch.setattr(model_files, name, least - 1)
        assert f"{least} " in refusal(data)
        monkeypatch.setattr(model_files, name, 10**9)
    monkeypatch.setattr(model_archive, "MOST_BYTES", len(data))
    read_model_file(data)
    monkeypatch.setattr(model_archive, "MOST_BYTES", len(data) - 1)
    assert "larger than" in refusal(data)


def test_every_shortened_file_is_refused():
    for length in range(0, len(WHOLE), 3):
        refusal(WHOLE[:length])


# ---- Changed bytes: with the archive's own checksums, and without ----


def changed(data, changes):
    data = bytearray(data)
    for place, value in changes:
        data[place % len(data)] = value
    return bytes(data)


changes = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 2, 127, 128, 255])),
    ),
    min_size=1,
    max_size=6,
)


def read_or_refused(data):
    try:
        read = read_model_file(data)
    except ModelFileError as error:
        assert str(error).isprintable()
        return
    assert sum(one.nbytes for own in read.weights.values() for one in own.values()) < 10**5


@settings(max_examples=300)
@given(changes)
def test_a_file_with_changed_bytes_is_read_or_refused(changes):
    read_or_refused(changed(WHOLE, changes))


@pytest.mark.parametrize("name", PARTS)
@settings(max_examples=300)
@given(changes)
def test_a_member_with_changed_bytes_is_read_or_refused(name, changes):
    parts = {**PARTS, name: changed(PARTS[name], changes)}
    read_or_refused(zipped(*(stored(*pair) for pair in parts.items())))


def test_one_changed_byte_is_noticed_wherever_it_is_read():
    plain = read_model_file(WHOLE)
    for place in range(0, len(WHOLE), 19):
        flipped = changed(WHOLE, [(place, WHOLE[place] ^ 0x55)])
        try:
            read = read_model_file(flipped)
        except ModelFileError:
            continue
        assert read.architecture == plain.architecture
        for node, own in plain.weights.items():
            for part, array in own.items():
                np.testing.assert_array_equal(read.weights[node][part], array)


# ---- Where memory is short ----

# Refuses the files named, in 50 MB; what a careless reader does with the first must fail there.
SHORT_OF_MEMORY = """
import resource, sys, zlib
from pathlib import Path
from vizcore.nets.model_files import ModelFileError, read_model_file

files = [Path(path).read_bytes() for path in sys.argv[1:]]
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 50 * 2**20,) * 2)
try:
    zlib.decompress(files[0], -15)
    raise SystemExit("the limit does not hold")
except MemoryError:
    pass
for data in files[1:]:
    try:
        read_model_file(data)
        print("read")
    except ModelFileError as error:
        print("refused:", error)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is told by Linux only")
def test_hostile_files_are_refused_where_memory_is_short(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    swelling = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
    (tmp_path / "stream").write_bytes(swelling)
    for number, make in enumerate(HOSTILE.values()):
        (tmp_path / str(number)).write_bytes(make())
    files = [str(tmp_path / name) for name in ("stream", *map(str, range(len(HOSTILE))))]
    run = subprocess.run(
        [sys.executable, "-c", SHORT_OF_MEMORY, *files], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    said = dict(zip(HOSTILE, run.stdout.splitlines(), strict=True))
    assert {kind: one for kind, one in said.items() if not one.startswith("refused: ")} == {}


def test_neither_keras_nor_the_hdf5_library_reads_a_file(monkeypatch):
    monkeypatch.setattr(h5py, "File", None)
    monkeypatch.setitem(sys.modules, "keras", None)
    assert read_model_file(WHOLE).title == "honest"


def test_the_stand_in_says_the_same_as_python_s_archives():
    assert struct.unpack("<L", honest()[14:18])[0] == zlib.crc32(members()["metadata.json"])
    assert read_model_file(keras_file(CONFIG)).architecture.input == (8, 8, 1)
