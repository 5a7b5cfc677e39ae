from datetime import date

import pytest

from triage.errors import NotFound
from triage.review.vocabulary import EraseReason, ItemState

HISTORY = "Two years ago, before placement, she had a second phone that nobody knew of."


def test_the_steps_open_to_a_person(open_service, people, submit, review):
    service = open_service(blind_share=1.0)
    item_id = submit(service).item_id
    reviewer, second = people["reviewer"], people["second"]

    def can(person):
        return service.note_page(person, item_id).can

    assert can(reviewer) == {"claim"}
    item = service.claim(reviewer, item_id)
    assert (can(reviewer), can(second)) == ({"release", "skip", "judge"}, set())
    service.judge_first(reviewer, item_id, version=item.version, marks=[])
    assert can(reviewer) == {"release", "skip", "decide"}
    review(service, reviewer, item_id)
    assert (can(reviewer), can(second)) == ({"reopen"}, {"claim"})
    review(service, second, item_id, disagree=("sextortion",))
    assert (can(reviewer), can(people["lead"])) == (set(), {"adjudicate"})


def test_the_timeline_shows_earlier_flagged_notes_and_hides_blind_ones(open_service, people, submit, clock):
    service = open_service(blind_share=0.0)
    earlier = submit(service, HISTORY, id="N-1", case_id="C-1", recorded_at=date(2026, 1, 5))
    clock.advance(days=1)
    later = submit(service, id="N-2", case_id="C-1")
    submit(service, id="N-3", case_id="C-2")
    entries = service.note_page(people["reviewer"], later.item_id).timeline
    assert [(entry.item_id, entry.when, entry.hidden) for entry in entries] == [
        (earlier.item_id, date(2026, 1, 5), False)
    ]
    indicator, _, quote = entries[0].flags[0]
    assert indicator == "new_phones" and quote in HISTORY
    assert service.note_page(people["reviewer"], earlier.item_id).timeline == ()
    blind = open_service(blind_share=1.0)
    hidden = submit(blind, HISTORY, id="N-4", case_id="C-3")
    clock.advance(days=1)
    entries = blind.note_page(people["reviewer"], submit(blind, id="N-5", case_id="C-3").item_id).timeline
    assert [(entry.item_id, entry.hidden, entry.flags) for entry in entries] == [(hidden.item_id, True, ())]


def test_distressing_notes_are_counted_once_a_day(service, people, submit, clock, texts):
    first = submit(service, id="N-1")
    second = submit(service, texts["flagged"] + " Police informed.", id="N-2")
    ordinary = submit(service, texts["ordinary"], id="N-3")
    for item_id, count in ((first.item_id, 1), (first.item_id, 1), (ordinary.item_id, 1), (second.item_id, 2)):
        assert service.note_page(people["reviewer"], item_id).read_today == count
    assert service.note_page(people["second"], ordinary.item_id).read_today == 0
    clock.advance(days=1)
    assert service.note_page(people["reviewer"], first.item_id).read_today == 1


def test_a_blind_note_is_not_counted_while_it_would_tell(open_service, people, submit):
    service = open_service(blind_share=1.0)
    page = service.note_page(people["reviewer"], submit(service).item_id)
    assert (page.distressing, page.read_today) == (False, 0)


def test_a_folded_copy_does_not_give_a_blind_note_away(open_service, people, submit, texts):
    service = open_service(blind_share=1.0)
    long = texts["flagged"] + " Also discussed: " + " ".join(f"item{number}" for number in range(150)) + "."
    submit(service, long, id="N-1", case_id="C-1")
    folded = submit(service, long.replace("item140", "copy"), id="N-2", case_id="C-1")
    assert folded.state is ItemState.COLLAPSED
    assert service.note_page(people["reviewer"], folded.item_id).assessment is None


def test_an_erased_note_says_so(service, people, submit):
    receipt = submit(service, case_id="C-1")
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.GRANTED_REQUEST)
    with pytest.raises(NotFound, match="erased"):
        service.note_page(people["reviewer"], receipt.item_id)


def test_a_hidden_note_shows_nothing_that_only_flagged_notes_have(open_service, people, submit, texts):
    """Neither near-identical notes, nor a place in the timeline or in the bundle's count."""
    service = open_service(blind_share=1.0, sample_rate=1.0)
    seen = {}
    for kind in ("flagged", "ordinary"):
        case = f"C-{kind}"
        hidden = submit(service, texts[kind], id=f"{kind}-1", case_id=case)
        submit(service, texts[kind] + " Seen.", id=f"{kind}-2", case_id=case)
        last = submit(service, "Two years ago, before placement, she had a second phone.", id=f"{kind}-3", case_id=case)
        row = next(row for row in service.queue(people["lead"]).rows if row.item.id == hidden.item_id)
        page = service.note_page(people["lead"], hidden.item_id)
        timeline = service.note_page(people["lead"], last.item_id).timeline
        withheld = service.reports.bundle(people["lead"], case).withheld
        seen[kind] = (
            row.near_identical,
            row.indicators,
            page.near_identical,
            hidden.item_id in {entry.item_id for entry in timeline},
            withheld > 0,
        )
    assert seen["flagged"] == seen["ordinary"] == (0, (), (), True, True)
