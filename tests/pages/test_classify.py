"""The page *Classify*: what became of a picture, what a network answers, and many of them."""

import json
import re
import struct
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from made_networks import drawn_network
from visiting import told

from vizcore.compute import looking
from vizcore.imaging import SAMPLES, to_jpeg, to_png
from vizcore.imaging.seeing import Steps, levels_of, see
from vizcore.nets import pretrained
from vizcore.nets.attribution import GradCam
from vizcore.nets.model_files import ModelFile, ModelFileError
from vizcore.ui import answers, own_model
from vizcore.ui.classify_settings import ClassifySettings
from vizcore.ui.drawn_digit import DrawnDigit

PAGE = "pages/classify.py"
STROKE = "0" * 28 * 8 + ("0" * 12 + "ffff" + "0" * 12) * 12 + "0" * 28 * 8


@pytest.fixture(autouse=True)
def patient(monkeypatch, tmp_path):
    """Wait for every answer; no dataset but the embedded one is here."""
    monkeypatch.setattr(answers, "GRACE_SECONDS", 30)
    monkeypatch.setattr(answers, "_questions", type(answers._questions)())
    monkeypatch.setenv("VIZCORE_DATA", str(tmp_path))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))


def html(at):
    return "\n".join(one.proto.body for one in at.main.get("html"))


def verdict(at):
    return re.search(r'class="verdict">(.*?)<', html(at))[1]


def short(at):
    """What a phone shows beside the pad."""
    return re.search(r'class="short-answer" role="status">(.*?)<', html(at))[1]


def expected(key, levels):
    network = pretrained.load(key)
    shares = network.activations(levels)[network.output]
    return f"It says: {network.class_names[shares.argmax()]}, with {100 * shares.max():.1f}%"


def words(at):
    return "\n".join(one.value for kind in ("markdown", "info", "warning") for one in at.get(kind))


def given(at, key):
    """What a component was given, or None where it is not on the page."""
    return next((e.proto for e in at.main if getattr(e, "key", None) == key), None)


def table(at):
    proto = given(at, "classify.table")
    return None if proto is None else json.loads(proto.json)


def control(at, key):
    return next(
        one for kind in ("selectbox", "toggle", "button", "button_group") for one in at.get(kind)
        if one.key == key
    )  # fmt: skip


def link(at, label):
    (found,) = [one.proto for one in at.main.get("page_link") if one.proto.label == label]
    return found.page, dict(parse_qsl(found.query_string))


