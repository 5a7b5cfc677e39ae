import csv
import io

import pytest

from triage.review.figures import Cell
from triage.review.records import Mark
from triage.review.vocabulary import Verdict


@pytest.fixture
def reviewed(open_service, people, submit, review, texts, clock):
    """Ten flagged notes, one flag dismissed; ten sampled unflagged notes, a miss in two of them."""
    service = open_service(sample_rate=1.0, second_review_bands=frozenset(), second_review_unsure=False)
    for number in range(10):
        item_id = submit(service, f"{texts['flagged']} Ref {number}.", id=f"F-{number}", team="east").item_id
        review(service, people["reviewer"], item_id, verdict=Verdict.DISAGREE if number == 0 else Verdict.AGREE)
    for number in range(10):
        item_id = submit(service, f"{texts['ordinary']} Ref {number}.", id=f"U-{number}", team="=west").item_id
        marks = [Mark("secrecy_withdrawal", 0, 10)] if number < 2 else []
        review(service, people["reviewer"], item_id, marks=marks)
    return service


def test_counts_agreement_and_measured_misses(reviewed, people):
    overview = reviewed.reports.overview(people["lead"])
    assert overview.notes == (Cell("flagged", 10), Cell("sample", 10))
    assert Cell("same_day", 10) in overview.by_band
    assert overview.by_week == (Cell("2026-03-02", 20),)
    assert Cell("sextortion", 10) in overview.by_indicator
    everything = overview.agreement[0]
    assert everything.decided and everything.agreed == everything.decided * 9 // 10
    assert everything.low is not None and everything.low < 0.9 < (everything.high or 0)
    anything = overview.misses[0]
    assert (anything.indicator, anything.confirmed, anything.sampled, anything.missed) == (None, 9, 10, 2)
    assert anything.recall == pytest.approx(9 / 11) and anything.unknown
    by_name = {misses.indicator: misses for misses in overview.misses}
    assert by_name["sextortion"].recall == 1.0
    assert by_name["secrecy_withdrawal"].refusal == "found in fewer than 5 notes"


def test_without_a_sample_there_is_no_recall(service, people, submit, review, texts):
    review(service, people["reviewer"], submit(service).item_id)
    submit(service, texts["ordinary"], id="N-2")
    misses = service.reports.overview(people["analyst"]).misses[0]
    assert misses.recall is None and misses.refusal and "sample" in misses.refusal


def test_unread_samples_do_not_count_as_read(open_service, people, submit, texts):
    service = open_service(sample_rate=1.0)
    submit(service, texts["ordinary"])
    assert service.reports.overview(people["lead"]).misses[0].sampled == 0


def test_the_blind_gap(open_service, people, submit, review, texts):
    service = open_service(blind_share=1.0)
    review(service, people["reviewer"], submit(service).item_id, marks=[Mark("sextortion", 0, 10)])
    gap = service.reports.overview(people["lead"]).blind_gap
    assert gap.blind == pytest.approx(1 / gap.blind_flags)
    assert (gap.shown, gap.shown_flags) == (None, 0)


def test_the_age_of_the_queue(service, people, submit, clock):
    submit(service)
    clock.advance(hours=5)
    ages = {age.band: age for age in service.reports.overview(people["lead"]).queue_age}
    assert (ages["same_day"].waiting, ages["same_day"].oldest_hours) == (1, 5.0)
    assert (ages["note"].waiting, ages["note"].median_hours) == (0, None)


def test_since_leaves_earlier_weeks_out(reviewed, people, submit, clock, texts):
    clock.advance(weeks=1)
    for number in range(6):
        submit(reviewed, f"{texts['flagged']} Later {number}.", id=f"L-{number}")
    overview = reviewed.reports.overview(people["lead"], since=clock.now.date())
    assert overview.by_week == (Cell("2026-03-09", 6),)


def test_csv_hides_small_counts_and_harms_no_spreadsheet(reviewed, people, submit):
    submit(reviewed, id="N-1", team="north")
    rows = list(csv.DictReader(io.StringIO(reviewed.reports.overview_csv(people["analyst"]))))
    teams = {row["label"]: row["value"] for row in rows if row["table"] == "team"}
    assert teams["north"] == "fewer than 5" and "'=west" in teams
    assert not any(row["label"].startswith("=") for row in rows)
    assert {row["table"] for row in rows} >= {"notes", "indicator", "agreement", "misses", "queue age"}
