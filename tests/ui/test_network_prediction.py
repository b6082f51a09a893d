import re
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from vizcore.nets import pretrained
from vizcore.ui.network_pictures import Shown
from vizcore.ui.network_prediction import judged, prediction, verdict


@pytest.fixture
def html(monkeypatch):
    """What was written as HTML."""
    written = []
    monkeypatch.setattr(st, "html", written.append)
    return written


def shown(network, probabilities, html, **about):
    prediction(network, np.float32(probabilities), Shown("own", "A picture", BLACK, **about))
    return html.pop()


BLACK = np.zeros((28, 28, 1), np.uint8)
SHARES = [0.02, 0, 0.9, 0, 0.05, 0.03, 0, 0, 0, 0]


def test_the_three_likeliest_classes_the_first_one_first(html):
    network = pretrained.load("digits")
    text = shown(network, SHARES, html, truth=2)
    assert "It says: 2, with 90.0%" in text and "✓ right" in text
    assert re.findall(r'class="name">(.*?)<', text) == ["2", "4", "5"]
    assert re.findall(r"width: ([0-9.]+)%\"", text) == ["90.00", "5.00", "3.00"]
    assert text.count("data:image/png;base64,") == 1


def test_logits_stand_beside_the_probabilities(html):
    network = pretrained.load("digits")
    logits = np.array([-0.004, -9, 7.125, -9, 4, -3.5, -9, -9, -9, -9])
    prediction(
        network, np.float32(SHARES), Shown("own", "A picture", BLACK), logits=logits, count=4
    )
    text = html.pop()
    assert re.findall(r'class="name">(.*?)<', text) == ["2", "4", "5", "0"]
    assert re.findall(r"logit </span>(.*?)<", text) == ["7.12", "4.00", "−3.50", "0.00"]


def test_a_name_is_shown_as_the_text_it_is(html):
    digits = pretrained.load("digits")
    network = replace(digits, class_names=("<b>a</b>",) * 10)
    text = shown(network, SHARES, html, truth=2, note="<i>n</i>")
    assert "<b>" not in text and "&lt;b&gt;a&lt;/b&gt;" in text and "<i>" not in text


@pytest.mark.parametrize(
    ("truth", "said"),
    [(0, "✗ wrong: it is cat"), (1, "✓ right"), (None, "only you know"), (7, "only you know")],
)
def test_whether_it_is_right(truth, said):
    assert said in judged(("cat", "dog"), 1, truth)


def test_of_equals_the_first_is_said():
    assert verdict(("cat", "dog"), np.float32([0.5, 0.5])) == "It says: cat, with 50.0%"
