"""Train a network: a dataset, a network and settings make a run."""

from vizcore.ui.frame import open_page

open_page(
    "pages/train_a_network.py",
    "Choose a dataset, build a network, and train it; then watch it learn.",
)
