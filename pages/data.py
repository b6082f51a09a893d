"""Data: what a network learns from."""

from vizcore.ui.frame import open_page

open_page("pages/data.py", "See what a network learns from, what it is chosen by, and tested on.")
