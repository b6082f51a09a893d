"""Home: see convolution happen, then choose where to go."""

from pathlib import Path

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.imaging import KERNELS, to_display
from vizcore.imaging.stack import Pass, apply_stack
from vizcore.lessons import LESSONS
from vizcore.ui.cards import cards
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps
from vizcore.ui.frame import PAGES, WAYS, open_page
from vizcore.ui.home_settings import SLIDE_FILTERS, HomeSettings
from vizcore.ui.loupe import Shown, loupe
from vizcore.ui.photos import sample_photo
from vizcore.ui.state import PageState
from vizcore.ui.step_settings import from_lesson
from vizcore.ui.stepper import stepper

PHOTO = "cat"
EDGES = "replicate"
EXAMPLE = LESSONS["binary-x"]

open_page(
    "app.py",
    "A small grid of numbers slides over a picture, multiplies and adds. This one operation "
    "sharpens, blurs, finds edges, and lets networks see.",
)
state = PageState("home", HomeSettings())
if state.problem:
    st.warning(state.problem)
on_photo, in_numbers = st.columns([1, 1.2], gap="medium")

with on_photo:
    st.header("On a photo", anchor=False)
    st.selectbox(
        "Filter",
        SLIDE_FILTERS,
        format_func=lambda key: KERNELS[key].title,
        **state.bind("filter", lambda s: s.filter, lambda s, v: HomeSettings(v)),
    )
    chosen = KERNELS[state.now.filter]
    photo = sample_photo(PHOTO)
    pixels, digest = photo.pixels(grey=True)
    high, wide = pixels.shape[:2]
    passes = (Pass((chosen.weights,)),)
    response = apply_stack(pixels, passes, edges=EDGES)
    loupe(
        Shown(pixels, digest, passes, EDGES, response, to_display(response, "clamp"), "clamp"),
        title=f"“{chosen.title}” at one pixel: move over the photo",
        label=f"{photo.alt} In grey, before and after the filter {chosen.title}",
        key="home.loupe",
        tallest=260,
    )
    st.markdown(chosen.about)
    filters = FilterSettings(filters=Steps((FilterStep(state.now.filter),)))
    st.page_link(
        "pages/image_filters.py",
        label="Filter your own photo",
        icon=":material/arrow_forward:",
        query_params=to_query(filters, complete=True),
    )

with in_numbers:
    st.header("In numbers", anchor=False)
    example = from_lesson(EXAMPLE)
    stepper(
        example.trace(),
        label="A 3 by 3 kernel sliding over a 5 by 5 picture of zeros and ones",
        key="home.stepper",
        autoplay=True,
        compact=True,
    )
    st.markdown(
        "The amber window covers nine cells of the input. Each is multiplied by the weight in the "
        "same place of the kernel, and the nine products add up to one cell of the output. Then "
        f"the window moves on. On the photo it is the same, {wide} × {high} = {wide * high:,} "
        "times, once for each pixel. The grid of weights is called **kernel**, **filter** or "
        "**feature detector**: three words for one thing."
    )
    st.page_link(
        "pages/convolution_step_by_step.py",
        label="Step through numbers of your own",
        icon=":material/arrow_forward:",
        query_params=to_query(example, complete=True),
    )

cards(
    [
        {
            "title": "Where to go",
            "cards": [
                {"slug": file, "title": title, "href": Path(file).stem, "about": WAYS[file]}
                for file, title in list(PAGES.items())[1:]
            ],
        }
    ],
    key="home.cards",
)
