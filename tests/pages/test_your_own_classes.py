import io
import json
import struct
import sys
import zipfile
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from made_runs import finished_run
from streamlit.testing.v1 import AppTest

from vizcore.compute import visitor_of
from vizcore.compute.jobs import open_jobs
from vizcore.export.permalink import from_query
from vizcore.imaging import decode_image, to_png
from vizcore.nets import own_datasets, transfer
from vizcore.nets.datasets import load_dataset
from vizcore.nets.layouts import read_dataset
from vizcore.nets.own_classes import Making, Picture, dataset_of, made_of
from vizcore.ui.own_class_list import as_npz
from vizcore.ui.own_class_settings import OwnClassSettings
from vizcore.ui.own_class_words import PRIVACY
from vizcore.ui.train_settings import TrainSettings

sys.path.insert(0, str(Path(__file__).parents[1] / "nets"))
from archives import npz  # noqa: E402

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pages/your_own_classes.py"
STRANGER = "b" * 64


def png(level, high=40, wide=60):
    return to_png(np.full((high, wide, 3), level, np.uint8))


def pets(cats=6, dogs=6, **others):
    """An archive of pictures that all differ."""
    files = {f"cat/{i}.png": png(i) for i in range(cats)}
    files |= {f"dog/{i}.png": png(100 + i) for i in range(dogs)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in (files | others).items():
            archive.writestr(path, data)
    return buffer.getvalue()


def bring(at, *files):
    """Give the page's uploader a file, or several."""
    (uploader,) = at.file_uploader
    for name, data in files:
        uploader.upload(name, data)
    return at.run()


def text(at):
    return "\n".join(one.value for one in at.markdown)


def galleries(at):
    """The captions and the pictures of each gallery, by its label."""
    found = {}
    for one in at.main:
        key = getattr(one, "key", None) or ""
        if key == "own_classes.file" or key.startswith("own_classes.gallery"):
            blob = one.proto.bytes
            (size,) = struct.unpack("<I", blob[:4])
            header = json.loads(blob[4 : 4 + size])
            shape = [header[name] for name in ("count", "rows", "columns", "channels")]
            levels = np.frombuffer(blob[4 + size :], np.uint8).reshape(shape)
            found[header["label"]] = header["captions"], levels
    return found


def rows(at, head="| Class"):
    (found,) = [one.value for one in at.markdown if one.value.startswith(head)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found.splitlines()]


def owner(at):
    return visitor_of(at.session_state["visitor.token"])


def link(at, label):
    (found,) = [one for one in at.main.get("page_link") if one.proto.label == label]
    return found.proto


def press(at, key):
    return at.button(key=key).click().run()


# ---- Bringing pictures ----


def test_it_opens_empty_and_says_what_is_needed(page):
    at = page()
    assert not at.exception and not at.error and not at.warning
    assert [title.value for title in at.title] == ["Your own classes"]
    assert "at least 5 pictures a class" in text(at) and "None yet" in text(at)
    assert galleries(at) == {} and "own_classes.keep" not in [one.key for one in at.button]
    assert at.query_params == {}


def test_an_archive_is_shown_as_a_network_would_see_it(page):
    at = bring(page(), ("pets.zip", pets()))
    assert not at.exception and not at.error
    shown = galleries(at)
    assert [*shown] == ["Pictures of cat", "Pictures of dog"]
    captions, pictures = shown["Pictures of dog"]
    assert pictures.shape == (6, 32, 32, 3)
    assert pictures[:, 5, 5, 0].tolist() == [*range(100, 106)]
    assert [one.removesuffix(" · test") for one in captions] == [f"{i}.png" for i in range(6)]
    assert rows(at)[2:] == [
        ["cat", "5", "1", "6"], ["dog", "5", "1", "6"], ["**All**", "10", "2", "12"],
    ]  # fmt: skip


def test_the_pictures_that_wait_for_the_test_are_marked(page):
    at = bring(page(), ("pets.zip", pets()))
    made = made_of(
        {
            "cat": [Picture.of(f"{i}.png", decode_image(png(i))) for i in range(6)],
            "dog": [Picture.of(f"{i}.png", decode_image(png(100 + i))) for i in range(6)],
        },
        Making(),
    )
    waiting = {int(x[0, 0, 0]) for x in dataset_of(made, Making(), "").test.x}
    for captions, pictures in galleries(at).values():
        for caption, picture in zip(captions, pictures, strict=True):
            assert caption.endswith(" · test") == (int(picture[0, 0, 0]) in waiting)


def test_an_uploader_lets_go_of_what_was_taken_in(page):
    at = page()
    before = at.file_uploader[0].key
    bring(at, ("pets.zip", pets()))
    assert at.file_uploader[0].key != before and not at.file_uploader[0].value


def order(at):
    """The places on the page of what is said, and of the first gallery."""
    shown = [getattr(one, "value", None) or getattr(one, "key", "") or "" for one in at.main]
    return lambda start: next(i for i, one in enumerate(shown) if str(one).startswith(start))


def test_bad_pictures_are_listed_and_the_rest_is_kept(page):
    bad = {"cat/*x*.jpg": b"no picture", "loose.png": png(9)}
    at = bring(page(), ("pets.zip", pets(**bad)))
    assert "**12 pictures in 2 classes** (2 files skipped), as a network" in text(at)
    assert not at.expander
    assert "**cat\\/\\*x\\*\\.jpg**: " in text(at) and "**loose\\.png**: It lies in no" in text(at)
    assert rows(at)[-1][-1] == "12"
    place = order(at)
    assert place("**12 pictures") < place("Skipped:") < place("own_classes.gallery.0")


def test_many_bad_pictures_are_listed_in_part(page):
    bad = {f"cat/bad {i}.jpg": b"no picture" for i in range(7)}
    at = bring(page(), ("pets.zip", pets(**bad)))
    (more,) = at.expander
    assert more.label == "And 2 more"
    inside = text(more)
    assert [f"bad {i}\\.jpg" in inside for i in range(7)] == [False] * 5 + [True] * 2
    assert all(text(at).count(f"bad {i}\\.jpg") == 1 for i in range(7))


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"hello", "no ZIP archive"), (pets()[:-9], "damaged or cut short"), (b"", "no ZIP archive")],
)
def test_a_bad_archive_is_told_and_what_is_there_stays(page, data, said):
    at = bring(bring(page(), ("pets.zip", pets())), ("bad.zip", data))
    (error,) = at.error
    assert said in error.value and not at.exception
    assert rows(at)[-1][-1] == "12"
    bring(at, ("more.zip", pets(cats=7)))
    assert not at.error


