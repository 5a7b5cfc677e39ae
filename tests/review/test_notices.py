import pytest

from triage.review.vocabulary import SkipReason, Verdict

# Nothing here depends on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def reading(open_service, people, submit, review, texts, clock):
    """Read a number of notes with a verdict, taking so many seconds each."""
    service = open_service(second_review_bands=frozenset())

    def read(count, *, seconds, disagree_every=0):
        for number in range(count):
            item_id = submit(service, f"{texts['flagged']} Ref {number}.", id=f"N-{number}").item_id
            service.claim(people["reviewer"], item_id)
            clock.advance(seconds=seconds)
            dismissed = disagree_every and number % disagree_every == 0
            review(service, people["reviewer"], item_id, verdict=Verdict.DISAGREE if dismissed else Verdict.AGREE)
        return {notice.code: notice for notice in service.reports.notices(people["lead"])}

    return read


@on_sqlite
def test_agreeing_with_everything_is_noticed(reading):
    notices = reading(30, seconds=60)
    assert set(notices) == {"agrees_always"}
    assert notices["agrees_always"].subject == "reviewer"


@on_sqlite
def test_very_fast_reading_is_noticed(reading):
    notices = reading(30, seconds=3, disagree_every=5)
    assert set(notices) == {"very_fast"} and "3 seconds" in notices["very_fast"].text


@on_sqlite
def test_a_few_decisions_say_nothing_of_a_habit(reading):
    assert reading(5, seconds=1) == {}


@on_sqlite
def test_what_waits_too_long_or_is_given_back_often(service, people, submit, clock):
    item_id = submit(service).item_id
    for name in ("reviewer", "second", "third"):
        service.claim(people[name], item_id)
        service.skip(people[name], item_id, reason=SkipReason.NOT_NOW)
    assert [notice.code for notice in service.reports.notices(people["lead"])] == ["often_skipped"]
    clock.advance(hours=25)
    assert {notice.code for notice in service.reports.notices(people["lead"])} == {"often_skipped", "overdue"}
