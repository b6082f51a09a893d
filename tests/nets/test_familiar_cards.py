"""How the cards come to know what is unlike: Keras's logits, and what is written."""

import json

import numpy as np
import pytest

from vizcore.nets import familiar_cards, pretrained
from vizcore.nets.attribution import logit_node
from vizcore.nets.familiarity import energy_score
from vizcore.nets.keras_model import keras_model

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_the_scores_are_those_of_our_own_arithmetic():
    network, x = pretrained.load("digits"), pretrained.samples("digits").x[:5]
    node = logit_node(network.graph)
    ours = [energy_score(network.activations(one)[node]) for one in x]
    theirs = familiar_cards.scores(keras_model(network), network.graph, x, network.preparation)
    np.testing.assert_allclose(theirs, ours, atol=1e-3)


def test_the_command_writes_into_the_card_and_leaves_the_rest(tmp_path, monkeypatch, capsys):
    card = {"title": "Größe", "familiar": None}
    (tmp_path / "digits.json").write_text(json.dumps(card), "utf-8")
    found = {"threshold": 9.5, "share": 0.95, "test_unlike": 0.04, "unlike": {"MedNIST": 0.8}}
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    monkeypatch.setattr(familiar_cards, "measured", lambda name: found)
    assert familiar_cards.main(["digits"]) == 0
    written = json.loads((tmp_path / "digits.json").read_text("utf-8"))
    assert written == {"title": "Größe", "familiar": found}
    assert "below 9.50 lie 4.0%" in capsys.readouterr().out
    found["unlike"]["MedNIST"] = 0.07
    assert familiar_cards.main(["digits"]) == 0
    written = json.loads((tmp_path / "digits.json").read_text("utf-8"))
    assert written["familiar"] is None and "of no use" in capsys.readouterr().out