def test_classes_are_named_one_by_one(page):
    at = page(way="classes")
    assert "First name the class" in text(at)
    at.text_input(key="own_classes.name").set_value(" *cat* ").run()
    bring(at, *((f"{i}.png", png(i)) for i in range(5)), ("bad.png", b"no"))
    assert "5 so far of “\\*cat\\*”" in text(at)
    assert "at least two" in at.warning[0].value and "**\\*cat\\*\\/bad\\.png**" in text(at)
    at.text_input(key="own_classes.name").set_value("dog").run()
    bring(at, *((f"{i}.png", png(100 + i)) for i in range(5)))
    assert not at.warning and [row[0] for row in rows(at)[2:]] == ["\\*cat\\*", "dog", "**All**"]
    assert [*galleries(at)] == ["Pictures of *cat*", "Pictures of dog"]


def test_the_camera_adds_shot_after_shot(page):
    at = page(way="classes")
    assert not at.camera_input
    at.text_input(key="own_classes.name").set_value("me").run()
    at.toggle(key="own_classes.camera").set_value(True).run()
    for i in range(3):
        (camera,) = at.camera_input
        assert camera.label == f"Picture {i + 1} of “me”" and not camera.value
        camera.set_value(("shot.jpg", png(i), "image/jpeg")).run()
    assert [one.removesuffix(" · test") for one in galleries(at)["Pictures of me"][0]] == [
        "shot 1", "shot 2", "shot 3",
    ]  # fmt: skip


