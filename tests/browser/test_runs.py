"""Runs in a real browser: a real network learns on a cluster of the tests' own."""

import contextlib
import re

import psutil
import pytest
from conftest import Server
from helpers import eventually, fits, settled
from playwright.sync_api import expect
from test_accessibility import serious_violations

from vizcore.compute import Jobs, Settings
from vizcore.compute.address import read_address
from vizcore.compute.runs import State
from vizcore.compute.training_job import TrainingJob
from vizcore.compute.visitors import COOKIE, new_token, visitor_of
from vizcore.nets.training import TrainingSettings

NETWORK = "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"
HOSTILE = "<b>**x**</b> :red[y] :material/home: $z$"
PATIENT = 180_000
"""Milliseconds for what waits for TensorFlow to be imported, on a machine that is busy."""


def job(epochs, batch=8):
    return TrainingJob("digits", NETWORK, TrainingSettings(epochs=epochs, batch=batch))


class Place:
    """A server whose runs and whose cluster are the test's own, and its visitor."""

    def __init__(self, folder):
        self.settings = Settings(runs=folder / "runs", linger=120, inference_memory="2GiB")
        self.token = new_token()
        self.me = visitor_of(self.token)
        self.jobs = Jobs(self.settings)
        self.start()

    def start(self):
        self.server = Server(**self.settings.to_environment()).wait()

    def own(self, context):
        """Let a browser be the visitor's."""
        context.add_cookies([{"name": COOKIE, "value": self.token, "url": self.server.url}])

    def run(self, run_id):
        return self.jobs.runs.get(run_id)

    def made(self, name, epochs_done=3, state=State.FINISHED, **changes):
        """Make a run that nothing had to be trained for."""
        runs, asked = self.jobs.runs, job(3)
        run = runs.create(self.me, name, "vizcore.compute.training_job:TrainingJob",
                          asked.to_settings(), asked.cost())  # fmt: skip
        claimed = runs.claim(f"ticket-{run.id}", "nowhere")
        for epoch in range(1, epochs_done + 1):
            figures = {"loss": 2 / epoch, "val_loss": 1.9 / epoch, "rate": 0.001, "seconds": 1.0,
                       "accuracy": 1 - 0.5 / epoch, "val_accuracy": 1 - 0.4 / epoch}  # fmt: skip
            runs.commit_epoch(claimed, epoch, figures, "nowhere")
        runs.end(claimed, state, metrics={"test_accuracy": 0.875})
        return runs.get(run.id)

    def address(self, **query):
        return f"{self.server.url}/runs?" + "&".join(f"{k}={v}" for k, v in query.items())

    def close(self):
        self.server.stop()
        self.jobs.close()
        if found := read_address(self.settings.runs):
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [psutil.Process(found.pid)]
                family += family[0].children(recursive=True)
                for one in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        one.kill()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One server and one cluster for this module: TensorFlow starts once."""
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.close()


@pytest.fixture
def mine(place, page):
    """A tab of the visitor's."""
    place.own(page.context)
    yield page
    for run in place.jobs.runs.of(place.me):
        if run.is_active:
            place.jobs.stop(run.id, place.me)


def open_page(tab, address):
    tab.goto(address)
    expect(tab.locator("h1")).to_be_visible(timeout=PATIENT)


def drawn(tab, trace=0, axis="y"):
    """The points of a line of the chart, as Plotly has them."""
    # While a page runs anew, the chart it had may stand beside its new one for a moment.
    return tab.locator(".js-plotly-plot").first.evaluate(
        "(chart, [trace, axis]) => [...(chart.data?.[trace]?.[axis] ?? [])]", [trace, axis]
    )


def grows(tab, beyond):
    """Wait until the chart has more epochs than so many, and return how many."""
    tab.wait_for_function(
        "beyond => document.querySelector('.js-plotly-plot')?.data?.[0].x.length > beyond",
        arg=beyond,
        timeout=PATIENT,
    )
    return len(drawn(tab))


def state(tab):
    # While a page runs anew, what it showed before may stand beside it for a moment.
    return tab.locator("h2 + p").first


