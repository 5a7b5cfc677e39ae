"""Journeys through the pages without JavaScript, each form sent as the page holds it."""

import csv
import html
import re
from io import StringIO

import pytest
from markupsafe import escape

from triage.review.vocabulary import Verdict

HOSTILE = "<script>alert('x')</script> & \"quotes\"' OR 1=1; -- "


def note_of(page: str) -> str:
    """Return the note as a browser would show it, without the labels of flags."""
    body = re.search(r'<div class="note-text".*?>(.*?)</div>', page, re.DOTALL)
    assert body
    text = re.sub(r"<sup.*?</sup>", "", body.group(1))
    return html.unescape(re.sub(r"</?(?:mark|button)[^>]*>", "", text))


def test_a_note_is_read_decided_undone_and_completed(open_as, store, people, submit):
    item_id = submit(store, case_id="C-1", team="east").item_id
    reader, here = open_as("reviewer"), f"/notes/{item_id}"
    queue = reader.get("/")
    assert "N-1" in queue and "Sextortion" in queue and "read today" in queue
    assert "Take the note to review it" in reader.get(here)
    page = reader.post(f"{here}/claim")
    flags = re.findall(r'name="indicator" value="(\w+)"', page)
    assert "sextortion" in flags
    for flag in dict.fromkeys(flags):
        page = reader.post(f"{here}/decide", indicator=flag, verdict="disagree", reason="not_said", comment=HOSTILE)
        assert str(escape(HOSTILE.strip())) in page and "<script>alert" not in page
    page = reader.post(f"{here}/undo", indicator="sextortion")
    assert "Undone: Sextortion" in page and "no longer counts" in page
    reader.post(f"{here}/decide", indicator="sextortion", verdict="agree")
    page = reader.post(f"{here}/complete", outcome="act_today", comment="Strategy meeting.")
    assert "Waiting for a second reader" in page and "Act today" in page
    verdicts = [v.decision.verdict for v in store.note_page(people["reviewer"], item_id).votes if v.current]
    assert verdicts.count(Verdict.AGREE) == 1
    assert "The review is open again" in reader.post(f"{here}/reopen")


def test_the_note_is_shown_character_for_character(open_as, store, submit):
    text = (
        f"\ufeff{HOSTILE}YP said \U0001f609\r\n\u201che will post my nudes unless I pay him\u201d\u00a0- &amp; cried.\r"
    )
    page = open_as("reviewer").get(f"/notes/{submit(store, text).item_id}")
    assert note_of(page) == text
    assert 'class="harm"' in page and "<script>alert" not in page


def test_a_missed_indicator_is_added_by_typing_its_words(open_as, store, people, submit, texts):
    item_id = submit(store).item_id
    reader, here = open_as("reviewer"), f"/notes/{item_id}"
    reader.post(f"{here}/claim")
    page = reader.post(f"{here}/add", 422, indicator="online_gifts", words="not there")
    assert "These words are not in the note" in page and ">not there</textarea>" in page
    page = reader.post(f"{here}/add", indicator="online_gifts", words="a quiz  APP", corrected_level="warning_sign")
    assert "Added: " in page and ">+1<" in page
    vote = next(v for v in store.note_page(people["reviewer"], item_id).votes if v.decision.verdict is Verdict.ADDED)
    assert texts["flagged"][vote.decision.start : vote.decision.end] == "a quiz app"


@pytest.mark.parametrize("store", [{"blind_share": 1.0}], indirect=True)
def test_flags_are_hidden_until_the_own_first_judgement(open_as, store, submit):
    item_id = submit(store).item_id
    reader, here = open_as("reviewer"), f"/notes/{item_id}"
    assert "Sextortion" not in re.sub(r"<select.*?</select>", "", reader.get("/"), flags=re.DOTALL)
    page = reader.post(f"{here}/claim")
    shown = re.sub(r"<select.*?</select>", "", page, flags=re.DOTALL)
    assert "<mark" not in page and "Sextortion" not in shown and "read today" not in shown
    assert "choose &#39;I see nothing" in reader.post(f"{here}/judge", 422, step="save")
    row = {"m0-indicator": "sextortion", "m0-words": "send her nude photos"}
    assert "you filled in a row" in reader.post(f"{here}/judge", 422, step="nothing", **row).lower()
    more = reader.post(f"{here}/judge", step="rows", **row)
    assert 'name="m1-words"' in more and ">send her nude photos</textarea>" in more
    page = reader.post(f"{here}/judge", step="save", **row)
    assert "<mark" in page and "you saw it too" in page


