"""Sentences that must keep behaving: what the shipped knowledge flags in each, strict both ways."""

from functools import cache
from pathlib import Path

import pytest

from triage import Triager
from triage.flag import Status
from triage.knowledge.loading import SHIPPED, load_knowledge
from triage.training.corpus import load_corpus

EXPECTED_TO_FAIL = "expected_to_fail"
INDICATORS = frozenset(path.stem for path in (SHIPPED / "indicators").glob("*.yaml"))
RECORDS = load_corpus(Path("training_data/regression"), indicators=INDICATORS).records
CASES = [
    pytest.param(
        record,
        id=record.id,
        marks=[pytest.mark.xfail(reason=reason, raises=AssertionError)]
        if (reason := record.meta.get(EXPECTED_TO_FAIL))
        else [],
    )
    for record in RECORDS
]


@cache
def triager():
    return Triager(load_knowledge())


@pytest.mark.parametrize("record", CASES)
def test_the_knowledge_flags_what_the_record_says(record):
    flags = triager().assess(record.text).flags
    current = tuple(sorted(flag.indicator for flag in flags if flag.status is not Status.HISTORICAL))
    history = tuple(sorted(flag.indicator for flag in flags if flag.status is Status.HISTORICAL))
    assert (current, history) == (record.labels, record.history)


def test_every_indicator_and_status_is_there():
    marks = [mark for record in RECORDS for mark in record.spans]
    assert {indicator for record in RECORDS for indicator in record.labels} == INDICATORS
    assert {mark.status for mark in marks} == set(Status)
    assert sum(not record.spans for record in RECORDS) >= 10
