"""The walls: who may import whom, and that the web process stays free of TensorFlow."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each room, with the rooms and the libraries it may import. Standard-library modules are free.
ROOMS = {
    "ops": ({"ops"}, {"numpy"}),
    "imaging": ({"ops", "imaging"}, {"numpy", "cv2", "PIL", "skimage"}),
    "lessons": ({"ops", "imaging", "lessons"}, {"numpy"}),
    "figures": ({"ops", "imaging", "lessons", "figures"}, {"numpy", "plotly", "PIL"}),
    "export": ({"ops", "imaging", "lessons", "figures", "export"}, {"numpy", "plotly", "PIL"}),
    "ui": ({"ops", "imaging", "lessons", "figures", "export", "ui"}, {"numpy", "cv2", "PIL", "streamlit"}),
}
PAGES = ({*ROOMS}, {"streamlit"})


def imported(path):
    """Yield the dotted names that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the walls"
            yield node.module


def strangers(path, rooms, libraries):
    """List what a file imports that its room may not."""
    found = []
    for name in imported(path):
        top, *rest = name.split(".")
        if top == "vizcore":
            allowed = rest and rest[0] in rooms
        else:
            allowed = top in libraries or top in sys.stdlib_module_names
        if not allowed:
            found.append(name)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room):
    files = list((ROOT / "vizcore" / room).rglob("*.py"))
    assert files
    assert {str(f.relative_to(ROOT)): s for f in files if (s := strangers(f, *ROOMS[room]))} == {}


def test_pages_import_only_streamlit_and_vizcore():
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
    assert {f.name: s for f in files if (s := strangers(f, *PAGES))} == {}


def test_every_room_is_in_the_table():
    folders = {p.name for p in (ROOT / "vizcore").iterdir() if (p / "__init__.py").exists()}
    assert folders == {*ROOMS}


def test_the_walls_catch_an_intruder(tmp_path):
    intruder = tmp_path / "intruder.py"
    intruder.write_text("import streamlit\ndef f():\n    from vizcore.ui import frame\n")
    assert strangers(intruder, *ROOMS["ops"]) == ["streamlit", "vizcore.ui"]
