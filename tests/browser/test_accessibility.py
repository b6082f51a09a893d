"""Every page for those who see little, or use no mouse."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers import address, in_both_themes, visit
from playwright.sync_api import expect

from vizcore.ui.frame import PAGES

SCREENS = [
    *((file, "") for file in PAGES),
    ("pages/gradients.py", "?part=filter"),
    ("pages/inside_a_network.py", "?node=conv1&map=3&picture=dfY2AYBYMBAAA"),
]
"""Every page as it opens, and the parts that its first screen does not show."""


def serious_violations(tab):
    """What axe finds on the screen, in light and in dark."""
    return [
        (scheme, one["id"], [node["target"] for node in one["nodes"]], one["nodes"][0]["html"])
        for scheme in in_both_themes(tab)
        for one in Axe().run(tab).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("file", "query"), SCREENS)
def test_axe_finds_nothing_serious(server, page, file, query, width):
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, address(server, file) + query)
    assert serious_violations(page) == []


def test_axe_finds_nothing_serious_in_an_open_popover(server, page):
    visit(page, address(server, "pages/gradients.py") + "?part=filter")
    page.get_by_role("button", name="Fill with …").click()
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_visible()
    assert serious_violations(page) == []


OURS = """() => {
  const roots = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean);
  const all = "button, input, select, textarea, a[href], [tabindex='0']";
  const reachable = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled
    && !e.closest("[inert]") && e.getAttribute("tabindex") !== "-1"
    && !(e.type === "radio" && !e.checked);
  window.ours = new Set(roots.flatMap((r) => [...r.querySelectorAll(all)]).filter(reachable));
  return ours.size;
}"""

SAME = f"""() => {{
  const before = window.ours ?? new Set();
  ({OURS})();
  return ours.size === before.size && [...ours].every((e) => before.has(e));
}}"""

FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  const { left, right } = e.getBoundingClientRect();
  // What scrolls in a frame may have its outline there.
  const frames = [e, e.closest(".goes-on")].filter(Boolean).map((one) => getComputedStyle(one));
  const wide = (one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2;
  const outlined = frames.some(wide);
  const onScreen = right > 0 && left < innerWidth;
  return onScreen && (!ours.delete(e) || outlined) ? null : e.outerHTML.slice(0, 200);
}"""


FEW = {"pages/data.py": 1, "pages/inside_a_network.py": 3, "pages/your_own_classes.py": 0}
"""Controls of our own on pages where most are Streamlit's."""


def walk(tab, few):
    """Walk from the top of the page by Tab: the controls not reached, and those not shown.

    None where some were drawn anew meanwhile, as when an answer comes, or a size is found.
    """
    tab.wait_for_function(SAME, polling=500)
    assert tab.evaluate(OURS) >= few
    unseen = []
    for _ in range(150):
        tab.keyboard.press("Tab")
        unseen.append(tab.evaluate(FOCUSED))
        if not tab.evaluate("ours.size"):
            break
    if tab.evaluate("[...ours].some((e) => !e.isConnected)"):
        return None
    missed = tab.evaluate("[...ours].map((e) => e.outerHTML.slice(0, 200))")
    return missed, [one for one in unseen if one]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("file", PAGES)
def test_tab_reaches_every_control_and_shows_where_it_is(server, page, file, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = None
    for _ in range(5):
        visit(page, address(server, file))
        if found := walk(page, FEW.get(file, 6)):
            break
    assert found == ([], [])