def test_two_readers_who_differ_are_settled_by_a_lead(open_as, store, people, submit, review):
    item_id = submit(store).item_id
    review(store, people["reviewer"], item_id)
    review(store, people["second"], item_id, disagree=("sextortion",))
    here = f"/notes/{item_id}"
    assert "nothing for you to settle" in open_as("reviewer").get(f"{here}/adjudicate")
    lead = open_as("lead")
    assert "Settle what the readers" in lead.get(here)
    page = lead.get(f"{here}/adjudicate")
    assert "First reader" in page and "Disagree: the note does not say this" in page
    page = lead.post(f"{here}/adjudicate", 422, on=f"{here}/adjudicate", outcome="act")
    assert 'href="#adjudicate-r1-verdict"' in page
    form = {"r1-verdict": "disagree", "r1-reason": "not_said", "outcome": "act"}
    page = lead.post(f"{here}/adjudicate", on=f"{here}/adjudicate", **form)
    assert "Settled by a lead" in page and "Settled by lead" in page


def test_a_note_is_given_back_or_skipped_with_a_reason(open_as, store, submit):
    item_id = submit(store).item_id
    reader, here = open_as("reviewer"), f"/notes/{item_id}"
    reader.post(f"{here}/claim")
    assert "You gave the note back" in reader.post(f"{here}/release")
    reader.post("/next", on="/")
    assert "Choose why you skip" in reader.post(f"{here}/skip", 422, on=here)
    assert "You skipped the note" in reader.post(f"{here}/skip", on=here, reason="knows_family")
    assert "No note is waiting for you" in reader.post("/next", on="/")
    assert "Skipped once" in reader.get("/")


def test_filters_and_search_find_notes(open_as, store, submit):
    submit(store, case_id="C-1", team="east")
    reader = open_as("reviewer")
    for query in ("band=same_day", "indicator=sextortion", "team=east", "state=waiting", "band=nonsense&days=x"):
        assert "N-1" in reader.get(f"/?{query}"), query
    for query in ("band=note", "indicator=livestreaming", "team=west", "days=3", "state=agreed"):
        assert "No note waits here" in reader.get(f"/?{query}"), query
    assert "N-1" in reader.post("/search", on="/", case_id=" C-1 ")
    assert "not named for it" in reader.post("/search", on="/", case_id="C-2")
    reader.get("/?page=0", 422)


def test_earlier_notes_versions_and_exposure_are_shown(open_as, store, submit, texts):
    first = submit(store, case_id="C-1").item_id
    later = submit(store, texts["flagged"] + " Police told.", id="N-2", case_id="C-1").item_id
    reader = open_as("reviewer")
    page = reader.get(f"/notes/{later}")
    assert "Earlier flagged notes of this case" in page and f"/notes/{first}" in page
    assert "first note about harm" in page
    assert "You have read 2 notes about harm today" in reader.get(f"/notes/{first}")


def test_words_can_be_covered_until_asked_for(open_as, store, submit):
    item_id = submit(store).item_id
    reader = open_as("reviewer")
    reader.post("/choices", on="/choices", mask="on", shortcuts="on")
    page = reader.get(f"/notes/{item_id}")
    assert "<summary>Show the words (describes harm)</summary>" in page
    assert "<body data-shortcuts>" in page
    assert "data-shortcuts" not in reader.post("/choices", on="/choices")


def test_a_case_bundle_has_dated_quotes_and_decisions(open_as, store, people, submit, review):
    item_id = submit(store, case_id="C-1").item_id
    review(store, people["reviewer"], item_id)
    review(store, people["second"], item_id)
    page = open_as("lead").get(f"/notes/{item_id}/bundle")
    assert "Evidence of case C-1" in page and "reviewer: Agree" in page and "Act, not today" in page
    loose = submit(store, id="N-9").item_id
    assert "names no case" in open_as("lead").get(f"/notes/{loose}/bundle", 404)


