import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from triage.errors import (
    InvalidTransition,
    NotAllowed,
    NoteError,
    NotFound,
    ReviewConflict,
    StoreUnavailable,
    TriageError,
)
from triage.flag import Assessment, Band, Level, Status
from triage.note import Note
from triage.review.people import Person, Role
from triage.review.records import Decision, Mark, QueueFilter, Submission
from triage.review.settings import ReviewSettings
from triage.review.vocabulary import EraseReason, ItemKind, ItemState, Outcome, Reason, SkipReason, Standing, Verdict
from triage.service import ReviewService
from triage.triager import Triager

People = dict[str, Person]


def test_a_note_goes_from_submission_to_a_settled_review(service, people, submit, review):
    receipt = submit(service, case_id="C-1", team="east")
    assert (receipt.created, receipt.note_version, receipt.state) == (True, 1, ItemState.WAITING)
    rows = service.queue(people["reviewer"]).rows
    assert [(row.note_id, row.case_id, row.item.team, row.claimable) for row in rows] == [("N-1", "C-1", "east", True)]
    assert rows[0].reasons and set(rows[0].indicators) == {flag.indicator for flag in receipt.assessment.flags}
    assert review(service, people["reviewer"], receipt.item_id).state is ItemState.WAITING_SECOND
    assert review(service, people["second"], receipt.item_id).state is ItemState.AGREED
    page = service.note_page(people["third"], receipt.item_id)
    assert [vote.reviewer for vote in page.votes if vote.current].count("reviewer") == len(receipt.assessment.flags)
    assert {standing.standing for standing in page.standings} == {Standing.AGREED}
    assert service.reports.verify_audit(people["auditor"]).broken is None


def test_the_exact_text_comes_back(service, people, submit):
    text = "﻿YP said \N{WINKING FACE}\r\n“he will post my nudes unless I pay him”\u00a0- and cried."
    receipt = submit(service, text)
    page = service.note_page(people["reviewer"], receipt.item_id)
    assert page.note.text == text
    assert page.assessment == receipt.assessment


def test_the_same_text_again_changes_nothing(service, people, submit):
    first, again = submit(service), submit(service)
    assert (again.created, again.item_id, again.assessment) == (False, first.item_id, first.assessment)
    assert service.queue(people["reviewer"]).total == 1


def test_a_changed_text_is_a_new_version_and_earlier_decisions_stay(service, people, submit, review, texts):
    first = submit(service)
    review(service, people["reviewer"], first.item_id)
    review(service, people["second"], first.item_id)
    second = submit(service, texts["flagged"] + " Police informed.")
    assert (second.created, second.note_version) == (True, 2)
    page = service.note_page(people["reviewer"], second.item_id)
    assert [(v.item_id, v.note_version, v.state) for v in page.versions] == [(first.item_id, 1, ItemState.AGREED)]
    earlier = service.note_page(people["reviewer"], first.item_id)
    assert earlier.note.text == texts["flagged"] and earlier.votes


def test_a_decision_on_an_older_version_is_refused(service, people, submit, texts):
    item = service.claim(people["reviewer"], submit(service).item_id)
    submit(service, texts["flagged"] + " Police informed.")
    decision = Decision("sextortion", Verdict.AGREE)
    with pytest.raises(ReviewConflict) as refusal:
        service.decide(people["reviewer"], item.id, version=item.version, decision=decision)
    assert refusal.value.code == "newer_note"


def test_the_same_note_at_the_same_moment_is_stored_once(service, people, submit):
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: submit(service), range(8)))
    assert len({receipt.item_id for receipt in receipts}) == 1
    assert [receipt.created for receipt in receipts].count(True) == 1


def test_a_note_that_cannot_be_assessed_reaches_a_person(service, people, submit):
    receipt = submit(service, "\ud800 lone")
    assert receipt.assessment.outcome == "not_assessed"
    row = service.queue(people["reviewer"]).rows[0]
    assert (row.item.kind, row.item.band) == (ItemKind.NOT_ASSESSED, Band.NEXT_WORKING_DAY)
    assert service.note_page(people["reviewer"], receipt.item_id).note.text == "\ud800 lone"


