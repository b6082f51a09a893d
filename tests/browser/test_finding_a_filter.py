r"""How a filter is found, in a real browser: clicks, keys, playing, links."""

from urllib.parse import urlencode

import numpy as np
import pytest
from helpers import eventually, settled, visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.slashes import PICTURES, TARGETS, rank_filters, score, scores
from vizcore.ui.numbers import readable
from vizcore.ui.slash_settings import STEPS, Signs, SlashSettings, from_lesson

LONE = Signs((-1, 1, 1, 1))


def address(server, settings):
    return f"{server.url}/finding_a_filter?{urlencode(to_query(settings))}"


def open_slashes(tab, server, settings=None):
    """Open the page and wait until both components are drawn."""
    visit(tab, address(server, settings or SlashSettings()))
    expect(tab.locator(".slashes[data-drawn]")).to_be_visible()
    expect(tab.locator(".descent[data-drawn]")).to_be_visible()


def cells(tab, caption):
    """The four cells under a caption."""
    return tab.locator("figure", has=tab.locator("figcaption", has_text=caption)).locator(
        ".quad > *"
    )


def numbers(texts):
    """Texts on screen as numbers."""
    return [float(text.split()[0].replace("−", "-").replace(",", "")) for text in texts]


def shown(tab, caption):
    return numbers(cells(tab, caption).all_inner_texts())


def check_score(tab, picture, filter):
    """Screen, filter, products, score and judgements are the core's."""
    picture, filter = np.reshape(picture, (2, 2)), np.reshape(filter, (2, 2))
    value = score(picture, filter)
    expect(tab.locator(".slashes")).to_have_attribute("data-score", f"{value:g}")
    assert shown(tab, "Screen") == picture.ravel().tolist()
    assert shown(tab, "Filter") == filter.ravel().tolist()
    assert shown(tab, "Products") == (picture * filter).ravel().tolist()
    assert numbers(tab.locator(".score").all_inner_texts()) == [value]
    formula = tab.locator(".slashes .formula").inner_text()
    assert formula.endswith(f"= {'+' * (value > 0)}{readable(value)}.")
    verdict = {1: "it says \\", -1: "it says /", 0: "it cannot tell"}[int(np.sign(value))]
    expect(tab.locator(".verdict")).to_contain_text(verdict)
    blind = tab.locator(".blind").inner_text()
    assert f"= {readable(picture.sum())}, and multiply" in blind
    assert f"= {readable(picture.prod())}. For both" in blind
    marks = tab.locator(".slashes .mark").all_inner_texts()
    assert numbers(marks) == scores(filter).tolist()
    agreement = np.sign(scores(filter) * TARGETS)
    assert [mark[-1] for mark in marks] == [{1: "✓", 0: "?", -1: "✗"}[a] for a in agreement]


def check_descent(tab, path, step):
    """Weights, gradient, scores and error at a step are the core's."""
    descent = tab.locator(".descent")
    expect(descent).to_have_attribute("data-step", str(step))
    assert float(descent.get_attribute("data-error")) == path.errors[step]
    weights = list(map(float, descent.get_attribute("data-weights").split()))
    assert weights == path.weights[step].ravel().tolist()
    digits = 0 if np.abs(path.scores[step]).max() >= 100 else 2
    close = {"atol": 0.51 * 10.0**-digits}
    np.testing.assert_allclose(shown(tab, "Weights now"), path.weights[step].ravel(), **close)
    np.testing.assert_allclose(shown(tab, "Gradient"), path.gradients[step].ravel(), **close)
    marks = tab.locator(".descent .mark").all_inner_texts()
    np.testing.assert_allclose(numbers(marks), path.scores[step], **close)
    said = tab.locator(".descent .formula").last.inner_text()
    assert said.endswith(f"/ 10 = {readable(path.errors[step], 3)}")
    points = tab.locator(".line.error").get_attribute("points").split()
    assert len(points) == step + 1
    if step < len(path.errors) - 1:
        following = path.weights[step + 1].ravel()
        np.testing.assert_allclose(shown(tab, "Next weights"), following, **close)


def press(tab, way):
    """Press a button of the bar, by the beginning of its name."""
    bar_button(tab, way).click()


def bar_button(tab, way):
    return tab.locator(f'.bar button[aria-label^="{way}"]')


# ---- Pixels and signs ----