def test_a_restricted_case_is_seen_by_named_people_only(open_as, store, submit):
    here = f"/notes/{submit(store, case_id='C-1').item_id}"
    lead, reader = open_as("lead"), open_as("reviewer")
    page = lead.post(f"{here}/access", on=f"{here}/access", step="restrict", person="second")
    assert "Only the people named here" in page and "second" in page
    reader.get(here, 404)
    assert "N-1" not in reader.get("/") and "N-1" in open_as("second").get("/")
    lead.post(f"{here}/access", on=f"{here}/access", step="grant", person="reviewer")
    reader.get(here)
    lead.post(f"{here}/access", on=f"{here}/access", step="revoke", person="reviewer")
    reader.get(here, 404)
    assert "Every reader may see" in lead.post(f"{here}/access", on=f"{here}/access", step="lift")


def test_a_lead_can_step_back_from_a_restricted_case(open_as, store, submit):
    here = f"/notes/{submit(store, case_id='C-1').item_id}"
    lead = open_as("lead")
    lead.post(f"{here}/access", on=f"{here}/access", step="restrict", person="second")
    assert "not named for that case any more" in lead.post(
        f"{here}/access", on=f"{here}/access", step="revoke", person="lead"
    )
    lead.get(here, 404)


def test_a_case_that_comes_in_restricted_gets_its_reader_from_the_notices(open_as, store, submit):
    here = f"/notes/{submit(store, case_id='C-1', restricted=True).item_id}"
    lead = open_as("lead")
    lead.get(here, 404)
    assert "second may now see the case" in lead.post("/notices/name", on="/notices", person="second")
    assert "nothing to look into" in lead.get("/notices")
    open_as("second").get(here)


def test_a_case_is_erased_once_its_id_and_a_reason_are_given(open_as, store, people, submit):
    here = f"/notes/{submit(store, case_id='C-1').item_id}"
    submit(store, "Parcels from a man met in a game, K will not say who.", id="N-2", case_id="C-1")
    lead = open_as("lead")
    assert "2 note texts" in lead.get(f"{here}/erase")
    for fields, fault in (({"case_id": "C-1"}, "Choose why"), ({"reason": "wrong_case", "case_id": "c-1"}, "exactly")):
        page = lead.post(f"{here}/erase", 422, on=f"{here}/erase", **fields)
        assert fault in page and "There is a problem" in page
    lead.get(here)
    done = lead.post(f"{here}/erase", on=f"{here}/erase", reason="wrong_case", case_id=" C-1 ")
    assert "The case is erased: 2 texts" in done and "N-1" not in done
    lead.get(here, 404)
    entry = next(
        entry
        for entry in store.reports.audit_entries(people["auditor"])
        if entry.action == "erase" and entry.detail and "notes" in entry.detail
    )
    assert (entry.actor, entry.detail) == ("lead", {"reason": "wrong_case", "notes": 2})


def test_people_are_shown_and_their_sessions_ended(open_as, store):
    open_as("reviewer").get("/")
    lead = open_as("lead")
    page = lead.get("/people")
    assert "<td>reviewer</td>" in page and "(you)" in page
    before = store.sign_ins.look_up("reviewer")
    assert "The sessions have ended" in lead.post("/people", on="/people", person="reviewer")
    assert store.sign_ins.look_up("reviewer").session == before.session + 1
    lead.post("/people", 404, on="/people", person="nobody")


def test_overview_notices_and_csv(open_as, store, submit):
    submit(store, team="east")
    lead = open_as("lead")
    page = lead.get("/overview")
    assert "Agreement with the tool" in page and "fewer than 5" in page
    assert list(csv.reader(StringIO(lead.get("/overview.csv?since=2026-01-01"))))
    assert "Notices" in lead.get("/notices")
    assert "Overview" in open_as("analyst").get("/")


def test_an_auditor_reads_and_checks_the_log(open_as, store, submit):
    submit(store)
    auditor = open_as("auditor")
    assert "submit" in auditor.get("/audit")
    assert "There are no later entries" in auditor.get("/audit?after=100000")
    assert "The log is whole" in auditor.post("/audit", on="/audit")


def test_a_note_that_was_not_assessed_says_so(open_as, store, submit):
    reader = open_as("reviewer")
    item_id = submit(store, "\ud800 lone").item_id
    assert "Not assessed" in reader.get("/")
    page = reader.get(f"/notes/{item_id}")
    assert "Cause: " in page and "\ufffd lone" in page
