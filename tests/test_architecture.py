"""The walls: who may import whom, and that the web process stays free of TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each room, with the rooms (or single modules of a room) and the libraries it may import.
# Standard-library modules are free.
ROOMS = {
    "ops": ({"ops"}, {"numpy"}),
    "imaging": ({"ops", "imaging"}, {"numpy", "cv2", "PIL", "skimage"}),
    "nets": ({"ops", "imaging", "nets"}, {"numpy", "sklearn", "h5py"}),
    "lessons": ({"ops", "imaging", "nets.architectures", "lessons"}, {"numpy"}),
    "figures": ({"ops", "imaging", "nets", "lessons", "figures"}, {"numpy", "plotly", "PIL"}),
    "export": (
        {"ops", "imaging", "nets", "lessons", "figures", "export"},
        {"numpy", "plotly", "PIL"},
    ),
    "compute": (
        {"ops", "imaging", "nets", "compute"},
        {"numpy", "dask", "distributed", "sqlalchemy"},
    ),
    "ui": (
        {"ops", "imaging", "nets", "lessons", "figures", "export", "compute", "ui"},
        {"numpy", "cv2", "PIL", "streamlit"},
    ),
}
PAGES = ({*ROOMS}, {"streamlit"})

# What a room may import inside its functions alone, which only workers run.
IN_FUNCTIONS = {"nets": {"keras", "tensorflow"}, "compute": {"keras", "tensorflow"}}


def imported(path):
    """Yield the dotted names that a file imports, and whether inside a function."""
    yield from _imported(ast.parse(path.read_text("utf-8")), path, inside=False)


def _imported(tree, path, *, inside):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the walls"
            yield node.module, inside
        function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        yield from _imported(node, path, inside=inside or function)


def strangers(path, rooms, libraries, in_functions=()):
    """List what a file imports that its room may not."""
    found = []
    for name, inside in imported(path):
        top, *rest = name.split(".")
        if top == "vizcore":
            allowed = rest and {rest[0], ".".join(rest[:2])} & rooms
        else:
            allowed = top in libraries or top in sys.stdlib_module_names
        if not (allowed or (inside and top in in_functions)):
            found.append(name)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room):
    files = list((ROOT / "vizcore" / room).rglob("*.py"))
    assert files
    walls = *ROOMS[room], IN_FUNCTIONS.get(room, ())
    assert {str(f.relative_to(ROOT)): s for f in files if (s := strangers(f, *walls))} == {}


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


@pytest.mark.parametrize("name", ["keras", "tensorflow", "keras.layers"])
def test_nets_may_import_keras_inside_functions_alone(tmp_path, name):
    file = tmp_path / "net.py"
    for text, found in {
        f"def f():\n    import {name}\n": [],
        f"class A:\n    def f(self):\n        from {name} import x\n": [],
        f"import {name}\n": [name],
        f"if True:\n    import {name}\n": [name],
        f"class A:\n    import {name}\n": [name],
        f"try:\n    from {name} import x\nexcept ImportError:\n    pass\n": [name],
        "def f():\n    import streamlit\n": ["streamlit"],
    }.items():
        file.write_text(text)
        assert strangers(file, *ROOMS["nets"], IN_FUNCTIONS["nets"]) == found


def test_lessons_see_layer_tables_and_nothing_else_of_networks(tmp_path):
    file = tmp_path / "lesson.py"
    file.write_text(
        "from vizcore.nets.architectures import layer_table\n"
        "from vizcore.nets.training import train\n"
        "from vizcore.nets import architectures\n"
    )
    assert strangers(file, *ROOMS["lessons"]) == ["vizcore.nets.training", "vizcore.nets"]


# Told by a process of its own, since this one may have imported anything.
VISIT = """
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file(sys.argv[1], default_timeout=120)
at.switch_page(sys.argv[2]).run()
assert at.title and not at.exception, at.exception
print("imported:", *sorted({"tensorflow", "keras"} & {*sys.modules}))
"""


def imported_by_visiting(folder, page):
    """Open a page of the app in a folder, and tell which forbidden libraries came with it."""
    visit = subprocess.run(
        [sys.executable, "-c", VISIT, str(folder / "app.py"), page],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert visit.returncode == 0, visit.stderr
    return visit.stdout.removeprefix("imported:").split()


@pytest.mark.parametrize(
    "page", ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]
)
def test_no_page_brings_tensorflow_or_keras_into_the_web_process(page):
    assert imported_by_visiting(ROOT, page) == []


def test_a_visit_notices_keras(tmp_path):
    (tmp_path / "keras.py").write_text("")
    (tmp_path / "app.py").write_text("import keras\nimport streamlit\nstreamlit.title('Page')\n")
    assert imported_by_visiting(tmp_path, "app.py") == ["keras"]