def test_notes_that_come_in_together_are_all_assessed(service, submit, texts):
    with ThreadPoolExecutor(16) as pool:
        numbered = [(f"{texts['flagged']} Ref {number}.", f"N-{number}") for number in range(48)]
        receipts = list(pool.map(lambda note: submit(service, note[0], id=note[1]), numbered))
    assert {receipt.assessment.outcome for receipt in receipts} == {"assessed"}
    assert len({tuple(flag.indicator for flag in receipt.assessment.flags) for receipt in receipts}) == 1


class Broken(Triager):
    def assess_case(self, notes: object) -> tuple[tuple[Assessment, ...], object]:  # type: ignore[override]
        raise RuntimeError("with the words of a note")


def test_a_crash_of_the_triager_queues_the_note(sqlite_service, triager, people, submit):
    triager.__class__, kept = Broken, triager.__class__
    try:
        receipt = submit(sqlite_service)
    finally:
        triager.__class__ = kept
    assert receipt.assessment.cause == "internal_error"
    assert receipt.state is ItemState.WAITING


@pytest.mark.parametrize("bad", [None, "", "x" * 201, "a\x00b", "\ud800"])
def test_an_id_that_cannot_be_stored_is_refused(sqlite_service, people, bad):
    with pytest.raises(NoteError, match="id"):
        sqlite_service.submit(people["system"], Submission("cms", Note("text", id=bad)))


def test_a_case_is_read_together(sqlite_service, submit):
    first = submit(sqlite_service, id="N-1", case_id="C-1")
    later = submit(sqlite_service, "School visit. Quiet today, ate lunch with friends.", id="N-2", case_id="C-1")
    assert first.assessment.reading_order.band is Band.SAME_DAY
    assert later.assessment.reading_order.band is Band.NOTE
    assert later.state is ItemState.NOT_QUEUED


# Claims


def test_no_two_people_read_one_note(service, people, submit, clock):
    item_id = submit(service).item_id
    service.claim(people["reviewer"], item_id)
    assert service.claim(people["reviewer"], item_id).lease_owner == "reviewer"
    with pytest.raises(ReviewConflict, match="somebody else"):
        service.claim(people["second"], item_id)
    assert service.claim_next(people["second"]) is None
    clock.advance(minutes=31)
    assert service.claim(people["second"], item_id).lease_owner == "second"


def test_an_expired_lease_decides_nothing(service, people, submit, clock):
    item = service.claim(people["reviewer"], submit(service).item_id)
    clock.advance(minutes=31)
    decision = Decision("sextortion", Verdict.AGREE)
    with pytest.raises(ReviewConflict) as refusal:
        service.decide(people["reviewer"], item.id, version=item.version, decision=decision)
    assert refusal.value.code == "lease_expired"
    assert service.note_page(people["reviewer"], item.id).votes == ()


def test_a_skipped_note_is_offered_to_others_only(service, people, submit):
    item = service.claim(people["reviewer"], submit(service).item_id)
    service.skip(people["reviewer"], item.id, reason=SkipReason.KNOWS_FAMILY)
    assert service.claim_next(people["reviewer"]) is None
    taken = service.claim_next(people["second"])
    assert taken is not None and taken.id == item.id
    service.release(people["second"], item.id)
    assert service.queue(people["lead"]).rows[0].skips == 1


def test_sixteen_reviewers_claim_at_once_none_twice_none_lost(service, submit, texts):
    notes = 48
    for number in range(notes):
        submit(service, f"{texts['flagged']} Ref {number}.", id=f"N-{number}")
    reviewers = [Person(f"r{number}", "R", frozenset({Role.REVIEWER})) for number in range(16)]
    start = threading.Barrier(len(reviewers))

    def claim_all(person: Person) -> list[str]:
        start.wait()
        claimed = []
        while item := service.claim_next(person):
            claimed.append(item.id)
        return claimed

    with ThreadPoolExecutor(len(reviewers)) as pool:
        claimed = [item_id for items in pool.map(claim_all, reviewers) for item_id in items]
    assert len(claimed) == len(set(claimed)) == notes


