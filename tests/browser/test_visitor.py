"""A visitor is known again, and only where it matters."""

import re

from helpers import address, settled, visit
from playwright.sync_api import expect

from vizcore.compute.visitors import COOKIE, visitor_of


def cookies(tab):
    return {one["name"]: one for one in tab.context.cookies() if one["name"] == COOKIE}


def open_runs(tab, server):
    tab.goto(address(server, "pages/runs.py"))
    expect(tab.locator("h1")).to_be_visible()
    settled(tab)
    tab.wait_for_function("name => document.cookie.includes(`${name}=`)", arg=COOKIE)
    return cookies(tab)[COOKIE]


def test_who_does_not_train_gets_no_cookie(server, page):
    visit(page, address(server, "pages/pooling.py"))
    assert cookies(page) == {}


def test_a_visitor_keeps_the_token_through_a_reload(server, page):
    first = open_runs(page, server)
    assert visitor_of(first["value"])
    assert (first["path"], first["sameSite"]) == ("/", "Lax")
    page.reload()
    assert open_runs(page, server)["value"] == first["value"]
    page.goto(address(server, "pages/train_a_network.py"))
    settled(page)
    assert cookies(page)[COOKIE]["value"] == first["value"]


def test_a_token_that_is_none_of_ours_is_replaced(server, page):
    page.context.add_cookies([{"name": COOKIE, "value": "guess", "url": server.url}])
    page.goto(address(server, "pages/runs.py"))
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_function("name => !document.cookie.includes(`${name}=guess`)", arg=COOKIE)
    assert re.fullmatch(r"[\w-]{43}", cookies(page)[COOKIE]["value"])


def test_two_browsers_are_two_visitors(server, browser, page):
    mine = open_runs(page, server)
    other = browser.new_context()
    assert open_runs(other.new_page(), server)["value"] != mine["value"]
    other.close()
