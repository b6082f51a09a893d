"""Home: see convolution happen, then choose where to go."""

from dataclasses import dataclass

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.imaging import KERNELS, to_display
from vizcore.imaging.stack import Pass, apply_stack
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps
from vizcore.ui.frame import open_page
from vizcore.ui.loupe import Shown, loupe
from vizcore.ui.photos import sample_photo
from vizcore.ui.state import PageState

PHOTO = "cat"
EDGES = "replicate"
SLIDE_FILTERS = [
    "edge_laplacian8",
    "edge_laplacian4",
    "edge_diagonal",
    "sharpen",
    "box_blur",
    "gaussian_blur",
    "identity",
]


@dataclass(frozen=True)
class HomeSettings:
    """What can be set on the home page: the filter."""

    filter: str = SLIDE_FILTERS[0]

    def __post_init__(self):
        if self.filter not in SLIDE_FILTERS:
            raise ValueError(f"there is no filter named “{self.filter}” on this page.")


open_page(
    "app.py",
    "A small grid of numbers slides over a picture, multiplies and adds. Move over the photo and "
    "watch it happen: this one operation sharpens, blurs, finds edges, and lets networks see.",
)
state = PageState("home", HomeSettings())
if state.problem:
    st.warning(state.problem)
picture, side = st.columns([2.5, 1], gap="large")

with side:
    st.radio(
        "Filter",
        SLIDE_FILTERS,
        format_func=lambda key: KERNELS[key].title,
        **state.bind("filter", lambda s: s.filter, lambda s, v: HomeSettings(v)),
    )
    chosen = KERNELS[state.now.filter]
    st.write(chosen.about)
    steps = Steps((FilterStep(state.now.filter),))
    st.page_link(
        "pages/image_filters.py",
        label="Filter your own photo",
        icon=":material/arrow_forward:",
        query_params=to_query(FilterSettings(filters=steps)),
    )

with picture:
    photo = sample_photo(PHOTO)
    pixels, digest = photo.pixels(grey=True)
    passes = (Pass((chosen.weights,)),)
    response = apply_stack(pixels, passes, edges=EDGES)
    loupe(
        Shown(pixels, digest, passes, EDGES, response, to_display(response, "clamp"), "clamp"),
        title=f"“{chosen.title}” at one pixel of the result",
        label=f"{photo.alt}, in grey, before and after the filter {chosen.title}",
        key="home.loupe",
        tallest=380,
    )
