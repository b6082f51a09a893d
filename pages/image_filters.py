"""Image filters: a photo, a kernel, and the arithmetic under the pointer."""

import streamlit as st

from vizcore.imaging import clipped_fraction, to_display
from vizcore.imaging.stack import apply_stack
from vizcore.ui import filter_controls as controls
from vizcore.ui import photo_sections as sections
from vizcore.ui.filter_settings import FilterSettings
from vizcore.ui.frame import open_page
from vizcore.ui.loupe import Shown, loupe
from vizcore.ui.numbers import readable
from vizcore.ui.state import PageState

open_page(
    "pages/image_filters.py",
    "Choose a photo and a filter, then move over the picture: below it stands the arithmetic of "
    "the pixel under the pointer.",
)
state = PageState("image_filters", FilterSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")

picture, side = st.columns([2.5, 1], gap="large")

with side:
    st.subheader("Photo", anchor=False)
    photo = controls.choose_photo(state)
    st.subheader("Filter", anchor=False)
    controls.choose_filters(state)
    st.subheader("Picture", anchor=False)
    controls.choose_display(state)

now = state.now
pixels, digest = photo.pixels(now.grey)

with picture:
    try:
        response = apply_stack(pixels, now.passes, edges=now.edges)
    except ValueError as error:
        st.error(f"This does not fit the picture. {error}")
        st.stop()
    try:
        display = to_display(response, now.display)
    except ValueError:
        st.error(
            "The responses are too large to be shown. Take smaller weights, a larger divisor or "
            "fewer repetitions."
        )
        st.stop()
    share = 100 * clipped_fraction(response, now.display)
    last = now.filters[-1]
    title = f"“{last.title}” at one output pixel"
    if len(now.passes) > 1:
        title = f"The last pass, “{last.title}”, at one output pixel"
    after = f"After, preview {display.shape[1]:,} × {display.shape[0]:,}"
    loupe(
        Shown(pixels, digest, now.passes, now.edges, response, display, now.display),
        title=title,
        label=f"{photo.alt} Before and after {', '.join(s.title for s in now.filters)}",
        clipped_text=f"Raw responses from {readable(float(response.min()))} to "
        f"{readable(float(response.max()))}; {readable(share, 1)}% of them are clipped",
        after=after if photo.is_reduced else "After",
        key="image_filters.loupe",
    )
    height, width = display.shape[:2]
    size = f"Output: {width:,} × {height:,} pixels."
    if photo.is_reduced:
        rows, columns = photo.full_size
        size += (
            f" You work on a preview of {pixels.shape[1]:,} × {pixels.shape[0]:,} pixels; the "
            f"photo has {columns:,} × {rows:,}, and so has the download."
        )
    st.markdown(size)

controls.files(state, photo, st.context.url or "")
sections.examples(now)
sections.slide_filters(state, pixels)
sections.most_liked(state, response, pixels)
controls.explain(now.step)
