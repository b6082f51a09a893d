"""A browser component is a folder: its Python, its script, its style; this joins them."""

import json
import struct
from pathlib import Path

import streamlit as st

from vizcore.figures import colours

_HERE = Path(__file__).parent


def register(name, *parts):
    """Register the component that lives in the folder ``vizcore/ui/<name>``.

    Every component sees the colour language and the helpers of ``shared.js`` before its own
    script, so that a number or a colour is written the same way in all of them.

    Parameters
    ----------
    name : str
        The folder's name; it holds ``<name>.js`` and ``<name>.css``.
    *parts : str
        Scripts and styles beside `shared.js` that this component has in common with some others.

    Returns
    -------
    callable
        Streamlit's mounting command.
    """
    folder = _HERE / name
    files = [*(_HERE / part for part in ("shared", *parts)), folder / name]
    script, style = (
        "".join(file.with_suffix(kind).read_text("utf-8") for file in files)
        for kind in (".js", ".css")
    )
    return st.components.v2.component(
        f"vizcore_{name}",
        css=colours.as_css() + style,
        js=colours.as_javascript() + script,
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
