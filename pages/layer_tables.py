"""Layer tables: what each layer of a network makes of the one before it, and what it costs."""

import streamlit as st

from vizcore.ui import layer_controls as controls
from vizcore.ui.frame import open_page
from vizcore.ui.layer_editing import layer_editor
from vizcore.ui.layer_settings import LayerSettings
from vizcore.ui.state import PageState

open_page(
    "pages/layer_tables.py",
    "Every layer makes a new volume of numbers. Choose a network, or change its layers, and see "
    "their sizes, parameters, work and receptive fields.",
)
state = PageState("layers", LayerSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
controls.network(state)
now = state.now
layer_editor(state)
controls.examples(now)
controls.readings(now)
st.subheader("How to read the table", anchor=False)
st.markdown(
    "**Output** is rows × columns × channels; the heights in the picture grow with rows and "
    "columns, the widths with channels, both gently. A convolution has one channel for each of its "
    "filters, since each filter spans the full depth of its input. **Parameters** are the weights "
    "and biases, whatever the size of the picture; **multiply-adds**, the work for one picture, "
    "grow with it, and only convolutions and dense layers are counted. In AlexNet, say, the "
    "convolutions do most of the work, and the dense layers hold most of the parameters. The "
    "**receptive field** is the part of the input that one cell can see: it grows with every "
    "window, faster behind a stride or a pooling. With padding it can be larger than the picture, "
    "as it then reaches into the padding."
)
controls.deeper(state)
controls.shrinking(now)