X = np.random.default_rng(1).integers(0, 256, (12, 8, 9), np.uint8)
ARRAYS = {"x_train": X[:8], "y_train": np.arange(8) % 2, "x_test": X[8:], "y_test": [0, 1, 0, 1]}


def test_an_npz_is_taken_as_it_is_divided(page):
    at = bring(page(way="npz"), ("My things.npz", npz(**ARRAYS)))
    assert not at.exception and not at.error
    assert "**12 pictures in 2 classes**, 8 × 9 pixels, grey" in text(at)
    captions, pictures = galleries(at)["Training pictures"]
    assert captions == ["0"] * 4 + ["1"] * 4
    np.testing.assert_array_equal(pictures[..., 0], X[[0, 2, 4, 6, 1, 3, 5, 7]])
    assert rows(at)[2:] == [["0", "4", "2", "6"], ["1", "4", "2", "6"], ["**All**", "8", "4", "12"]]
    at.text_input(key="own_classes.file.1.1").set_value("d*g").run()
    assert galleries(at)["Training pictures"][0] == ["0"] * 4 + ["d*g"] * 4
    press(at, "own_classes.keep")
    (one,) = own_datasets.mine(owner(at))
    assert (one.title, one.class_names, one.counts) == ("My things", ("0", "d*g"), (6, 6))
    np.testing.assert_array_equal(load_dataset(one.name).test.x[..., 0], X[8:])
    settings = from_query(
        TrainSettings, dict(parse_qsl(link(at, "Train a network with it").query_string))
    )
    assert settings.network.input == (8, 9, 1) and settings.job().cost()


def test_a_bad_npz_is_told(page):
    at = bring(page(way="npz"), ("bad.npz", npz(**ARRAYS)[:-9]))
    assert "does not end" in at.error[0].value and not at.exception


# ---- Putting it right ----


def test_a_name_is_corrected(page):
    at = bring(page(), ("pets.zip", pets()))
    at.text_input(key="own_classes.called.cat").set_value("<b>tiger</b>").run()
    assert [row[0] for row in rows(at)[2:4]] == ["\\<b\\>tiger\\<\\/b\\>", "dog"]
    assert not at.exception and "<b>" not in text(at)
    at.text_input(key="own_classes.called.dog").set_value("<b>tiger</b>").run()
    assert "at least two" in at.warning[0].value


def test_pictures_and_classes_are_removed(page):
    at = bring(page(), ("pets.zip", pets(cats=7)))
    at.multiselect(key="own_classes.some.cat.7").set_value([0, 3]).run()
    press(at, "own_classes.remove.cat")
    assert galleries(at)["Pictures of cat"][1][:, 0, 0, 0].tolist() == [1, 2, 4, 5, 6]
    press(at, "own_classes.drop.dog")
    assert [*galleries(at)] == ["Pictures of cat"]
    next(one for one in at.button if one.label == "Start over").click().run()
    assert galleries(at) == {} and not at.exception


def test_what_is_there_twice_is_told(page):
    others = {"cat/again.png": png(2), "dog/cat.png": png(3)}
    at = bring(page(), ("pets.zip", pets(**others)))
    assert at.info[0].value.startswith("1 picture is there twice")
    assert "“again\\.png” is “2\\.png” (cat)" in at.info[0].value
    assert "“3\\.png” in cat and “cat\\.png” in dog" in at.warning[0].value
    assert [row[-1] for row in rows(at)[2:]] == ["6", "7", "13"]
    assert "**13 pictures in 2 classes** (1 more left out), as a network" in text(at)
    assert "6 pictures, 1 left out" in text(at)
    place, gallery = order(at), order(at)("own_classes.gallery.0")
    assert place("**13 pictures") < place("1 picture is there twice") < gallery
    assert place("A picture is in two classes") < gallery