# Decisions


def test_two_decisions_on_one_flag_are_refused(service, people, submit):
    item = service.claim(people["reviewer"], submit(service).item_id)
    item = service.decide(
        people["reviewer"], item.id, version=item.version, decision=Decision("sextortion", Verdict.AGREE)
    )
    with pytest.raises(ReviewConflict) as refusal:
        service.decide(
            people["reviewer"], item.id, version=item.version, decision=Decision("sextortion", Verdict.UNSURE)
        )
    assert refusal.value.code == "already_decided"


def test_two_decisions_at_one_moment_store_one(service, people, submit):
    item = service.claim(people["reviewer"], submit(service).item_id)
    start = threading.Barrier(2)

    def decide(verdict: Verdict) -> bool:
        start.wait()
        try:
            service.decide(people["reviewer"], item.id, version=item.version, decision=Decision("sextortion", verdict))
        except ReviewConflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (Verdict.AGREE, Verdict.UNSURE))) == [False, True]
    assert len(service.note_page(people["reviewer"], item.id).votes) == 1


def test_a_stale_form_is_refused(service, people, submit):
    item = service.claim(people["reviewer"], submit(service).item_id)
    service.claim(people["reviewer"], item.id)
    with pytest.raises(ReviewConflict) as refusal:
        service.complete(people["reviewer"], item.id, version=item.version, outcome=Outcome.ACT)
    assert refusal.value.code == "stale"


def test_undo_keeps_the_history(service, people, submit):
    person = people["reviewer"]
    item = service.claim(person, submit(service).item_id)
    item = service.decide(person, item.id, version=item.version, decision=Decision("sextortion", Verdict.AGREE))
    item = service.undo(person, item.id, version=item.version, indicator="sextortion")
    wrong = Decision("sextortion", Verdict.DISAGREE, reason=Reason.BENIGN_EXPLANATION, comment="<b>'; DROP TABLE votes")
    service.decide(person, item.id, version=item.version, decision=wrong)
    votes = service.note_page(person, item.id).votes
    assert [(vote.decision.verdict, vote.current) for vote in votes] == [
        (Verdict.AGREE, False),
        (Verdict.WITHDRAWN, False),
        (Verdict.DISAGREE, True),
    ]
    assert votes[-1].decision == wrong


def test_every_flag_is_decided_before_the_end(service, people, submit):
    item = service.claim(people["reviewer"], submit(service).item_id)
    with pytest.raises(InvalidTransition) as refusal:
        service.complete(people["reviewer"], item.id, version=item.version, outcome=Outcome.ACT)
    assert refusal.value.code == "undecided_flags"


def test_a_second_reader_is_blind_to_the_first_and_conflict_goes_to_a_lead(service, people, submit, review):
    receipt = submit(service)
    assert review(service, people["reviewer"], receipt.item_id).state is ItemState.WAITING_SECOND
    with pytest.raises(NotAllowed):
        service.claim(people["reviewer"], receipt.item_id)
    for watcher in ("second", "lead"):
        page = service.note_page(people[watcher], receipt.item_id)
        assert page.item.second_reason is None
        assert (page.votes, page.reviews, page.standings) == ((), (), ())
    item = review(service, people["second"], receipt.item_id, disagree=("sextortion",))
    assert item.state is ItemState.CONFLICTED
    assert service.note_page(people["second"], receipt.item_id).standings == ()
    page = service.note_page(people["lead"], receipt.item_id)
    conflicts = [s.indicator for s in page.standings if s.standing is Standing.CONFLICTED]
    assert conflicts == ["sextortion"] and "adjudicate" in page.can
    item = service.adjudicate(
        people["lead"],
        item.id,
        version=item.version,
        rulings=[Decision("sextortion", Verdict.AGREE)],
        outcome=Outcome.ACT_TODAY,
        comment="The threat is plain.",
    )
    assert item.state is ItemState.ADJUDICATED
    page = service.note_page(people["second"], receipt.item_id)
    assert [(a.lead, a.outcome, a.comment) for a in page.adjudications] == [
        ("lead", Outcome.ACT_TODAY, "The threat is plain.")
    ]


