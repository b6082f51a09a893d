"""Measure how well the networks that ship notice what is unlike their pictures.

    python -m vizcore.nets.familiar_cards [NAME ...]

writes into their cards where the threshold of `vizcore.nets.familiarity` lies, and which share of
the network's own test pictures, and of those of other datasets, lies below it. To be run again
whenever a network is trained anew; the data are looked for as in `vizcore.nets.pretrain`.
"""

import argparse
import json
import os
import sys

import numpy as np

from vizcore.imaging.seeing import Steps, levels_of, see
from vizcore.nets import pretrained
from vizcore.nets.attribution import logit_node
from vizcore.nets.datasets import fetch_dataset
from vizcore.nets.evaluation import predicted
from vizcore.nets.familiarity import below, energy_score, familiar
from vizcore.nets.keras_model import keras_model
from vizcore.nets.splits import three_parts

FOREIGN = {"mnist": "MNIST", "cifar10": "CIFAR-10", "mednist28": "MedNIST"}
"""Datasets whose test pictures are shown to the networks that did not learn from them."""

PICTURES = 2000
"""About so many pictures of each test part."""

USEFUL = 2
"""So many times as often as the network's own pictures must foreign ones lie below, or the score
tells nothing and the card holds no threshold: so with *tiny*, on any logits."""

_ON_BLACK = "mnist"


def scores(model, graph, x, preparation):
    """Return the scores of pictures, (N,); imports Keras.

    Parameters
    ----------
    model : keras.Model
    graph : dict of str to vizcore.nets.graph.Node
    x : ndarray of uint8, (N, H, W, C)
    preparation : vizcore.nets.preparation.Preparation
    """
    import keras

    inner = keras.Model(model.input, model.get_layer(logit_node(graph)).output)
    return energy_score(predicted(inner, x, preparation))


def measured(name):
    """Return what the card of a network that ships is to hold; imports Keras.

    Returns
    -------
    dict
        As `familiar` has it; and ``unlike``: for each dataset of `FOREIGN` that is not the
        network's own, by its title, the share of its pictures that lies below the threshold.
    """
    network, card = pretrained.load(name), pretrained.card(name)
    recipe, model = card.recipe, keras_model(network)
    parts = three_parts(
        fetch_dataset(card.dataset), fraction=recipe["validation"], seed=recipe["seed"]
    )

    def scored(x):
        return scores(model, network.graph, x, network.preparation)

    found = familiar(scored(parts.validation.x), scored(_some(parts.test.x)))
    unlike = {
        title: below(scored(_brought(other, network, card.dataset)), found["threshold"])
        for other, title in FOREIGN.items()
        if other != card.dataset
    }
    return found | {"unlike": unlike}


def is_useful(found):
    """Tell whether what was measured parts a network's own pictures from others at all.

    Examples
    --------
    >>> is_useful({"test_unlike": 0.05, "unlike": {"MNIST": 0.3, "MedNIST": 0.2}})
    True
    >>> is_useful({"test_unlike": 0.05, "unlike": {"MNIST": 0.08, "MedNIST": 0.05}})
    False
    """
    return float(np.mean([*found["unlike"].values()])) > USEFUL * found["test_unlike"]


def main(arguments=None):
    """Measure, print, and write the cards; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m vizcore.nets.familiar_cards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", default=pretrained.NAMES)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    for name in parser.parse_args(arguments).names:
        path = pretrained.FOLDER / f"{name}.json"
        found = measured(name)
        card = json.loads(path.read_text("utf-8")) | {
            "familiar": found if is_useful(found) else None
        }
        path.write_text(json.dumps(card, indent=1, ensure_ascii=False), "utf-8")
        others = ", ".join(f"{title} {share:.1%}" for title, share in found["unlike"].items())
        verdict = "" if card["familiar"] else ", of no use"
        print(
            f"{name}{verdict}: below {found['threshold']:.2f} lie {found['test_unlike']:.1%} of "
            f"its own test part; {others}",
            flush=True,
        )
    return 0


def _some(x):
    """Take pictures at equal distances: the first half of a test part may be the easier one."""
    return x[:: max(1, len(x) // PICTURES)]


def _brought(other, network, dataset):
    """Bring pictures of another dataset to a network as a visitor's pictures are."""
    x = _some(fetch_dataset(other).test.x)
    on_black = dataset == _ON_BLACK
    return np.stack(
        [levels_of(see(one, network.architecture.input, Steps(), on_black=on_black)) for one in x]
    )


if __name__ == "__main__":
    sys.exit(main())