def test_clicked_pixels_change_the_score_at_once_and_the_address(server, page):
    open_slashes(page, server)
    start = SlashSettings()
    check_score(page, start.picture, start.filter)
    picture = list(start.picture)
    for k in (1, 2, 0):
        cells(page, "Screen").nth(k).click()
        picture[k] = -picture[k]
        check_score(page, picture, start.filter)
    cells(page, "Filter").nth(1).click()
    check_score(page, picture, (1, -1, -1, 1))
    expected = SlashSettings(picture=Signs(picture), filter=Signs((1, -1, -1, 1)))
    page.wait_for_url(address(server, expected))
    settled(page)
    check_score(page, picture, (1, -1, -1, 1))


def test_the_keyboard_turns_signs_and_keeps_its_place(server, page):
    open_slashes(page, server)
    pixel = cells(page, "Screen").nth(3)
    pixel.focus()
    page.keyboard.press("Space")
    check_score(page, (1, -1, -1, -1), SlashSettings().filter)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    check_score(page, (1, -1, -1, -1), (-1, 1, -1, 1))
    page.wait_for_url(lambda url: "filter=" in url)
    settled(page)
    expect(cells(page, "Filter").nth(0)).to_be_focused()


def test_a_pixel_says_what_it_is(server, page):
    open_slashes(page, server)
    name = "Pixel top right: −1. Press to turn its sign."
    expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(page.get_by_role("radio", name="Slash \\ clean, + − / − +")).to_be_checked()


def test_every_slash_can_be_shown(server, page):
    open_slashes(page, server)
    options = page.get_by_role("radiogroup", name="Show a slash").locator("label")
    for k, picture in enumerate(PICTURES):
        options.nth(k).click()
        check_score(page, picture, SlashSettings().filter)


def test_the_sixteen_filters_stand_in_their_order_and_can_be_taken(server, page):
    open_slashes(page, server)
    group = page.get_by_role("radiogroup", name="Take a filter")
    options, ranked = group.locator("label"), rank_filters()
    expect(options).to_have_count(16)
    for k, one in enumerate(ranked):
        options.nth(k).click()
        check_score(page, SlashSettings().picture, one.weights)
        said = page.locator(".summary").inner_text()
        assert f"{one.right} right (✓), {one.undecided} at 0 (?), {one.wrong} wrong (✗)" in said
    rows = group.locator(".rank")
    assert [rows.nth(k).locator("label").count() for k in range(5)] == [1, 4, 6, 4, 1]
    heads = group.locator("th").all_inner_texts()
    assert heads[2:5] == ["wrong of 2 clean", "wrong of 8 badly drawn", "undecided of 10"]
    said = [numbers(row.locator("td").all_inner_texts()[:5]) for row in rows.all()]
    assert said == [
        [4, -4, 0, 0, 0],
        [2, -2, 0, 0, 6],
        [0, 0, 0, 4, 2],
        [-2, 2, 2, 2, 6],
        [-4, 4, 2, 8, 0],
    ]
    expect(rows.last).to_contain_text("perfect with the sign turned")
    options.first.locator("input").focus()
    page.keyboard.press("ArrowDown")
    check_score(page, SlashSettings().picture, ranked[1].weights)


def test_turning_the_best_sign_finds_the_filter(server, page):
    open_slashes(page, server, SlashSettings(filter=LONE))
    button = page.locator(".better")
    found = []
    for _ in range(3):
        found.append(page.locator(".slashes .mark").first.inner_text().split()[0])
        button.click()
    assert found == ["−2", "0", "+2"]
    check_score(page, SlashSettings().picture, (1, -1, -1, 1))
    expect(button).to_have_text("No turn is better")
    button.press("Enter")  # it stays in reach, and changes nothing
    check_score(page, SlashSettings().picture, (1, -1, -1, 1))


# ---- The descent ----


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.7])
def test_steps_show_the_cores_numbers(server, page, rate):
    settings = SlashSettings(rate=rate)
    path = settings.descent()
    open_slashes(page, server, settings)
    check_descent(page, path, 0)
    for step in (1, 2):
        press(page, "Next step")
        check_descent(page, path, step)
    press(page, "Previous step")
    check_descent(page, path, 1)
    last = len(path.errors) - 1
    page.get_by_role("slider", name="Step", exact=True).press("End")
    check_descent(page, path, last)
    expect(page.locator(".place")).to_contain_text(
        f"Step {last} of {last}: stopped" if path.diverged else f"Step {STEPS} of {STEPS}"
    )
    bar_button(page, "Next step").press("Enter")
    check_descent(page, path, last)
    press(page, "The start")
    check_descent(page, path, 0)
    expect(page.locator(".descent .place")).to_have_text(f"Step 0 of {last}: the start")


