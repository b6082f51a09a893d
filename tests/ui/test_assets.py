import ast
import re
from collections import Counter
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


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_name_is_declared_twice_in_a_component(name):
    """A browser refuses such a script as a whole, and nothing is drawn."""
    source = ast.parse((UI / name / "__init__.py").read_text("utf-8"))
    (parts,) = [
        [one.value for one in call.args]
        for call in ast.walk(source)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "register"
    ]
    files = [UI / f"{part}.js" for part in ("shared", *parts[1:])] + [UI / name / f"{name}.js"]
    script = colours.as_javascript() + "".join(file.read_text("utf-8") for file in files)
    declared = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert [one for one, count in Counter(declared).items() if count > 1] == []