def test_adjudication_can_be_taken_back_by_its_lead_only(service, people, submit, review):
    receipt = submit(service)
    review(service, people["reviewer"], receipt.item_id)
    item = review(service, people["second"], receipt.item_id, outcome=Outcome.NO_ACTION)
    assert item.state is ItemState.CONFLICTED
    item = service.adjudicate(people["lead"], item.id, version=item.version, rulings=(), outcome=Outcome.ACT)
    with pytest.raises(NotAllowed):
        service.reopen(people["other_lead"], item.id, version=item.version)
    item = service.reopen(people["lead"], item.id, version=item.version)
    assert item.state is ItemState.CONFLICTED
    service.adjudicate(people["other_lead"], item.id, version=item.version, rulings=(), outcome=Outcome.NO_ACTION)
    page = service.note_page(people["lead"], receipt.item_id)
    assert [(a.lead, a.current) for a in page.adjudications] == [("lead", False), ("other_lead", True)]


def test_a_reader_does_not_adjudicate_her_own_note(service, people, submit, review):
    receipt = submit(service)
    review(service, people["lead"], receipt.item_id)
    item = review(service, people["second"], receipt.item_id, outcome=Outcome.NO_ACTION)
    with pytest.raises(NotAllowed):
        service.adjudicate(people["lead"], item.id, version=item.version, rulings=(), outcome=Outcome.ACT)


def test_a_completed_review_is_reopened_by_its_reader(open_service, people, submit, review):
    service = open_service(second_review_bands=frozenset())
    receipt = submit(service)
    item = review(service, people["reviewer"], receipt.item_id)
    assert item.state is ItemState.AGREED
    with pytest.raises(NotAllowed):
        service.reopen(people["second"], item.id, version=item.version)
    item = service.reopen(people["reviewer"], item.id, version=item.version)
    assert (item.state, item.lease_owner, item.reviewers) == (ItemState.IN_REVIEW, "reviewer", ())
    item = service.complete(people["reviewer"], item.id, version=item.version, outcome=Outcome.NO_ACTION)
    reviews = service.note_page(people["second"], item.id).reviews
    assert [(r.outcome, r.current) for r in reviews] == [(Outcome.ACT, False), (Outcome.NO_ACTION, True)]


# Reading blind


def test_flags_stay_hidden_until_the_own_first_judgement(open_service, people, submit, texts):
    service = open_service(blind_share=1.0)
    receipt = submit(service)
    row = service.queue(people["reviewer"]).rows[0]
    assert (row.hidden, row.indicators, row.reasons) == (True, (), ())
    assert service.queue(people["reviewer"], filters=QueueFilter(indicator="sextortion")).total == 0
    item = service.claim(people["reviewer"], receipt.item_id)
    page = service.note_page(people["reviewer"], receipt.item_id)
    assert page.hidden and page.assessment is None and page.order is None and page.open_indicators == ()
    with pytest.raises(InvalidTransition) as refusal:
        service.decide(
            people["reviewer"], item.id, version=item.version, decision=Decision("sextortion", Verdict.AGREE)
        )
    assert refusal.value.code == "judge_first"
    start = texts["flagged"].index("Mum has kept the phone")
    mark = Mark("radicalisation_extremism", start, start + 22, Status.POSSIBLE, Level.WARNING_SIGN)
    item = service.judge_first(people["reviewer"], item.id, version=item.version, marks=[mark])
    page = service.note_page(people["reviewer"], item.id)
    assert page.assessment == receipt.assessment and page.marks == (mark,)
    assert [(vote.decision.indicator, vote.blind) for vote in page.votes] == [("radicalisation_extremism", True)]
    assert service.note_page(people["second"], item.id).hidden
    with pytest.raises(InvalidTransition):
        service.judge_first(people["reviewer"], item.id, version=item.version, marks=[])