def test_one_class_that_outweighs_the_other_is_told(page):
    at = bring(page(), ("pets.zip", pets(cats=12)))
    assert "“cat” has 2\\.0 times as many pictures as “dog”" in at.warning[0].value
    assert "own_classes.keep" in [one.key for one in at.button]


def test_too_few_pictures_are_told_and_cannot_be_kept(page):
    at = bring(page(), ("pets.zip", pets(dogs=4)))
    assert "“dog” has 4 pictures\\: each class needs at least 5" in at.warning[0].value
    assert "own_classes.keep" not in [one.key for one in at.button]


def test_every_setting_changes_what_is_shown_and_the_link(page):
    at = bring(page(), ("pets.zip", pets()))
    at.selectbox(key="your_own_classes.side").set_value(64).run()
    assert galleries(at)["Pictures of cat"][1].shape == (6, 64, 64, 3)
    at.selectbox(key="your_own_classes.framing").set_value("fit").run()
    at.slider(key="your_own_classes.fraction").set_value(50).run()
    assert [row[1:] for row in rows(at)[2:4]] == [["3", "3", "6"]] * 2
    before = [captions for captions, _ in galleries(at).values()]
    at.number_input(key="your_own_classes.seed").set_value(9).run()
    assert [captions for captions, _ in galleries(at).values()] != before
    assert at.query_params == {"side": "64", "framing": "fit", "fraction": "0.5", "seed": "9"}
    assert page(**at.query_params).session_state["your_own_classes.settings"] == OwnClassSettings(
        "zip", 64, "fit", 0.5, 9
    )


@pytest.mark.parametrize("query", [{"side": "31"}, {"way": "*mail*"}, {"fraction": "2"}])
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed\\: ")
    assert at.query_params == {} and not at.exception


# ---- Keeping it ----


def kept_pets(page, **query):
    at = bring(page(**query), ("pets.zip", pets()))
    at.text_input(key="own_classes.title").set_value("My *pets*").run()
    return press(at, "own_classes.keep")


def test_what_is_kept_is_listed_and_what_was_brought_let_go(page):
    at = kept_pets(page)
    assert not at.exception and at.success[0].value.startswith("“My \\*pets\\*” is kept")
    (one,) = own_datasets.mine(owner(at))
    assert (one.title, one.class_names, one.counts) == ("My *pets*", ("cat", "dog"), (6, 6))
    assert "**My \\*pets\\***: 12 pictures of 32 × 32 pixels, in colour: cat 6, dog 6." in text(at)
    assert galleries(at) == {} and not at.run().success
    data = load_dataset(one.name)
    assert (len(data.train), len(data.test)) == (10, 2)
    assert link(at, "See it on the page Data").query_string == f"dataset={one.name}"


def test_who_sees_the_pictures_is_told_before_they_are_kept_and_after(page):
    at = bring(page(), ("pets.zip", pets()))
    assert text(at).count(PRIVACY) == 1
    place = [getattr(one, "key", None) or getattr(one, "value", "") for one in at.main]
    told = next(i for i, one in enumerate(place) if PRIVACY in str(one))
    assert told < place.index("own_classes.keep")
    press(at, "own_classes.keep")
    assert text(at).count(PRIVACY) == 1


def test_a_run_is_called_as_its_dataset_is_and_not_by_its_key(page):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    at.switch_page("pages/train_a_network.py")
    at.query_params.update(dict(parse_qsl(link(at, "Train a network with it").query_string)))
    at.run()
    assert at.text_input(key="train.name").placeholder == "Transfer from Objects on My *pets*"
    again = bring(page(way="npz"), (f"{one.name} (1).npz", as_npz(one.name)))
    assert again.text_input(key="own_classes.title").placeholder == "My *pets*"
    own_datasets.delete(one.name, owner(at))
    again = bring(page(way="npz"), (f"{one.name}.npz", npz(**ARRAYS)))
    assert again.text_input(key="own_classes.title").placeholder == "My classes"


