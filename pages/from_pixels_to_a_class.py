"""From pixels to a class: a small picture through a whole network, every number to follow back."""

import streamlit as st

from vizcore.ui import forward_controls as controls
from vizcore.ui.forward import forward
from vizcore.ui.forward_settings import ForwardSettings
from vizcore.ui.frame import open_page
from vizcore.ui.state import PageState

open_page(
    "pages/from_pixels_to_a_class.py",
    "Point at any number, a logit for example, and see what it came from, stage by stage back to "
    "the pixels; a click or tap holds it. Paint a face of your own, or type other weights.",
)
state = PageState("forward", ForwardSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
stroke = st.session_state.setdefault("forward.stroke", [None])


def edited(edit):
    """Take in a picture or a number; what is painted in one stroke is one edit to undo."""
    try:
        changed = state.now.with_edit(edit)
        going_on = "stroke" in edit and edit["stroke"] == stroke[0]
        state.set(changed) if going_on else state.edit(changed)
        stroke[0] = edit.get("stroke")
    except (ValueError, KeyError, TypeError):
        st.toast("That could not be changed. The page stays as it was.")


now = state.now
trace = now.trace()
forward(
    now,
    trace,
    on_edit=edited,
    on_undo=state.undo,
    can_undo=state.can_undo,
    visit=state.visits,
    key="forward.forward",
)
controls.examples(now)
controls.stages(now)
controls.network(state)
st.subheader("What happens on the way", anchor=False)
controls.explain(trace)
controls.origin(now)
controls.volumes()