def test_a_sampled_note_cannot_be_told_from_a_blind_flagged_one(open_service, people, submit, review, texts):
    service = open_service(blind_share=1.0, sample_rate=1.0)
    submit(service, id="N-1")
    sampled = submit(service, texts["ordinary"], id="N-2")
    rows = service.queue(people["reviewer"]).rows
    assert {row.item.kind for row in rows} == {ItemKind.FLAGGED}
    assert {(row.hidden, row.indicators, row.reasons) for row in rows} == {(True, (), ())}
    assert service.note_page(people["reviewer"], sampled.item_id).hidden
    review(service, people["reviewer"], sampled.item_id)
    assert service.note_page(people["reviewer"], sampled.item_id).item.kind is ItemKind.SAMPLE


def test_who_reads_blind_cannot_be_drawn_again(open_service, people, submit, texts):
    service = open_service(blind_share=0.5)
    for number in range(20):
        submit(service, f"{texts['flagged']} Ref {number}.", id=f"N-{number}")
    drawn = {row.note_id: row.hidden for row in service.queue(people["reviewer"]).rows}
    assert set(drawn.values()) == {True, False}
    for number in range(20):
        submit(service, f"{texts['flagged']} Ref {number}, corrected.", id=f"N-{number}")
    assert {row.note_id: row.hidden for row in service.queue(people["reviewer"]).rows} == drawn


# Access


@pytest.mark.parametrize(
    ("role", "step"),
    [
        ("analyst", lambda s, p, item: s.queue(p)),
        ("auditor", lambda s, p, item: s.note_page(p, item)),
        ("analyst", lambda s, p, item: s.claim_next(p)),
        ("reviewer", lambda s, p, item: s.reports.overview(p)),
        ("reviewer", lambda s, p, item: s.reports.notices(p)),
        ("lead", lambda s, p, item: s.reports.audit_entries(p)),
        ("reviewer", lambda s, p, item: s.restrict_case(p, "C-1", people=[])),
        ("reviewer", lambda s, p, item: s.submit(p, Submission("cms", Note("text", id="N-9")))),
        ("lead", lambda s, p, item: list(s.reports.labelled(p))),
        ("lead", lambda s, p, item: s.upkeep.purge(p)),
        ("reviewer", lambda s, p, item: s.upkeep.erase_case(p, "C-1", reason=EraseReason.GRANTED_REQUEST)),
        ("reviewer", lambda s, p, item: s.adjudicate(p, item, version=1, rulings=(), outcome=Outcome.ACT)),
    ],
)
def test_without_the_role_nothing_happens_and_the_attempt_is_recorded(sqlite_service, people, submit, role, step):
    item_id = submit(sqlite_service).item_id
    with pytest.raises(NotAllowed):
        step(sqlite_service, people[role], item_id)
    last = sqlite_service.reports.audit_entries(people["auditor"])[-1]
    assert (last.actor, last.action) == (role, "denied")


def test_a_restricted_case_is_seen_by_named_people_only(service, people, submit):
    receipt = submit(service, case_id="C-1", restricted=True)
    other = submit(service, "Parcels from a man met in a game, K will not say who.", id="N-2", case_id="C-1")
    for look in (
        lambda p: service.note_page(p, receipt.item_id),
        lambda p: service.claim(p, other.item_id),
        lambda p: service.glance(p, receipt.item_id),
    ):
        with pytest.raises(NotFound):
            look(people["reviewer"])
    assert service.queue(people["reviewer"]).total == 0
    assert service.find_case(people["reviewer"], "C-1") == ()
    assert service.claim_next(people["reviewer"]) is None
    assert [notice.code for notice in service.reports.notices(people["lead"])] == ["nobody_named"]
    service.grant(people["lead"], "C-1", "reviewer")
    assert service.case_readers(people["lead"], "C-1") == ("reviewer",)
    assert service.note_page(people["reviewer"], receipt.item_id).note.case_id == "C-1"
    service.revoke(people["lead"], "C-1", "reviewer")
    with pytest.raises(NotFound):
        service.note_page(people["reviewer"], receipt.item_id)
    service.lift_restriction(people["lead"], "C-1")
    assert len(service.find_case(people["second"], "C-1")) == 2


