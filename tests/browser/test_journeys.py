"""Whole tasks of a reader in Chromium: by keyboard alone, with the mouse, and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from triage.review.people import Person, Role
from triage.review.vocabulary import Reason, Verdict

pytestmark = pytest.mark.browser

NOTE = "S-01"
TEXT_OF_NOTE = """() => {
  const copy = document.querySelector('[data-note]').cloneNode(true);
  copy.querySelectorAll('[data-label]').forEach((label) => label.remove());
  return copy.textContent;
}"""
SELECT_WORDS = """(words) => {
  const walker = document.createTreeWalker(document.querySelector('[data-note]'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.querySelector('[data-note]').dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
    return;
  }
  throw new Error('not in the note');
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on an element, and see that the focus can be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.first.evaluate("(element, selector) => element.matches(selector)", selector):
            assert focused.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab never reached {selector}")


def press_until(page: Page, key: str, condition: str) -> None:
    for _ in range(60):
        if page.locator(":focus").evaluate(f"element => {condition}"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never gave {condition}")


def go(page: Page, target: Locator) -> None:
    """Click what leads to another page and wait for that page."""
    with page.expect_navigation():
        target.click()


def decide_all(page: Page, verdict: str) -> None:
    while (forms := page.locator("form.decision")).count():
        forms.first.get_by_label(verdict, exact=True).check()
        if verdict == "Disagree":
            forms.first.get_by_label("Why do you disagree?").select_option("not_said")
        go(page, forms.first.get_by_role("button"))


def submit_with(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_note_is_reviewed_by_keyboard_alone(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    submit_with(page, "table.rows a")
    submit_with(page, "form[action$='/claim'] button")

    tab_to(page, "#flag-1 input[value=agree]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#flag-1 input[value=disagree]")).to_be_checked()
    tab_to(page, "#flag-1 select[name=reason]")
    press_until(page, "ArrowDown", f"element.value === '{Reason.BENIGN_EXPLANATION}'")
    tab_to(page, "#flag-1 textarea[name=comment]")
    page.keyboard.type("Said in a drama lesson.")
    submit_with(page, "#flag-1 form.decision button")
    expect(page.locator("#flag-1")).to_contain_text("the note gives an ordinary explanation")
    assert page.url.endswith("#flag-2" if page.locator("#flag-2").count() else "#outcome")

    tab_to(page, "#add summary")
    page.keyboard.press("Enter")
    tab_to(page, "#add select[name=indicator]")
    press_until(page, "ArrowDown", "element.value === 'device_distress'")
    tab_to(page, "#add textarea[data-words]")
    page.keyboard.type("not slept")
    submit_with(page, "#add button")
    expect(page.locator("#added .decided")).to_contain_text("Not slept")

    submit_with(page, "#flag-1 form[action$='/undo'] button")
    expect(page.locator("[role=status]")).to_contain_text("Undone")
    expect(page.locator("#flag-1 form.decision")).to_be_visible()

    item_id = page.url.split("/notes/")[1].split("#")[0]
    votes = site.service.note_page(Person("you", "You", frozenset({Role.REVIEWER})), item_id).votes
    verdicts = [(vote.decision.verdict, vote.current) for vote in votes]
    assert (Verdict.DISAGREE, False) in verdicts and (Verdict.ADDED, True) in verdicts


def test_words_selected_with_the_mouse_fill_the_form(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("button", name="Take this note"))
    page.evaluate(SELECT_WORDS, "Tutor is sitting")
    form = page.locator("#add form")
    expect(form.locator("[data-words]")).to_have_value("Tutor is sitting")
    text = page.evaluate(TEXT_OF_NOTE)
    assert form.locator("[name=start]").input_value() == str(text.index("Tutor is sitting"))
    form.locator("[data-words]").fill("Tutor is")
    assert form.locator("[name=start]").input_value() == ""


@pytest.mark.parametrize("page", [False], indirect=True)
def test_a_review_is_completed_without_javascript(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("button", name="Take this note"))
    decide_all(page, "Agree")
    page.get_by_label("Act today").check()
    go(page, page.get_by_role("button", name="Complete the review"))
    expect(page.locator(".facts")).to_contain_text("Waiting for a second reader")


@pytest.mark.parametrize("page", [False], indirect=True)
def test_a_lead_restricts_and_erases_a_case_without_javascript(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    go(page, page.get_by_role("link", name=NOTE))
    case_id = page.locator(".facts li").first.inner_text().removeprefix("Case ")
    go(page, page.get_by_role("link", name="Who may see the case"))
    page.get_by_label("People who may see it").fill("second")
    go(page, page.get_by_role("button", name="Restrict to these people"))
    expect(page.locator("main li")).to_have_count(2)
    page.get_by_label("Act as").select_option(label="Another lead")
    go(page, page.get_by_role("button", name="Change"))
    expect(page.get_by_role("link", name=NOTE)).to_have_count(0)
    page.get_by_label("Act as").select_option(label="You")
    go(page, page.get_by_role("button", name="Change"))
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("link", name="Who may see the case"))
    go(page, page.get_by_role("link", name="Erase everything that is kept of this case"))
    page.get_by_label("Why is it erased?").select_option(label="It was sent under the wrong case")
    page.get_by_label("Type the id of the case").fill(case_id)
    go(page, page.get_by_role("button", name="Erase the case"))
    expect(page.locator("[role=status]")).to_contain_text("The case is erased")
    expect(page.get_by_role("link", name=NOTE)).to_have_count(0)
    reading = Person("you", "You", frozenset({Role.LEAD}))
    assert site.service.find_case(reading, case_id) == ()


def test_two_readings_and_an_adjudication(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)

    def read(verdict: str) -> None:
        go(page, page.get_by_role("link", name=NOTE))
        go(page, page.get_by_role("button", name="Take this note"))
        decide_all(page, verdict)
        page.get_by_label("Act, not today").check()
        go(page, page.get_by_role("button", name="Complete the review"))

    def act_as(name: str) -> None:
        page.get_by_label("Act as").select_option(label=name)
        go(page, page.get_by_role("button", name="Change"))

    read("Agree")
    act_as("Second reader")
    read("Disagree")
    expect(page.locator(".facts")).to_contain_text("Readers differ")
    act_as("Another lead")
    page.goto(f"{site.url}/?state=conflicted")
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("link", name="Settle what the readers see differently"))
    for ruling in page.locator("section.decision").all():
        ruling.get_by_label("The flag is right").check()
    page.get_by_label("Act today").check()
    go(page, page.get_by_role("button", name="Settle the note"))
    expect(page.locator(".facts")).to_contain_text("Settled by a lead")


def test_a_glossary_word_opens_and_closes_by_keyboard(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    for address in [link.get_attribute("href") for link in page.locator("table.rows a").all()]:
        page.goto(site.url.removesuffix("/review") + address)
        if page.locator("button.term").count():
            break
    tab_to(page, "button.term")
    page.keyboard.press("Enter")
    tip = page.locator(".tip:popover-open")
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_single_keys_work_only_where_they_were_chosen(open_site: Callable, page: Page) -> None:
    site = open_site()
    page.goto(site.link)
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("button", name="Take this note"))
    page.keyboard.press("d")
    expect(page.locator("[name=verdict]:checked")).to_have_count(0)
    address = page.url
    page.goto(f"{site.url}/choices")
    page.get_by_label("Use single keys on the note page").check()
    go(page, page.get_by_role("button", name="Keep"))
    page.goto(address)
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#flag-1 input[value=disagree]")).to_be_checked()


def test_the_bundle_prints(open_site: Callable, page: Page, tmp_path: Path) -> None:
    site = open_site()
    page.goto(site.link)
    go(page, page.get_by_role("link", name=NOTE))
    go(page, page.get_by_role("link", name="Evidence to print"))
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".bundle-note")).to_be_visible()
    assert page.pdf(path=tmp_path / "bundle.pdf").startswith(b"%PDF")