def test_a_network_is_watched_through_a_refresh_stopped_resumed_and_shared(place, mine, browser):
    open_page(mine, f"{place.server.url}/runs")
    run = place.jobs.submit(job(200, batch=4), place.me, HOSTILE)  # more than anybody waits for
    mine.reload()
    row = mine.locator(f"tr[data-run='{run.id}']")
    expect(row.locator("a")).to_have_text(HOSTILE)
    row.locator("a").click()
    expect(mine.locator("h2").first).to_have_text(HOSTILE)

    # It grows in place: the chart that is on screen is the one that was there before.
    expect(mine.locator(".js-plotly-plot")).to_be_visible()
    mine.locator(".js-plotly-plot").evaluate("chart => { chart.mine = true; }")
    seen = grows(mine, 0)
    seen = grows(mine, seen)
    assert mine.locator(".js-plotly-plot").evaluate("chart => chart.mine")
    expect(mine.locator(".told")).to_contain_text(f"of {run.epochs}")
    expect(mine.get_by_role("progressbar")).to_be_visible()
    kept = {one.number: one.metrics for one in place.jobs.runs.history(run.id)}
    assert drawn(mine)[:seen] == [kept[number]["loss"] for number in range(1, seen + 1)]
    assert drawn(mine, 4)[:1] == [kept[1]["val_accuracy"]]

    # A refresh, and the keyboard: the focus stays while the curves grow.
    mine.reload()
    seen = grows(mine, seen)
    stop = mine.get_by_role("button", name="Stop", exact=True)
    stop.focus()
    seen = grows(mine, seen)
    expect(stop).to_be_focused()

    # Who only has the link looks on.
    other = browser.new_context()
    guest = other.new_page()
    open_page(guest, place.address(run=run.id))
    expect(guest.get_by_text("This run is somebody else's.")).to_be_visible(timeout=PATIENT)
    grows(guest, seen)
    for name in ("Stop", "Resume", "Start again", "Rename", "Delete"):
        expect(guest.get_by_role("button", name=name)).to_have_count(0)
    assert len(guest.context.cookies()) >= 1
    other.close()

    mine.keyboard.press("Enter")
    expect(state(mine)).to_contain_text("Stopped", timeout=PATIENT)
    settled(mine)
    done = place.run(run.id).epochs_done
    assert seen <= done < run.epochs
    assert grows(mine, done - 1) == done

    mine.get_by_role("button", name="Resume").click()
    expect(state(mine)).to_contain_text("Training", timeout=PATIENT)
    settled(mine)
    grows(mine, done)
    assert drawn(mine, 0, "x")[: done + 1] == list(range(1, done + 2))

    # A web server that is killed takes nothing with it.
    place.server.process.kill()
    place.server.process.wait()
    place.start()
    place.own(mine.context)
    open_page(mine, place.address(run=run.id))
    expect(mine.locator("h2").first).to_have_text(HOSTILE)
    grows(mine, done + 1)
    mine.get_by_role("button", name="Stop", exact=True).click()
    expect(state(mine)).to_contain_text("Stopped", timeout=PATIENT)


def test_a_run_finishes_and_says_so_by_itself(place, mine):
    run = place.jobs.submit(job(3), place.me, "Three epochs")
    open_page(mine, place.address(run=run.id))
    expect(state(mine)).to_contain_text("Finished", timeout=PATIENT)
    expect(state(mine)).to_contain_text("test accuracy")

    def whole():
        assert drawn(mine, 0, "x") == [1, 2, 3]

    eventually(mine, whole)
    expect(mine.get_by_role("progressbar")).to_have_count(0)
    expect(mine.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    expect(mine.get_by_role("button", name="Train longer")).to_be_visible()


def test_of_two_marked_runs_the_curves_are_laid_side_by_side(place, mine):
    place.made("One"), place.made("Other", epochs_done=2)
    open_page(mine, f"{place.server.url}/runs")
    for name in ("One", "Other"):
        mine.get_by_role("checkbox", name=f"Mark {name}", exact=True).check()
    mine.get_by_role("link", name="Compare the two").click()
    expect(mine.locator(".js-plotly-plot")).to_be_visible()
    told = mine.get_by_role("row", name=re.compile("^Epochs done (2 3|3 2)"))
    expect(told).to_have_count(1)

    def both():
        assert {len(drawn(mine, trace)) for trace in (0, 3)} == {2, 3}

    eventually(mine, both)
    mine.go_back()
    expect(mine.locator("tr[data-run]").first).to_be_visible()


def test_runs_are_renamed_and_deleted_by_keys_alone(place, mine):
    run = place.made("Old name")
    open_page(mine, f"{place.server.url}/runs")
    box = mine.get_by_role("checkbox", name="Mark Old name")
    box.focus()
    mine.keyboard.press("Space")
    mine.get_by_role("button", name="Rename").press("Enter")
    expect(mine.get_by_role("textbox", name="Name")).to_be_focused()
    mine.keyboard.type("*New*")
    mine.keyboard.press("Enter")
    expect(mine.locator(f"tr[data-run='{run.id}'] a")).to_have_text("*New*")
    assert place.run(run.id).name == "*New*"  # it is the server that tells the new name
    expect(mine.get_by_role("checkbox", name="Mark *New*")).to_be_focused()

    mine.get_by_role("button", name="Delete …").press("Enter")
    expect(mine.get_by_role("button", name="Keep")).to_be_focused()
    mine.keyboard.press("Enter")
    assert place.run(run.id)
    mine.get_by_role("button", name="Delete …").press("Enter")
    expect(mine.get_by_role("button", name="Keep")).to_be_focused()
    mine.keyboard.press("Shift+Tab")
    mine.keyboard.press("Enter")
    expect(mine.locator(f"tr[data-run='{run.id}']")).to_have_count(0)


def test_a_run_is_renamed_on_its_own_page(place, mine):
    run = place.made("Plain")
    open_page(mine, place.address(run=run.id))
    mine.get_by_role("button", name="Rename").click()
    mine.get_by_role("textbox", name="Name").fill("Better")
    mine.get_by_role("button", name="Save the name").click()
    expect(mine.locator("h2").first).to_have_text("Better")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(place, mine, width):
    mine.set_viewport_size({"width": width, "height": 900})
    one, other = place.made(HOSTILE), place.made("Other", state=State.CANCELLED)
    for query in ({}, {"run": one.id}, {"run": one.id, "beside": other.id}):
        open_page(mine, place.address(**query))
        expect(mine.locator(".js-plotly-plot" if query else "tr[data-run]").first).to_be_visible()
        settled(mine)
        assert serious_violations(mine) == []
        fits(mine)
