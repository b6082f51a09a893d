import re
from dataclasses import replace

import numpy as np

from vizcore.nets import pretrained
from vizcore.ui.network_card import confusion_html, facts_of, mistaken, recipe_in_words

RECIPE = {
    "optimiser": "adam",
    "rate": 0.005,
    "schedule": "one_cycle",
    "batch": 128,
    "loss": "cross_entropy",
    "seed": 7,
    "augmentation": {"shift": 0.08, "rotate": 10.0, "zoom": 0.0, "flip": True},
    "validation": 0.05,
}


def test_a_card_in_facts():
    card = replace(
        pretrained.card("tiny"),
        counts={"train": 1000, "validation": 50, "test": 100},
        confusion=np.array([[40, 10], [15, 35]]),
        test_accuracy=0.75,
        validation_accuracy=0.8,
        epochs=12,
        seconds=620,
        recipe=RECIPE,
    )
    facts = facts_of("tiny", card)
    assert facts["Test accuracy"] == "75.00%: 25 of 100 wrong"
    assert facts["Validation accuracy"] == "80.00%"
    assert facts["Trained"] == "12 epochs, about 10 min"
    assert facts["Pictures"] == "train 1,000, validation 50, test 100"
    assert facts["Data"].startswith("CIFAR-10: 60,000 small photographs (")
    assert facts["Made with"] == card.made_with
    assert facts["The command that makes it again"] == "python -m vizcore.nets.pretrain tiny"
    assert "√(p(1 − p)/n) = √(0.7500 · 0.2500/100) = 4.33 points" in " ".join(facts.values())


def test_a_recipe_in_words():
    assert recipe_in_words(RECIPE) == (
        "Adam, learning rate 0.005 (one cycle); batches of 128; cross-entropy; augmented by shift, "
        "rotate, flip; 5% of the training pictures held back to choose by; seed 7."
    )
    plain = {"shift": 0.0, "rotate": 0.0, "zoom": 0.0, "flip": False}
    assert "; no augmentation; " in recipe_in_words({**RECIPE, "augmentation": plain})


def test_a_confusion_matrix_as_a_table():
    html = confusion_html(np.array([[64, 36], [0, 1200]]), ("cat", "<b>"))
    assert html.count("<tr>") == 3 and "&lt;b&gt;" in html and "<b>" not in html
    cells = re.findall(r"<td( class=right)? style=\"--share: (\d+)%\">([0-9,]+)</td>", html)
    # The root of 64% and of 36%, of 60% at most.
    assert [share for _, share, _ in cells] == ["48", "36", "0", "60"]
    assert [count for _, _, count in cells] == ["64", "36", "0", "1,200"]
    assert [bool(right) for right, _, _ in cells] == [True, False, False, True]
    assert re.findall('class="share">(.*?)<', html) == ["64.0%", "100.0%"]


def test_the_commonest_mistakes_in_words():
    matrix = np.array([[1000, 20, 0], [20, 5, 30], [0, 0, 7]])
    assert mistaken(matrix, ("<b>", "dog", "owl")) == (
        "Its commonest mistakes: dog taken for owl (30 of 55), <b> for dog (20 of 1,020), dog for "
        "<b> (20 of 55)."
    )
    assert mistaken(np.diag([3, 4]), ("cat", "dog")) == "It makes no mistake among them."


def test_a_class_without_pictures_has_no_shade():
    assert "nan" not in confusion_html(np.array([[0, 0], [0, 1]]), ("a", "b"))
