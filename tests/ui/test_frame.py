from pathlib import Path

from streamlit.testing.v1 import AppTest

from vizcore.ui.frame import PAGES

ROOT = Path(__file__).parents[2]


def test_every_page_can_be_reached():
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
    assert sorted(PAGES) == sorted(str(file.relative_to(ROOT)) for file in files)
    assert len(set(PAGES.values())) == len(PAGES)


def test_every_page_links_to_all_in_order():
    at = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    assert [link.value for link in at.sidebar.get("page_link")] == list(PAGES.values())
