"""The controls of the page *Image filters*: photo, filters, display, files."""

import threading
from dataclasses import replace

import streamlit as st

from vizcore.export import permalink
from vizcore.imaging import SAMPLES, kernel_facts, to_display, to_png
from vizcore.imaging.filters import FILTERS
from vizcore.imaging.stack import apply_stack, grey_levels
from vizcore.ui.filter_settings import (
    CUSTOM,
    EDGES,
    LARGEST_STRIDE,
    MAPPINGS,
    MOST_FILTERS,
    MOST_REPEATS,
    UPLOAD,
    FilterSettings,
    FilterStep,
)
from vizcore.ui.kernel_editor import kernel_editor
from vizcore.ui.numbers import readable
from vizcore.ui.photos import UPLOAD_TYPES, own_photo, sample_photo, take_in, upload_problem
from vizcore.ui.plain import plain
from vizcore.ui.state import whole
from vizcore.ui.uploads import admit, promise

_ORDER = ["Basics", "Edges", "Sharpen", "Blur", "Gradients", "Effects"]
_MENU = sorted(FILTERS, key=lambda key: _ORDER.index(FILTERS[key].family)) + [CUSTOM]
_MAPPING_HELP = (
    "A filter's response can be negative or beyond 255, a screen's grey level cannot. Clamp shows "
    "what a photo editor would; absolute and signed show negative responses too."
)
_WIDEST_MATRIX = 18
"""Characters a row that a formula shows on a phone without scrolling."""
_one_download = threading.Lock()


def choose_photo(state):
    """Show the ways to a photo and return the one that is chosen."""
    keys = [*SAMPLES, *([UPLOAD] if own_photo() else [])]

    @whole
    def taken(key):
        if take_in(st.session_state[key]):
            state.set(replace(state.now, photo=UPLOAD))

    st.file_uploader(
        "Upload a photo: PNG, JPEG, WebP, GIF or BMP, up to 10 MB",
        UPLOAD_TYPES,
        key="photo.file",
        on_change=taken,
        args=("photo.file",),
        help="Up to 24 megapixels.",
    )
    promise()
    if upload_problem():
        st.error(upload_problem())
    if state.now.photo == UPLOAD and not own_photo():
        st.info(
            "The photo of this link was somebody's upload, which a link cannot carry. "
            "Here is the cat with the same filters; upload a photo of your own to replace it."
        )
        state.amend(replace(state.now, photo=FilterSettings().photo))
    st.selectbox(
        "or take a sample",
        keys,
        format_func=lambda key: "Your photo" if key == UPLOAD else SAMPLES[key].title,
        **state.bind("photo", lambda s: s.photo, lambda s, v: replace(s, photo=v)),
    )
    if state.now.photo != UPLOAD:
        st.caption(f"Picture: {SAMPLES[state.now.photo].credit}.")
    if st.toggle("or use the camera", key="photo.use_camera"):
        st.camera_input("Take a photo", key="photo.shot", on_change=taken, args=("photo.shot",))
    return own_photo() if state.now.photo == UPLOAD else sample_photo(state.now.photo)


def choose_filters(state):
    """Show the stack of filters and the settings of the chosen one."""
    now = state.now
    if len(now.filters) > 1:
        st.radio(
            "Filters, in order",
            range(len(now.filters)),
            format_func=lambda i: f"{i + 1}. {_named(now.filters[i])}",
            **state.bind("chosen", lambda s: s.chosen, lambda s, v: replace(s, chosen=v)),
        )
    st.selectbox(
        "Filter",
        _MENU,
        format_func=lambda key: (
            "Your kernel" if key == CUSTOM else f"{FILTERS[key].family} · {FILTERS[key].title}"
        ),
        **state.bind("name", lambda s: s.step.name, _choose_name),
    )
    _parameters(state)
    if len(now.step.kernels) == 1:
        _editor(state)
    stride, repeat = st.columns(2)
    stride.number_input(
        "Stride (pixels)",
        1,
        LARGEST_STRIDE,
        help="How far the window moves between two output pixels. 2 halves the picture.",
        **_bind_step(state, "stride"),
    )
    repeat.number_input(
        "Repeat (times)",
        1,
        MOST_REPEATS,
        help="How often this filter is applied, each time to the result of the time before.",
        **_bind_step(state, "repeat"),
    )
    _stack_buttons(state)


