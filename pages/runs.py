"""Runs: watch a network learn, and see afterwards what it has learned."""

from vizcore.ui.frame import open_page
from vizcore.ui.visitor import visitor

open_page("pages/runs.py", "Watch your networks learn, and see what has become of them.")
visitor()
