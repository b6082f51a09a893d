"""A page for the tests: the stepper plays pooling."""

import numpy as np
import streamlit as st

from vizcore.ops import trace_pool2d
from vizcore.ui.stepper import stepper

_NUMBERS = np.random.default_rng(5).integers(-20, 20, (5, 6, 2)).astype(float)
POOLS = {
    "max": ((_NUMBERS[..., 0], 2), {}),
    "average": ((_NUMBERS[..., 0], (3, 2)), {"stride": 2, "padding": 1, "mode": "average"}),
    "max of channels, ceil_mode": (
        (_NUMBERS - 30, (2, 3)),
        {"stride": (2, 4), "padding": (0, 1), "ceil_mode": True},
    ),
    "average, ceil_mode": (
        (_NUMBERS[..., 0], 3),
        {"stride": (2, 4), "ceil_mode": True, "mode": "average", "count_include_pad": True},
    ),
}
"""Name → the arguments of `pool2d`."""


def main():
    """Show the pooling that the address names."""
    st.title("Pooling", anchor=False)
    name = st.query_params["pool"]
    arguments, settings = POOLS[name]
    stepper(trace_pool2d(*arguments, **settings), label=name, key="pooling")


if __name__ == "__main__":
    main()