def choose_display(state):
    """Show what applies to the whole stack: grey, edges and the display mapping."""
    st.selectbox(
        "Raw responses as grey levels",
        list(MAPPINGS),
        format_func=MAPPINGS.get,
        help=_MAPPING_HELP,
        **state.bind("display", lambda s: s.display, lambda s, v: replace(s, display=v)),
    )
    st.selectbox(
        "Beyond the picture's edge",
        list(EDGES),
        format_func=EDGES.get,
        help="What the kernel reads where it overhangs the picture.",
        **state.bind("edges", lambda s: s.edges, lambda s, v: replace(s, edges=v)),
    )
    st.toggle(
        "Grey levels",
        help="Filter the brightness alone, instead of red, green and blue each by itself.",
        **state.bind("grey", lambda s: s.grey, lambda s, v: replace(s, grey=v)),
    )


def explain(step):
    """Say what the chosen filter does, with its formula and what its numbers tell."""
    about = (
        "A kernel of your own. Each output pixel is the sum of the pixels under the kernel, each "
        "times its weight, plus the bias."
    )
    st.subheader(f"What “{step.title}” does", anchor=False)
    st.write(about if step.name == CUSTOM else FILTERS[step.name].about)
    st.latex(_formula(step))
    if len(step.kernels) == 1:
        for fact in kernel_facts(step.kernels[0]):
            st.markdown(f"- {fact}")


def files(state, photo, base):
    """Offer the full-size result and the settings as files."""
    now = state.now
    with st.container(horizontal=True):
        st.download_button(
            "Download full size (PNG)",
            lambda: full_size(photo, now),
            file_name="filtered.png",
            mime="image/png",
            on_click="ignore",
        )
        st.download_button(
            "Save settings",
            permalink.to_file(state.page, now),
            file_name="image-filters.json",
            mime="application/json",
            on_click="ignore",
        )
        with st.popover("Open settings"):
            _open_settings(state)
    if permalink.link_length(base, now) > permalink.LONGEST_LINK:
        st.info(
            "These settings are too long for a link. Use “Save settings”, and “Open settings” "
            "to come back to them."
        )


def full_size(photo, settings):
    """Return the filtered photo with every pixel, as PNG; one visitor at a time, to spare memory.

    Returns
    -------
    bytes
    """
    with _one_download:
        image = grey_levels(photo.full()) if settings.grey else photo.full()
        response = apply_stack(image, settings.passes, edges=settings.edges)
        return to_png(to_display(response, settings.display))


def _named(step):
    return step.title + (f" ×{step.repeat}" if step.repeat > 1 else "")


def _choose_name(settings, name):
    step = settings.step
    if name == CUSTOM:
        if len(step.kernels) > 1:
            step = replace(step, name=FilterStep().name)
        typed = step.typed()
        return settings.with_step(step.with_typed(**typed, as_custom=True))
    return settings.with_step(
        replace(step, name=name, parameters=(), cells=(), divisor="1", bias="0")
    )


def _parameters(state):
    step = state.now.step
    known = () if step.name == CUSTOM else FILTERS[step.name].parameters
    for i, one in enumerate(known):

        def read(settings, i=i):
            values = settings.step.parameters or tuple(p.default for p in known)
            return values[i] if isinstance(known[i].default, float) else int(values[i])

        def write(settings, value, i=i):
            values = list(settings.step.parameters or (p.default for p in known))
            values[i] = value
            return settings.with_step(replace(settings.step, parameters=tuple(values)))

        st.slider(
            f"{one.name} ({one.unit})",
            one.low,
            one.high,
            step=one.step,
            help=one.about,
            **state.bind_number(f"{step.name}.{one.name}", read, write),
        )


