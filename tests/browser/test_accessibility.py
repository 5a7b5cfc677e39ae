"""axe-core has nothing to object to on any page, in any of its states, on a wide and on a narrow screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Objections = Callable[[], list[str]]


def test_pages_that_list_and_count(open_site: Callable, page: Page, objections: Objections) -> None:
    site = open_site()
    page.goto(f"{site.url}/sign-in")
    assert objections() == []
    page.goto(site.link)
    assert objections() == []
    for path in ("/overview", "/notices", "/people", "/audit", "/choices", "/nothing", "/?state=agreed"):
        page.goto(site.url + path)
        assert objections() == [], path
    page.goto(site.url)
    page.get_by_label("Find a case by its id").fill("C-01")
    with page.expect_navigation():
        page.get_by_role("button", name="Find").click()
    assert objections() == []


@pytest.mark.parametrize("width", [1280, 360])
def test_the_note_page_in_its_states(open_site: Callable, page: Page, objections: Objections, width: int) -> None:
    site = open_site()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.link)
    with page.expect_navigation():
        page.get_by_role("link", name="S-01").click()
    assert objections() == []
    with page.expect_navigation():
        page.get_by_role("button", name="Take this note").click()
    page.locator("#flag-1").get_by_label("Disagree", exact=True).check()
    for summary in page.locator("summary").all():
        summary.click()
    assert objections() == []
    with page.expect_navigation():
        page.locator("#flag-1 form.decision button").click()
    expect(page.locator(".summary")).to_be_focused()
    assert objections() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    address = page.url.split("#")[0].removesuffix("/decide")
    for path in ("/bundle", "/access", "/erase", "/adjudicate"):
        page.goto(address + path)
        assert objections() == [], path


def test_a_restricted_case_and_what_is_asked_before_it_is_erased(
    open_site: Callable, page: Page, objections: Objections
) -> None:
    site = open_site()
    page.goto(site.link)
    with page.expect_navigation():
        page.get_by_role("link", name="S-01").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Who may see the case").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Restrict to these people").click()
    assert objections() == []
    with page.expect_navigation():
        page.get_by_role("link", name="Erase everything").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Erase the case").click()
    expect(page.locator(".summary")).to_be_focused()
    assert objections() == []


def test_a_notice_with_a_form(open_site: Callable, page: Page, objections: Objections, submit: Callable) -> None:
    site = open_site()
    submit(site.service, id="R-1", case_id="C-restricted", restricted=True)
    page.goto(site.link)
    page.goto(f"{site.url}/notices")
    expect(page.get_by_label("Name a reader for case C-restricted")).to_be_visible()
    assert objections() == []


def test_a_blind_note_and_covered_words(open_site: Callable, page: Page, objections: Objections) -> None:
    site = open_site(blind_share=1.0)
    page.goto(site.link)
    page.goto(f"{site.url}/choices")
    page.get_by_label("Cover the words").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Keep").click()
    page.goto(site.url)
    with page.expect_navigation():
        page.get_by_role("link", name="S-01").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Take this note").click()
    assert objections() == []
    with page.expect_navigation():
        page.get_by_role("button", name="I see nothing to flag").click()
    expect(page.locator(".note details.mask")).not_to_have_attribute("open", "")
    assert objections() == []
