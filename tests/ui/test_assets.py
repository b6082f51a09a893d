from pathlib import Path

import pytest
import streamlit as st

from vizcore.figures import colours
from vizcore.ui import assets

UI = Path(assets.__file__).parent
COMPONENTS = sorted(path.parent.name for path in UI.glob("*/*.js"))


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_sees_colours_and_helpers_before_its_own(monkeypatch, name):
    registered = {}
    monkeypatch.setattr(
        st.components.v2, "component", lambda key, **files: registered.update(files, key=key)
    )
    assets.register(name)
    read = {path.name: path.read_text("utf-8") for path in [*UI.iterdir(), *(UI / name).iterdir()]
            if path.suffix in (".js", ".css")}  # fmt: skip
    assert registered == {
        "key": f"vizcore_{name}",
        "js": colours.as_javascript() + read["shared.js"] + read[f"{name}.js"],
        "css": colours.as_css() + read["shared.css"] + read[f"{name}.css"],
    }