def _editor(state):
    edits = st.session_state.setdefault("image_filters.edits", {})
    origins = st.session_state.setdefault("image_filters.origins", {})
    now, owner = state.now, f"{state.now.chosen}"
    if now.step.name != CUSTOM:
        origins[owner] = now.step

    def taken(kernel):
        try:
            # The filter that was typed into, even if another has been chosen meanwhile.
            edited = replace(state.now, chosen=int(kernel["owner"]))
            step = edited.step.with_typed(kernel["cells"], kernel["divisor"], kernel["bias"])
            edits[kernel["owner"]] = kernel["edit"]
        except (KeyError, TypeError, AttributeError, ValueError):
            return  # The editor has marked it already; a forged message changes nothing.
        state.set(replace(edited.with_step(step), chosen=state.now.chosen))

    def reset():
        step = state.now.step
        origin = replace(
            origins.get(owner, FilterStep()), bias="0", stride=step.stride, repeat=step.repeat
        )
        state.set(state.now.with_step(origin))

    kernel_editor(
        {**now.step.typed(), "edit": edits.get(owner)},
        owner=owner,
        changed=now.step.name == CUSTOM or now.step.bias != "0",
        on_kernel=taken,
        on_reset=reset,
        key="image_filters.kernel",
    )


def _stack_buttons(state):
    now = state.now
    with st.container(horizontal=True):
        st.button(
            "Add a filter",
            disabled=len(now.filters) >= MOST_FILTERS,
            help=f"Apply another filter to the result, up to {MOST_FILTERS}.",
            on_click=state.setter(FilterSettings.with_added),
        )
        if len(now.filters) > 1:
            st.button("Remove", on_click=state.setter(FilterSettings.with_removed))
            st.button(
                "Earlier",
                disabled=now.chosen == 0,
                on_click=state.setter(lambda settings: settings.with_moved(-1)),
            )
            st.button(
                "Later",
                disabled=now.chosen == len(now.filters) - 1,
                on_click=state.setter(lambda settings: settings.with_moved(1)),
            )


def _open_settings(state):
    @whole
    def opened():
        taken, refused = admit(st.session_state["image_filters.opened"])
        problem = plain(refused[0]) if refused else None
        try:
            for _, data in taken:
                state.set(permalink.from_file(state.page, FilterSettings, data))
        except permalink.LinkError as error:
            problem = str(error)
        st.session_state["image_filters.open_problem"] = problem

    st.file_uploader("A settings file", ["json"], key="image_filters.opened", on_change=opened)
    if st.session_state.get("image_filters.open_problem"):
        st.error(st.session_state["image_filters.open_problem"])


def _bind_step(state, name):
    return state.bind_number(
        name,
        lambda s: getattr(s.step, name),
        lambda s, v: s.with_step(replace(s.step, **{name: v})),
    )


def _formula(step):
    rows, columns = step.kernels[0].shape
    sums = rf"\sum_{{i=1}}^{{{rows}}}\sum_{{j=1}}^{{{columns}}}"
    out = r"\text{out}(r,c)"
    under = r"\allowbreak\,\text{under}_{r,c}(i,j)"
    if len(step.kernels) > 1:
        a, b = (_matrix(kernel) for kernel in step.kernels)
        length = rf"{out}=\sqrt{{a^2+b^2}}"
        return rf"{length},\quad a={sums}{a}_{{ij}}{under},\quad b={sums}{b}_{{ij}}{under}"
    bias = "" if step.bias == "0" else f" + {step.bias}".replace("+ -", "- ")
    typed = step.typed()
    widest = max(len("".join(row)) for row in typed["cells"])
    if max(rows, columns) > 5 or widest > _WIDEST_MATRIX:
        return rf"{out}={sums}\text{{kernel}}(i,j){under}{bias}"
    divisor = "" if typed["divisor"] == "1" else rf"\tfrac{{1}}{{{typed['divisor']}}}"
    cells = r" \\ ".join(" & ".join(row) for row in typed["cells"])
    return rf"{out}={divisor}{sums}\begin{{bmatrix}}{cells}\end{{bmatrix}}_{{ij}}{under}{bias}"


def _matrix(kernel):
    cells = r" \\ ".join(" & ".join(readable(w).replace("−", "-") for w in row) for row in kernel)
    return rf"\begin{{bmatrix}}{cells}\end{{bmatrix}}"
