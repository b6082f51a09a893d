"""What *Image filters* shows on request: the slides' filters, and what a filter likes most."""

import base64
from dataclasses import replace
from html import escape

import numpy as np
import streamlit as st

from vizcore.imaging import KERNELS, fit_within, to_display, to_jpeg, to_png
from vizcore.imaging.patches import average_patch, strongest_patches
from vizcore.imaging.stack import Pass, apply_stack
from vizcore.lessons.photos import MOST_LIKED, SLIDE_FILTERS
from vizcore.ui import shared_controls
from vizcore.ui.filter_settings import FilterStep, Steps, from_lesson
from vizcore.ui.numbers import readable
from vizcore.ui.small_grids import grid, together

PAGE = "pages/image_filters.py"
_SMALL_PHOTO = 30_000
"""Pixels of the photo in the table."""


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    shared_controls.examples(PAGE, now, from_lesson)


def slide_filters(state, pixels):
    """Show the slides' seven filters with what each makes of the photo, if asked for.

    Parameters
    ----------
    state : PageState
    pixels : ndarray of uint8, (H, W) or (H, W, 3)
        The photo.
    """
    st.toggle(
        "The slides' seven filters on this photo",
        **state.bind("table", lambda s: s.table, lambda s, v: replace(s, table=v)),
    )
    now = state.now
    if not now.table:
        return
    small = fit_within(pixels, _SMALL_PHOTO)
    figures = (_filtered(key, small, now) for key in SLIDE_FILTERS)
    st.html(f'<div class="pictures">{"".join(figures)}</div>')
    steps = {KERNELS[key].title: Steps((FilterStep(key),)) for key in SLIDE_FILTERS}
    choices = {name: replace(now, filters=one, chosen=0) for name, one in steps.items()}
    shared_controls.links(PAGE, "Take one into the picture above:", choices, now)


def most_liked(state, response, pixels):
    """Show the patches with the highest responses and their average, if asked for.

    Parameters
    ----------
    state : PageState
    response : ndarray of float32
        What the filters make of the photo.
    pixels : ndarray of uint8
        The photo.
    """
    st.toggle(
        "The patches this filter likes most",
        **state.bind("patches", lambda s: s.patches, lambda s, v: replace(s, patches=v)),
    )
    now = state.now
    if not now.patches:
        return
    found = strongest_patches(response, pixels, now.passes, MOST_LIKED, edges=now.edges)
    if not found:
        st.markdown("The photo is smaller than what one output pixel looks at.")
        return
    figures = [_liked(patch, place) for place, patch in enumerate(found, 1)]
    average = np.rint(average_patch(found)).astype(np.uint8)
    figures.append(_figure(to_png(average), "Their average", ["Their average"], "pixels average"))
    st.html(f'<div class="pictures">{"".join(figures)}</div>')
    st.markdown(
        "A filter is what a neuron looks for, and these are the places of the photo where it "
        "responds most: of windows that overlap the best alone, and none that hangs over the edge. "
        "For a trained network one does the same with its training pictures: what the best patches "
        "and their average have in common tells what a neuron has learned to see."
        + (" The response is the mean over red, green and blue." if response.ndim == 3 else "")
    )


def _filtered(key, pixels, now):
    """Picture the photo after one of the filters, above its kernel."""
    kernel = KERNELS[key]
    response = apply_stack(pixels, [Pass((kernel.weights,))], edges=now.edges)
    picture = to_jpeg(to_display(response, now.display), quality=88)
    divisor = f" ÷ {readable(kernel.divisor)}" if kernel.divisor != 1 else ""
    limit = float(np.abs(kernel.numerators).max())
    weights = grid(kernel.numerators, f"Kernel{divisor}", limit=limit, weights=True)
    alt = f"The photo after the filter {kernel.title}"
    return _figure(picture, alt, [kernel.title], "photo", together(weights))


def _liked(patch, place):
    where = f"row {patch.row + 1}, column {patch.column + 1}"
    pixels = np.ascontiguousarray(patch.pixels)
    lines = [f"{place}: {readable(patch.response)}", where]
    return _figure(to_png(pixels), f"Patch {place}, at {where}", lines, "pixels")


def _figure(picture, alt, lines, kind, below=""):
    form = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    source = f"data:image/{form};base64,{base64.b64encode(picture).decode()}"
    text = "<br>".join(map(escape, lines))
    return (
        f'<figure><img class="{kind}" src="{source}" alt="{escape(alt)}">'
        f"<figcaption>{text}</figcaption>{below}</figure>"
    )
