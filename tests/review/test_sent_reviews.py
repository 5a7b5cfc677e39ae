"""A whole review sent by a system: all of it or nothing, and once however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from triage.errors import InvalidTransition, ReviewConflict
from triage.review.records import Decision
from triage.review.vocabulary import ItemState, Outcome, Verdict

THROUGH = "key:abc"


def agreeing(receipt) -> list[Decision]:
    return [Decision(flag.indicator, Verdict.AGREE) for flag in receipt.assessment.flags]


def test_nothing_of_a_review_is_kept_where_part_of_it_is_refused(service, people, submit):
    receipt = submit(service)
    for decisions in (agreeing(receipt)[1:], [*agreeing(receipt), Decision("no_such_indicator", Verdict.AGREE)]):
        with pytest.raises(InvalidTransition):
            service.keep_review(
                people["reviewer"], receipt.item_id, decisions=decisions, outcome=Outcome.ACT, through=THROUGH
            )
        page = service.note_page(people["second"], receipt.item_id)
        assert (page.item.state, page.item.lease_owner, page.votes, page.reviews) == (ItemState.WAITING, None, (), ())


def test_the_same_review_at_the_same_moment_is_kept_once(open_service, people, submit):
    service = open_service(second_review_bands=frozenset())
    receipt = submit(service)

    def send(_: int) -> bool:
        said = agreeing(receipt)
        return service.keep_review(
            people["reviewer"], receipt.item_id, decisions=said, outcome=Outcome.ACT, through=THROUGH
        )[1]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(16))) == [False] * 15 + [True]
    page = service.note_page(people["lead"], receipt.item_id)
    assert (page.item.state, len(page.reviews)) == (ItemState.AGREED, 1)
    assert len(page.votes) == len(receipt.assessment.flags)


def test_a_second_reader_does_not_see_and_may_not_repeat_the_first(open_service, people, submit):
    service = open_service(second_review_bands=frozenset({"same_day", "next_working_day", "next_supervision", "note"}))
    receipt = submit(service)
    said = agreeing(receipt)
    item, _ = service.keep_review(
        people["reviewer"], receipt.item_id, decisions=said, outcome=Outcome.ACT, through=THROUGH
    )
    assert item.state is ItemState.WAITING_SECOND
    with pytest.raises(ReviewConflict, match="said something else"):
        service.keep_review(
            people["reviewer"], receipt.item_id, decisions=said, outcome=Outcome.NO_ACTION, through=THROUGH
        )
    item, created = service.keep_review(
        people["second"], receipt.item_id, decisions=said, outcome=Outcome.ACT, through=THROUGH
    )
    assert (item.state, created) == (ItemState.AGREED, True)