def ink(level=25, ground=235, high=90, wide=60):
    """A dark bar on paper: a one."""
    picture = np.full((high, wide, 3), ground, np.uint8)
    picture[high // 5 : -high // 5, wide // 2 - 4 : wide // 2 + 4] = level
    return picture


def bring(at, *files):
    uploader = at.file_uploader(key="classify.files")
    return uploader.set_value([(name, data, "image/png") for name, data in files]).run()


def with_files(page, *files, **query):
    return bring(page(picture="own", **query), *files)


# ---- A picture, its steps, its answer ----


def test_with_the_cluster_down_all_but_grad_cam_is_there(page):
    at = page()
    assert not at.exception
    assert verdict(at) == expected("digits", pretrained.samples("digits").x[0])
    assert "cannot be reached" in words(at)
    assert "(level ÷ 255 − 0.131) ÷ 0.308" in words(at)
    assert [one.value for one in at.header] == ["What the network saw"]


def test_a_photo_goes_through_every_step(page):
    photo = ink()
    at = with_files(page, ("one.png", to_png(photo)))
    assert not at.exception
    seen = levels_of(see(photo, (28, 28, 1), Steps(), on_black=True))
    assert seen[0, 0, 0] == 20
    assert verdict(at) == expected("digits", seen)
    assert "It was inverted: its edge is light" in words(at)
    assert "60 × 90 pixels" in html(at) and "60 × 60 pixels, 67% of it" in html(at)
    assert at.query_params == {"picture": "own"}


@pytest.mark.parametrize(
    ("key", "value", "steps"),
    [
        ("classify.framing", "fit", Steps(framing="fit")),
        ("classify.framing", "stretch", Steps(framing="stretch")),
        ("classify.inversion", "off", Steps(inversion="off")),
    ],
)
def test_each_step_has_its_switch(page, key, value, steps):
    photo = ink()
    at = with_files(page, ("one.png", to_png(photo)))
    control(at, key).set_value(value).run()
    seen = levels_of(see(photo, (28, 28, 1), steps, on_black=True))
    assert verdict(at) == expected("digits", seen)
    assert at.query_params == {"picture": "own", "steps": steps.to_text()}
    control(at, "classify.steps.back").click().run()
    assert at.query_params == {"picture": "own"}


def test_a_photo_of_coffee_is_told_to_be_unlike_digits_and_a_sample_is_not(page):
    at = with_files(page, ("coffee.png", to_png(SAMPLES["coffee"].load())))
    assert "It seems unlike the pictures that this network learned from" in words(at)
    (why,) = [one for one in at.expander if one.label == "How do we know?"]
    (figures,) = why.markdown
    assert "energy score is" in figures.value and "of MedNIST’s for familiar" in figures.value
    assert "seems unlike" not in words(page(picture="sample-1"))


def test_a_network_without_a_threshold_is_not_judged_by_one(page, monkeypatch):
    cards = {one: replace(pretrained.card(one), familiar=None) for one in pretrained.NAMES}
    monkeypatch.setattr(pretrained, "card", cards.get)
    at = with_files(page, ("coffee.png", to_png(SAMPLES["coffee"].load())))
    assert not at.exception and "seems unlike" not in words(at)


def test_a_picture_is_turned_by_quarters(page):
    sample = pretrained.samples("digits").x[3]
    at = page(picture="sample-3")
    for turns in (1, 2, 3, 0):
        control(at, "classify.turn").click().run()
        assert at.session_state["classify.settings"].steps.turns == turns
        assert verdict(at) == expected("digits", np.rot90(sample, -turns))


def test_ink_on_paper_that_is_not_inverted_is_warned_of(page):
    at = page(picture="own", steps="0-crop-colour-off")
    bring(at, ("one.png", to_png(ink())))
    assert "let it be inverted" in words(at)


def test_without_normalising_the_answer_is_another_and_grad_cam_is_not_asked(page):
    at = page(model="digits", normalise="0")
    assert "the network never saw such numbers" in words(at)
    assert "x = level ÷ 255, here from 0 to 1." in words(at)
    assert "normalise them" in words(at) and "cannot be reached" not in words(at)
    control(at, "classify.normalise").set_value(True).run()
    assert at.query_params == {}


def test_colours_can_be_taken_away(page):
    at = page(model="tiny", picture="sample-6", steps="0-crop-grey-auto")
    assert not at.exception
    assert "colours are taken away" in words(at)
    control(at, "classify.grey").set_value(False).run()
    assert at.query_params == {"model": "tiny", "picture": "sample-6"}
    assert "colours are taken away" not in words(at)


@pytest.mark.parametrize(
    "query", [{"steps": "x"}, {"picture": "sample-1~1-crop-colour-auto"}, {"normalise": "2"}]
)
def test_a_link_that_cannot_be_followed_leaves_the_page_as_it_was(page, query):
    at = page(**query)
    assert at.warning[0].value.startswith("This link cannot be followed")
    assert at.session_state["classify.settings"] == ClassifySettings()


def test_a_link_to_somebodys_upload_says_why_it_is_not_here(page):
    at = page(picture="own")
    assert "A link carries no file." in words(at)
    assert verdict(at) == expected("digits", pretrained.samples("digits").x[0])


def test_a_shot_is_classified(page):
    at = page(picture="camera")
    assert "A link carries none." in words(at)
    shot = to_jpeg(ink())
    at.camera_input(key="classify.camera").set_value(("shot.jpg", shot, "image/jpeg")).run()
    assert not at.exception and "It was inverted" in words(at)
    assert at.query_params == {"picture": "camera"}


# ---- Drawing ----


def test_the_answer_follows_the_stroke_and_the_link_only_its_end(page, monkeypatch):
    told(monkeypatch, "digit_pad", "drawn", "+" + STROKE)
    blank = DrawnDigit().to_text()
    at = page(picture=blank)
    at.run()
    assert at.query_params == {"picture": blank}
    assert verdict(at) == short(at) == expected("digits", DrawnDigit(STROKE).picture())
    assert "Asked when the stroke has ended." in words(at)
    told(monkeypatch, "digit_pad", "drawn", STROKE)
    at.run()
    at.run()
    assert at.query_params == {"picture": DrawnDigit(STROKE).to_text()}
    assert verdict(at) == expected("digits", DrawnDigit(STROKE).picture())
    assert "Asked when the stroke has ended." not in words(at)


def test_nothing_drawn_is_not_answered_but_its_steps_are_there(page):
    at = page(picture=DrawnDigit().to_text())
    assert not at.exception
    assert "Draw a digit: the answer follows your stroke." in words(at)
    assert short(at) == "Draw a digit: the answer follows your stroke."
    assert "short-answer" not in html(page())
    assert "It says" not in html(at) and "likeliest" not in html(at)
    assert "seems unlike" not in words(at) and not at.warning
    assert not at.main.get("page_link") and not at.subheader
    assert [one.value for one in at.header] == ["What the network saw"]


@pytest.mark.parametrize("forged", ["+", "+x", "+" + "f" * 783, ["+"]])
def test_a_forged_stroke_changes_nothing(page, monkeypatch, forged):
    told(monkeypatch, "digit_pad", "drawn", forged)
    at = page(picture=DrawnDigit().to_text())
    at.run()
    assert not at.exception and "Draw a digit" in words(at)
    assert at.query_params == {"picture": DrawnDigit().to_text()}


# ---- The ways to the other pages ----


def test_the_same_picture_is_opened_on_the_other_pages(page):
    at = page(picture="sample-4", model="tiny")
    assert link(at, "See it layer by layer") == (
        "inside_a_network", {"model": "tiny", "picture": "sample-4"}
    )  # fmt: skip
    at = page(picture="sample-4", steps="1-crop-colour-on")
    for label, there in (
        ("See it layer by layer", "inside_a_network"),
        ("What the network learned", "what_it_learned"),
    ):
        opened, query = link(at, label)
        assert (opened, query["picture"]) == (there, "sample-4~1-crop-colour-on")


def test_the_network_page_shows_an_upload_as_it_was_seen_here(page):
    at = with_files(page, ("one.png", to_png(ink())))
    here = verdict(at)
    _, query = link(at, "See it layer by layer")
    assert query["picture"] == "own~0-crop-colour-on"
    at.query_params.clear()
    at.query_params.update(query)
    at.switch_page("pages/inside_a_network.py").run()
    assert not at.exception and verdict(at) == here
    assert "It is seen as you set it on “Classify”." in html(at)


def test_a_shot_is_an_upload_there(page):
    at = page(picture="camera")
    at.camera_input(key="classify.camera").set_value(("s.jpg", to_jpeg(ink()), "image/jpeg")).run()
    assert link(at, "See it layer by layer")[1]["picture"].startswith("own~")


# ---- Many ----


def test_many_files_make_a_table_and_a_row_opens_its_picture(page, monkeypatch):
    shots = [("a.png", ink()), ("=b.png", ink(250, 5)), ("c.png", ink(high=60))]
    at = with_files(page, *((name, to_png(one)) for name, one in shots))
    assert not at.exception
    assert "All 3 pictures" in [one.value for one in at.header]
    rows = table(at)["rows"]
    assert [row["name"] for row in rows] == ["a.png", "=b.png", "c.png"]
    assert table(at)["opened"] == rows[0]["id"]
    for row, (_, shot) in zip(rows, shots, strict=True):
        levels = levels_of(see(shot, (28, 28, 1), Steps(), on_black=True))
        assert f"It says: {row['best']}, with {100 * row['most']:.1f}%" == expected(
            "digits", levels
        )
    second = rows[1]["id"]
    told(monkeypatch, "answers_table", "open", second)
    at.run()
    at.run()
    assert at.session_state["classify.opened"] == second
    assert verdict(at) == f"It says: {rows[1]['best']}, with {100 * rows[1]['most']:.1f}%"


def test_the_table_notes_what_makes_an_answer_doubtful(page):
    digit = 255 - np.kron(pretrained.samples("digits").x[1][..., 0], np.ones((2, 2), np.uint8))
    photo = SAMPLES["coffee"].load()
    wide = np.full((20, 90, 3), 200, np.uint8)
    at = with_files(
        page, *((f"{i}.png", to_png(one)) for i, one in enumerate((digit, photo, wide)))
    )
    notes = [row["note"] for row in table(at)["rows"]]
    assert notes[0] == ""
    assert notes[1].startswith("unlike")
    assert notes[2].endswith("very wide, tiny, one colour")


@pytest.mark.parametrize("forged", ["z", None, 3, ["a"], {}])
def test_a_forged_row_changes_nothing(page, monkeypatch, forged):
    at = with_files(page, ("a.png", to_png(ink())), ("b.png", to_png(ink())))
    opened = at.session_state["classify.opened"]
    told(monkeypatch, "answers_table", "open", forged)
    at.run()
    assert not at.exception and at.session_state["classify.opened"] == opened


def test_another_row_is_known_while_a_sample_is_shown(page):
    at = with_files(page, ("a.png", to_png(ink())), ("b.png", to_png(ink())))
    control(at, "classify.source").set_value("sample").run()
    assert table(at)["opened"] is None and len(table(at)["rows"]) == 2


def test_a_bad_file_is_told_and_the_rest_is_kept(page):
    at = with_files(
        page, ("a.png", to_png(ink())), ("*b*.png", b"no picture"), ("c.png", to_png(ink()))
    )
    assert not at.exception
    assert [row["name"] for row in table(at)["rows"]] == ["a.png", "c.png"]
    assert any("“\\*b\\*.png”" in one.value or "“\\*b\\*\\.png”" in one.value for one in at.warning)


# ---- A file of one's own ----


@pytest.fixture
def model_file(monkeypatch):
    """Let a file of any bytes be read as a small network."""
    made = drawn_network("28x28x1-conv_2_3-relu-flatten-dense_3-softmax")
    file = ModelFile("*My* net", made.architecture, made.weights, None)

    def read(data):
        if data == b"bad":
            raise ModelFileError("This is no file that Keras saved.")
        return file

    monkeypatch.setattr(own_model, "read_model_file", read)
    return file


def bring_model(at, data=b"good"):
    uploader = at.file_uploader(key="classify.model_file")
    return uploader.set_value(("mine.keras", data, "application/octet-stream")).run()


def test_a_network_of_ones_own_answers_and_opens_layer_by_layer(page, model_file):
    at = bring_model(page())
    assert not at.exception
    assert at.query_params == {"model": "own"}
    assert verdict(at).startswith("It says: class ")
    box = next(one for one in at.selectbox if one.label == "Network")
    assert box.value == "own" and "Your file: *My* net" in box.options
    names = next(one for one in at.text_area if one.label.startswith("Names of its 3"))
    names.set_value("cat\n<b>dog</b>\nship").run()
    assert "&lt;b&gt;dog&lt;/b&gt;" in html(at) and "<b>dog" not in html(at)
    before = verdict(at)
    next(one for one in at.selectbox if one.label == "It takes levels scaled").set_value(
        "byte"
    ).run()
    assert verdict(at) != before and "x = (level ÷ 255 − 0) ÷ 0.004" in words(at)
    here = verdict(at)
    labels = [one.proto.label for one in at.main.get("page_link")]
    assert "What the network learned" not in labels
    _, query = link(at, "See it layer by layer")
    assert query["model"] == "own"
    at.query_params.clear()
    at.query_params.update(query)
    at.switch_page("pages/inside_a_network.py").run()
    assert not at.exception and verdict(at) == here


def test_a_bad_model_file_is_told_and_the_network_stays(page, model_file):
    at = bring_model(page(), b"bad")
    assert [one.value for one in at.error] == ["This is no file that Keras saved\\."]
    assert at.query_params == {} and verdict(at)


def test_somebody_elses_file_is_told(page):
    at = page(model="own")
    assert not at.exception
    assert "own file\\, which a link cannot carry" in at.warning[0].value
    assert verdict(at) == expected("digits", pretrained.samples("digits").x[0])


# ---- With a worker ----


def test_grad_cam_of_the_class_that_is_named(page, monkeypatch):
    asked = []

    def grad_cam(key, levels, label, layer=""):
        asked.append((key, label))
        return GradCam("relu4", np.ones(3), np.ones((3, 3)), np.ones((28, 28), np.float32))

    monkeypatch.setattr(looking, "grad_cam", grad_cam)
    at = page(picture="sample-7")
    assert not at.exception
    assert asked == [("digits", int(pretrained.samples("digits").y[7]))]
    blob = given(at, "classify.looks").bytes
    (size,) = struct.unpack("<I", blob[:4])
    header = json.loads(blob[4 : 4 + size])
    assert [one["title"] for one in header["panels"]] == ["Grad-CAM, relu4"]


def test_a_network_without_maps_says_that_it_has_none(page, monkeypatch):
    made = drawn_network("28x28x1-flatten-dense_3-softmax")
    file = ModelFile("MLP", made.architecture, made.weights, None)
    monkeypatch.setattr(own_model, "read_model_file", lambda data: file)
    at = bring_model(page())
    assert not at.exception and "this network has none" in words(at)
    assert "cannot be reached" not in words(at)
