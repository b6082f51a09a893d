"""The controls of the page *From pixels to a class*."""

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.lessons.forward import STEPS
from vizcore.ui import shared_controls
from vizcore.ui.forward_settings import KERNEL, LARGEST, MOST_FILTERS, SMALLEST, from_lesson
from vizcore.ui.frame import PAGES

PAGE = "pages/from_pixels_to_a_class.py"


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    shared_controls.examples(PAGE, now, from_lesson)


def network(state):
    """Choose the sizes, and let the dense layer learn."""
    now = state.now
    size, filters, partial, learn = st.columns([1, 1, 1.2, 1.2], gap="medium")
    size.slider(
        "Picture (rows and columns)",
        SMALLEST,
        LARGEST,
        **state.bind_number("size", lambda s: s.size, lambda s, n: s.reshaped(size=n)),
    )
    filters.slider(
        "Filters",
        1,
        MOST_FILTERS,
        help="The second and the third begin as the first one upside down and mirrored.",
        **state.bind_number("filters", lambda s: s.filters, lambda s, n: s.reshaped(filters=n)),
    )
    partial.toggle(
        "Partial windows",
        help="The slide's pooling keeps the windows that hang over the end of the map. Its code, "
        "MaxPooling2D((2, 2)), drops them, as Keras does.",
        **state.bind("partial", lambda s: s.partial, lambda s, v: s.reshaped(partial=v)),
    )
    learn.button(
        "Learn the weights anew",
        on_click=_learn,
        args=(state,),
        disabled=now.learned() == now,
        help="Gradient descent finds the dense layer's weights for the filters as they are now.",
        width="stretch",
    )


def stages(now):
    """Open a stage in its own page, with the numbers it has here."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Step through a stage in its own page:", width="content")
        for page, settings in (
            ("pages/convolution_step_by_step.py", now.as_convolution()),
            ("pages/pooling.py", now.as_pooling()),
        ):
            query = to_query(settings, complete=True)
            st.page_link(page, label=PAGES[page], query_params=query)


def facts(now, trace):
    """Tell where the weights come from, and count what there is to learn."""
    right, given = now.judged()
    flat, classes = trace.weights.shape
    filters = now.filters
    fits = "as it was learned" if now.learned() == now else "with weights of your own"
    st.markdown(
        f"**This dense layer, {fits}, is right about {right} of its {given} examples.** They are "
        "the happy and the sad face, each also with every single pixel turned, and for “neither” "
        "random pixels. The filter is the slide's and was not learned; the slide shows no dense "
        "weights, so ours were found by gradient descent, "
        f"{STEPS} steps from zero, and rounded as coarsely as costs few of the examples. Change "
        "the filter, and they no longer fit until they are learned anew."
    )
    lines = [
        ("Convolution", f"{KERNEL}·{KERNEL}·{filters} weights + {filters} biases"),
        ("Dense", f"{flat}·{classes} weights + {classes} biases"),
        (
            "Parameters in all",
            f"{10 * filters:,} + {classes * (flat + 1):,} = "
            f"{10 * filters + classes * (flat + 1):,}",
        ),
    ]
    st.markdown("\n".join(f"- {name}: {text}" for name, text in lines))


def _learn(state):
    state.edit(state.now.learned())
