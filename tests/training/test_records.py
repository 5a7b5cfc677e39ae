"""Records refuse what does not hold together and say why without their text."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from triage.flag import Level, Status
from triage.training.records import Mark, Record, faults_in, labels_of, make_record, schema_text

TEXT = "Canary. A second phone was found."
INDICATORS = frozenset({"new_phones", "sextortion"})


def span(start=10, end=22, indicator="new_phones", status="affirmed", harm=False):
    return {"start": start, "end": end, "indicator": indicator, "status": status, "harm": harm}


def line(*spans, labels=("new_phones",), history=(), **fields):
    record = {"id": "1", "source": "s", "text": TEXT, "meta": {}, "spans": list(spans)}
    return json.dumps(record | {"labels": list(labels), "history": list(history)} | fields)


def codes(text):
    with pytest.raises(ValidationError) as caught:
        Record.model_validate_json(text, context={"indicators": INDICATORS})
    found = faults_in(caught.value)
    assert "anary" not in str(found)
    return [code for code, _ in found]


def test_a_record_comes_back_from_its_line():
    record = Record.model_validate_json(line(span()), context={"indicators": INDICATORS})
    assert record.spans == (Mark(start=10, end=22, indicator="new_phones", status=Status.AFFIRMED, harm=False),)
    assert json.loads(record.to_json_line()) == json.loads(line(span()))
    with_case = make_record(id="1", source="s", case_id="C-1", text="é 😀")
    assert Record.model_validate_json(with_case.to_json_line()) == with_case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (line(span(end=99)), ["D010"]),
        (line(span(start=-1)), ["D010"]),
        (line(span(start=22, end=10)), ["D010"]),
        (line(span(end=10)), ["D011"]),
        (line(span(end=23)), ["D012"]),
        (line(span(start=9)), ["D012"]),
        (line(span(), span(start=17, end=22, status="denied")), ["D013"]),
        (line(span(), labels=[]), ["D014"]),
        (line(span(), history=["new_phones"]), ["D014"]),
        (line(span(status="negated")), ["D014"]),
        (line(span(indicator="tablets"), labels=["tablets"]), ["D005"]),
        (line(span(status="afirmed")), ["D003"]),
        (line(span(harm=1)), ["D003"]),
        (line(span(start="10")), ["D003"]),
        (line(span() | {"note": "x"}), ["D003"]),
        (line(text=" \n", labels=[]), ["D015"]),
        (line(text="", labels=[]), ["D003"]),
        (line(labels=[], id=""), ["D003"]),
        (line(labels=[], case_id=""), ["D003"]),
        (line(labels=[], extra="x"), ["D003"]),
        (line(labels=[], meta={"age": 14}), ["D003"]),
        (line(labels=[], meta={"Canary words": 14}), ["D003"]),
        ("[]", ["D002"]),
        ('{"id": ', ["D002"]),
        ('{"id": "1", "source": "s", "text": "\\ud83d"}', ["D002"]),
        (line(span(end=99), span(end=23), span(indicator="tablets")), ["D010", "D012", "D005", "D013", "D014"]),
    ],
)
def test_each_fault_has_its_code(text, expected):
    assert codes(text) == expected


def test_a_name_that_could_be_text_is_not_echoed():
    assert codes(line(labels=[], **{"Canary was here": 1})) == ["D003"]


def test_overlapping_marks_of_different_indicators_are_right():
    both = line(span(), span(indicator="sextortion"), labels=["new_phones", "sextortion"])
    assert len(Record.model_validate_json(both).spans) == 2


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["affirmed"], (("x",), ())),
        (["possible"], (("x",), ())),
        (["denied"], (("x",), ())),
        (["historical"], ((), ("x",))),
        (["historical", "denied"], (("x",), ())),
        (["negated", "other_person", "general"], ((), ())),
    ],
)
def test_labels_follow_from_statuses(statuses, expected):
    assert labels_of(Mark(**span(indicator="x", status=Status(status))) for status in statuses) == expected


def test_marks_are_put_in_order_and_know_their_level():
    late, early = Mark(**span(status=Status.DENIED)), Mark(**span(0, 6, "sextortion", Status.POSSIBLE, True))
    record = make_record(id="1", source="s", text=TEXT, marks=[late, early])
    assert record.spans == (early, late)
    assert (early.level, late.level) == (Level.HARM_DESCRIBED, Level.WARNING_SIGN)
    assert record.marks_of("sextortion") == (early,)
    assert (early.overlap(late), late.overlap(late)) == (0, 12)


def test_the_shipped_schema_is_that_of_the_code():
    shipped = Path("training_data/record.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "write it again: triage data schema > training_data/record.schema.json"
