"""The controls of the page *From pixels to a class*."""

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.figures.volumes import volumes_picture
from vizcore.lessons import LESSONS
from vizcore.lessons.forward import STEPS
from vizcore.nets.architectures import layer_table, preset
from vizcore.ui import layer_settings, shared_controls
from vizcore.ui.activation_settings import ActivationSettings, Chosen
from vizcore.ui.drawing import PHONE, drawing
from vizcore.ui.forward_settings import LARGEST, MOST_FILTERS, SMALLEST, from_lesson
from vizcore.ui.frame import PAGES

PAGE = "pages/from_pixels_to_a_class.py"
ROUNDED = ("whole numbers", "one decimal", "two decimals", "three decimals")
CURVES = ActivationSettings(topic="curves", curves=Chosen.of(("relu", "softmax")))


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
            _link(page, PAGES[page], settings)
        _link("pages/activations.py", "ReLU and softmax as curves", CURVES)


def explain(trace):
    """Say what happens at each stage, with the numbers it has here."""
    rows, columns, filters = trace.relu.shape
    size, side = trace.convolution.x.shape[0], trace.convolution.window[0]
    negative = int((trace.convolution.output < 0).sum())
    flat, classes = trace.weights.shape
    convolved, connected = (side * side + 1) * filters, (flat + 1) * classes
    several = ", the filters of a cell side by side" if filters > 1 else ""
    told = {
        "Convolution": f"a {side}×{side} filter slides over the picture, and a cell tells how well "
        f"the pixels under it match. {size}×{size} becomes {rows}×{columns}: "
        f"{trace.convolution.formulas[0]}. The filter is not turned, so mathematics would say "
        f"correlation. ({side}·{side} + 1)·{filters} = {convolved} parameters.",
        "ReLU": f"what is negative becomes 0; here that is {negative} of {trace.relu.size} "
        "numbers. No parameters.",
        "Max pooling": "of every 2×2 window the largest number is kept. Rows: "
        f"{trace.pooling.formulas[0]}. No parameters.",
        "Flatten": f"row by row, the pooled numbers in a single line of {flat}{several}.",
        "Dense": f"each class has a weight for every number, and a bias; products and bias add up "
        f"to its logit. ({flat} + 1)·{classes} = {connected} parameters, so "
        f"{convolved} + {connected} = {convolved + connected} in all.",
        "Softmax": "e to the power of each logit, divided by the sum of all: probabilities that "
        "add up to 100%.",
    }
    st.markdown("\n".join(f"- **{stage}**: {text}" for stage, text in told.items()))


def origin(now):
    """Tell where the weights come from, and how well they do."""
    right, given = now.judged()
    digits, before, after = now.rounding()
    fits = "as it was learned" if now.learned() == now else "with weights of your own"
    st.markdown(
        f"**This dense layer, {fits}, is right about {right} of its {given} examples.** They are "
        "the happy and the sad face, each also with every single pixel turned, and for “neither” "
        "mostly random pixels. The filter is the slide's and was not learned; the slide shows no "
        "dense weights, so ours were found by gradient descent on these examples, "
        f"{STEPS} steps from zero. That makes {before} of {given} right, and {after} once they are "
        f"rounded to {ROUNDED[digits]}. Change the filter, and the weights no longer fit until "
        "they are learned anew."
    )


def volumes():
    """Draw the volumes of a network for photographs, and say what becomes of them at each arrow."""
    network = preset("volumes")
    steps = [row for row in layer_table(network) if row.layer.kind != "flatten"]
    conv, relu, pool, dense = steps
    names = ("Input", "CONV", "RELU", "POOL", "FC")
    shapes = (network.input, *(row.shape for row in steps[:-1]), (1, 1, *dense.shape))
    title = "The volumes of a network, from an input to five classes"
    st.subheader("The same for photographs: volumes", anchor=False)
    rows = list(zip(names, shapes, strict=True))
    drawing(
        volumes_picture(rows, title=title),
        narrow=volumes_picture(rows, title=title, room=PHONE),
        label=title,
        key="forward.volumes",
    )
    side, depth, filters = conv.layer.size, conv.input[2], conv.layer.filters
    flat, (classes,) = dense.input[0], dense.shape
    told = {
        f"Input → CONV, {conv.parameters:,} parameters": f"{filters} filters of {side}×{side} over "
        f"all {depth} channels, a bias each: {side}·{side}·{depth}·{filters} + {filters}. Each "
        "gives one map; padding keeps rows and columns.",
        f"CONV → RELU, {relu.parameters}": "Each number by itself: what is negative becomes 0.",
        f"RELU → POOL, {pool.parameters}": "The largest of every 2×2 window: half the rows, half "
        "the columns, as many channels.",
        f"POOL → FC, {dense.parameters:,} parameters": f"All {flat:,} numbers flattened, a weight "
        f"for each and for each of {classes} classes, and {classes} biases: "
        f"{flat:,}·{classes} + {classes}.",
    }
    st.markdown("\n".join(f"- **{step}**. {text}" for step, text in told.items()))
    settings = layer_settings.from_lesson(LESSONS["volumes"])
    _link("pages/layer_tables.py", "Change the layers of this network", settings)


def _link(page, label, settings):
    query = to_query(settings, complete=True)
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=query)


def _learn(state):
    state.edit(state.now.learned())
