from datetime import date

from triage.review.records import Mark


def test_a_bundle_holds_a_case_s_dated_evidence_with_what_was_decided(open_service, people, submit, review, texts):
    service = open_service(sample_rate=1.0, second_review_bands=frozenset())
    later = submit(service, id="N-2", case_id="C-1", recorded_at=date(2026, 3, 1))
    missed = submit(service, texts["ordinary"], id="N-1", case_id="C-1", recorded_at=date(2026, 2, 1))
    submit(service, texts["ordinary"] + " Again.", id="N-3", case_id="C-1")
    submit(service, id="N-4", case_id="C-2")
    review(service, people["reviewer"], later.item_id)
    review(service, people["reviewer"], missed.item_id, marks=[Mark("secrecy_withdrawal", 0, 10)])
    bundle = service.reports.bundle(people["lead"], "C-1")
    assert [page.note.id for page in bundle.notes] == ["N-1", "N-2"]
    assert bundle.notes[1].standings and bundle.notes[1].reviews
    # The sampled note that still waits counts like a hidden flagged one: otherwise the number would tell them apart.
    assert bundle.withheld == 1
    assert (bundle.case_id, bundle.made_by) == ("C-1", "lead")
    entries = service.reports.audit_entries(people["auditor"], limit=1000)
    assert bundle.audit_head in {entry.hash for entry in entries}


def test_a_bundle_leaves_out_what_is_still_hidden(open_service, people, submit):
    service = open_service(blind_share=1.0)
    submit(service, case_id="C-1")
    bundle = service.reports.bundle(people["reviewer"], "C-1")
    assert (bundle.notes, bundle.withheld) == ((), 1)


def test_every_read_and_write_is_in_the_log(service, people, submit):
    receipt = submit(service, case_id="C-1")
    service.queue(people["reviewer"])
    service.find_case(people["reviewer"], "C-1")
    service.claim(people["reviewer"], receipt.item_id)
    service.note_page(people["reviewer"], receipt.item_id)
    service.release(people["reviewer"], receipt.item_id)
    service.reports.overview(people["lead"])
    service.reports.bundle(people["lead"], "C-1")
    entries = service.reports.audit_entries(people["auditor"])
    assert [entry.action for entry in entries] == (
        ["submit", "list", "search", "claim", "read", "release", "overview", "bundle"]
    )
    assert [entry.seq for entry in service.reports.all_audit_entries(people["auditor"])] == list(range(1, 10))
    assert {entry.subject for entry in entries if entry.action in ("claim", "read")} == {receipt.item_id}
    assert service.reports.audit_entries(people["auditor"], after=3, limit=2)[0].seq == 4