def test_it_leads_to_training_with_the_features_of_another_network(page):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    given = link(at, "Train a network with it")
    assert given.page == "train_a_network"
    settings = from_query(TrainSettings, dict(parse_qsl(given.query_string)))
    assert settings == TrainSettings(one.name).transferring(2)
    assert settings.preset == transfer.TRANSFER
    assert settings.job().cost().epochs == settings.epochs


def test_only_its_owner_finds_it_offered(page):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    for other, key in (("pages/data.py", "data.dataset"), ("train_a_network.py", "train.dataset")):
        file = other if other.startswith("pages") else f"pages/{other}"
        at.switch_page(file).run()
        assert "My *pets* (your own)" in at.selectbox(key=key).options and not at.exception
    stranger = page()
    assert "None yet" in text(stranger)
    stranger.switch_page("pages/data.py").run()
    assert not [each for each in stranger.selectbox(key="data.dataset").options if "pets" in each]
    stranger.query_params["dataset"] = one.name
    stranger.run()
    assert not stranger.exception and not stranger.error
    assert "My \\*pets\\*" in [each.value for each in stranger.subheader]


def test_a_dataset_is_deleted_for_good(page):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    press(at, f"own_classes.delete.{one.name}")
    assert at.success[0].value == "“My \\*pets\\*” is deleted\\."
    assert "None yet" in text(at) and own_datasets.mine(owner(at)) == []
    at.switch_page("pages/data.py")
    at.query_params["dataset"] = one.name
    at.run()
    assert "These pictures are gone" in at.error[0].value and not at.exception


def test_what_cannot_be_kept_stays_on_screen_and_says_why(page, monkeypatch):
    at = bring(page(), ("pets.zip", pets()))
    monkeypatch.setattr(own_datasets, "MOST_KEPT", 0)
    press(at, "own_classes.keep")
    assert "the most that are kept" in at.error[0].value and len(galleries(at)) == 2


def test_a_download_can_be_brought_again(page):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    again = read_dataset(as_npz(one.name), "own", "", "")
    data = load_dataset(one.name)
    assert again.class_names == ("cat", "dog")
    for part in ("train", "test"):
        np.testing.assert_array_equal(again.given[part].x, data.given[part].x)
        np.testing.assert_array_equal(again.given[part].y, data.given[part].y)


# ---- What learned from it ----

DENSE = "32x32x3-flatten-dense_2-softmax"


@pytest.mark.parametrize(
    ("file", "query"),
    [
        ("pages/runs.py", lambda run: {"run": run, "true": "0", "predicted": "0"}),
        ("pages/inside_a_network.py", lambda run: {"model": run, "picture": "test-0"}),
        ("pages/what_it_learned.py", lambda run: {"model": run}),
    ],
)
def test_a_run_opens_by_its_link_also_when_the_pictures_are_gone(page, file, query):
    at = kept_pets(page)
    (one,) = own_datasets.mine(owner(at))
    settings = {"dataset": one.name, "network": DENSE, "accuracy": 1}
    run = finished_run(open_jobs().runs, owner(at), **settings)

    def visited():
        stranger = AppTest.from_file(APP, default_timeout=60)
        stranger.query_params.update(query(run.id))
        stranger.switch_page(file).run()
        assert not stranger.exception and not stranger.error
        return " ".join(each.value for each in (*stranger.info, *stranger.warning))

    assert "gone" not in visited() and "expired" not in visited()
    own_datasets.delete(one.name, owner(at))
    told = visited().replace("\\", "")
    assert file == "pages/what_it_learned.py" or "Own classes (deleted or expired)" in told