def test_it_plays_without_the_server_and_rewinds_to_the_same_start(server, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    settings = SlashSettings()
    open_slashes(page, server, settings)
    start = shown(page, "Weights now")
    told = len(sent)
    press(page, "Play")
    expect(page.locator(".descent")).to_have_attribute("data-step", str(STEPS))
    expect(bar_button(page, "Play")).to_be_visible()
    check_descent(page, settings.descent(), STEPS)
    page.wait_for_url(lambda url: f"step={STEPS}" in url)
    assert len(sent) == told + 1  # where it ended, for the address
    press(page, "The start")
    check_descent(page, settings.descent(), 0)
    assert shown(page, "Weights now") == start
    # In one task of the browser: on a busy machine it may be at its end before one can pause it.
    paused = page.locator(".descent .play").evaluate(
        "(button) => { button.click(); button.click(); return button.ariaLabel; }"
    )
    assert paused == "Play (space)"
    expect(page.locator(".descent")).not_to_have_attribute("data-step", str(STEPS))


def test_keys_step_and_names_stand_beside_the_points(server, page):
    open_slashes(page, server, SlashSettings(step=STEPS))
    names, points = (page.locator(f".weights svg {tag}") for tag in (".name", "circle"))
    expect(names).to_have_count(4)
    assert sorted(names.all_text_contents()) == ["w₁", "w₂", "w₃", "w₄"]
    # At the end two weights lie on each aim: their names have room, one below the other.
    boxes = names.evaluate_all("all => all.map((one) => one.getBoundingClientRect().y)")
    assert np.diff(sorted(boxes)).min() > 12
    colours = points.evaluate_all("all => all.map((one) => getComputedStyle(one).fill)")
    assert len(set(colours)) == 4
    page.emulate_media(color_scheme="dark")
    expect(points.first).not_to_have_css("fill", colours[0])
    aims = page.locator(".weights .aim")
    assert aims.all_text_contents() == ["0.375 best", "−0.375 best"]
    page.locator(".descent .bar button").nth(1).press("ArrowLeft")
    check_descent(page, SlashSettings().descent(), STEPS - 1)
    page.locator(".descent .bar button").nth(1).press("Home")
    check_descent(page, SlashSettings().descent(), 0)


def test_another_rate_keeps_the_step_and_another_seed_starts_anew(server, page):
    open_slashes(page, server, SlashSettings(step=20))
    page.get_by_role("slider", name="Learning rate").press("ArrowRight")
    page.wait_for_url(lambda url: "rate=0.11" in url)
    settled(page)
    expect(page.locator(".descent .times, .descent .operator").first).to_contain_text("0.11")
    check_descent(page, SlashSettings(rate=0.11).descent(), 20)
    page.get_by_role("spinbutton", name="Seed of the random start").fill("8")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "seed=8" in url)
    check_descent(page, SlashSettings(rate=0.11, seed=8).descent(), 0)


# ---- Links ----


def test_a_link_shows_the_same_screen(server, page):
    settings = SlashSettings(
        picture=LONE, filter=Signs((-1, -1, 1, -1)), seed=42, rate=0.3, step=12
    )
    open_slashes(page, server, settings)
    check_score(page, settings.picture, settings.filter)
    check_descent(page, settings.descent(), 12)


@pytest.mark.parametrize("slug", ["two-slashes", "dot-product"])
def test_a_lesson_opens_from_the_page(server, page, slug):
    open_slashes(page, server, SlashSettings(picture=LONE, filter=LONE))
    page.get_by_role("link", name=LESSONS[slug].title).click()
    settings = from_lesson(LESSONS[slug])
    page.wait_for_url(lambda url: "picture=-1" not in url)
    eventually(page, lambda: check_score(page, settings.picture, settings.filter))


def test_what_was_set_survives_a_switch_of_pages(server, page):
    open_slashes(page, server)
    cells(page, "Screen").nth(0).click()
    page.wait_for_url(lambda url: "picture=" in url)
    press(page, "Next step")
    page.wait_for_url(lambda url: "step=1" in url)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Image filters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Image filters")
    sidebar.get_by_role("link", name="How a filter is found").click()
    expect(page.locator(".descent[data-drawn]")).to_be_visible()
    check_score(page, (-1, -1, -1, 1), SlashSettings().filter)
    check_descent(page, SlashSettings().descent(), 1)
