"""A browser component is a folder: its Python, its script, its style; this joins them."""

import json
import struct
from pathlib import Path

import streamlit as st

from vizcore.figures import colours

_HERE = Path(__file__).parent


def register(name):
    """Register the component that lives in the folder ``vizcore/ui/<name>``.

    Every component sees the colour language and the helpers of ``shared.js`` before its own
    script, so that a number or a colour is written the same way in all of them.

    Parameters
    ----------
    name : str
        The folder's name; it holds ``<name>.js`` and ``<name>.css``.

    Returns
    -------
    callable
        Streamlit's mounting command.
    """
    folder = _HERE / name
    shared = (_HERE / "shared.js").read_text("utf-8"), (_HERE / "shared.css").read_text("utf-8")
    script = (folder / f"{name}.js").read_text("utf-8")
    style = (folder / f"{name}.css").read_text("utf-8")
    return st.components.v2.component(
        f"vizcore_{name}",
        css=colours.as_css() + shared[1] + style,
        js=colours.as_javascript() + shared[0] + script,
    )


def pack(header, *parts):
    """One blob for a component: a JSON header, then raw bytes (``unpack`` in ``shared.js``).

    Streamlit hands a component bytes only as one top-level value.

    Parameters
    ----------
    header : dict
        What JSON can hold.
    *parts : bytes
        Pictures or pixels, in the order in which the script reads them.

    Returns
    -------
    bytes
        Little-endian length of the header, the header, the parts.
    """
    text = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    return b"".join((struct.pack("<I", len(text)), text, *parts))