@pytest.mark.parametrize("item_id", ["", "0" * 32, "x' OR 1=1 --", "\x00", "a" * 5000])
def test_an_item_that_is_not_there(service, people, item_id):
    with pytest.raises(NotFound):
        service.note_page(people["reviewer"], item_id)
    with pytest.raises(NotFound):
        service.claim(people["reviewer"], item_id)


# Failure


def test_a_full_disk_is_said_and_nothing_is_half_written(sqlite_url, key_ring, triager, people, submit, texts):
    service = ReviewService.open(ReviewSettings(database_url=sqlite_url, key_ring=key_ring), triager)
    submit(service)
    file = sqlite_url.removeprefix("sqlite:///")
    with service._desk.store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
        for number in range(50):
            submit(service, texts["flagged"] * 5, id=f"N-{number}")
    service.close()
    with sqlite3.connect(file) as plain:
        counts = [plain.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("items", "notes", "assessments")]
        submits = plain.execute("SELECT count(*) FROM audit WHERE action = 'submit'").fetchone()[0]
    plain.close()
    assert len({*counts, submits}) == 1
    reopened = ReviewService.open(ReviewSettings(database_url=sqlite_url, key_ring=key_ring), triager)
    assert reopened.reports.verify_audit(people["auditor"]).broken is None
    reopened.close()


@pytest.mark.postgres
def test_a_database_that_goes_and_comes_back(cluster, postgres_template, key_ring, triager, people, submit):
    url = cluster.create("goes_and_comes", template=postgres_template)
    service = ReviewService.open(ReviewSettings(database_url=url, key_ring=key_ring), triager)
    receipt = submit(service)
    cluster.stop()
    try:
        with pytest.raises(StoreUnavailable):
            service.claim(people["reviewer"], receipt.item_id)
        with pytest.raises(StoreUnavailable):
            service.ping()
    finally:
        cluster.start()
    assert service.claim(people["reviewer"], receipt.item_id).lease_owner == "reviewer"
    service.close()


def test_no_error_holds_words_of_a_note(sqlite_service, people, submit):
    canary = "Zanzibarcanary"
    receipt = submit(sqlite_service, f"He threatened to post her nudes. {canary}.", id=f"N-{canary}", case_id=canary)
    said = []
    for step in (
        lambda: sqlite_service.claim(people["analyst"], receipt.item_id),
        lambda: sqlite_service.complete(people["reviewer"], receipt.item_id, version=9, outcome=Outcome.ACT),
        lambda: sqlite_service.adjudicate(
            people["lead"], receipt.item_id, version=1, rulings=(), outcome=Outcome.ACT, comment="x" * 3000
        ),
    ):
        with pytest.raises(TriageError) as refusal:
            step()
        said.append(str(refusal.value))
    said += [str(entry) for entry in sqlite_service.reports.audit_entries(people["auditor"])]
    said.append(Path(str(sqlite_service._desk.store.engine.url.database)).read_bytes().decode("latin-1"))
    assert not any(canary in text for text in said)


@pytest.fixture
def sqlite_service(sqlite_url: str, key_ring: Path, triager: Triager, clock: Callable[..., object]) -> ReviewService:
    settings = ReviewSettings(database_url=sqlite_url, key_ring=key_ring, blind_share=0, sample_rate=0)
    service = ReviewService.open(settings, triager, clock=clock)  # type: ignore[arg-type]
    yield service  # type: ignore[misc]
    service.close()
