"""Every format gives back exactly what it was given, hostile texts and overlapping marks included."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.flag import Status
from triage.training.exchange.formats import export_labels, export_notes, import_labels
from triage.training.exchange.settle import Options
from triage.training.exchange.tools import Source, Target
from triage.training.records import Mark, Record, make_record

INDICATORS = ("sextortion", "new_phones", "online_gifts")
OPTIONS = Options(indicators=frozenset(INDICATORS), source="unnamed")
LOSSLESS = {
    Target.DOCCANO: Source.DOCCANO,
    Target.DOCCANO_ENTITIES: Source.DOCCANO,
    Target.LABEL_STUDIO: Source.LABEL_STUDIO,
    Target.PRODIGY: Source.PRODIGY,
    Target.SPACY: Source.SPACY,
    Target.MARKED: Source.MARKED,
}
PIECES = [
    *("👨🏻‍🚒", "😀", "é", "e\u0301", "\ufeff", "\u200b", "\x85", "\u2028", "\x00", "\xa0"),
    *("\r\n", "\r", "\n", "\n\n", " ", "\t", "  "),
    *("{{", "}}", "{", "}", "{{new_phones|denied: x}}", "=== ", "\n=== N1 | a=b\n", "==+ new_phones|denied 0-1\n"),
    *("|", "=", "%7B", "%", "\\", '"', "<b>", "&amp;", "harm", "second phone", "No.", "(((((((("),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), min_size=1, max_size=14).map("".join)
names = st.text(max_size=8) | st.sampled_from(
    ["source", "case_id", "escaped", "meta:x", " a|b=c ", "text", "label", "id"]
)


@st.composite
def records(draw, number: int = 0) -> Record:
    text = draw(texts.filter(str.strip))
    marks: list[Mark] = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        mark = Mark(
            start=start,
            end=end,
            indicator=draw(st.sampled_from(INDICATORS)),
            status=draw(st.sampled_from(Status)),
            harm=draw(st.booleans()),
        )
        if words.strip() and not any(mark.indicator == other.indicator and mark.overlap(other) for other in marks):
            marks.append(mark)
    return make_record(
        id=f"{number}-{draw(names)}",
        source=draw(names.filter(bool)),
        case_id=draw(st.none() | names.filter(bool)),
        text=text,
        marks=marks,
        meta=draw(st.dictionaries(names, names, max_size=3)),
    )


corpora = st.integers(1, 4).flatmap(lambda count: st.tuples(*(records(number) for number in range(count))))


def there_and_back(given_records, target: Target):
    return import_labels(
        export_labels(given_records, format=target), format=LOSSLESS[target], name="all.x", options=OPTIONS
    )


@pytest.mark.parametrize("target", LOSSLESS)
@settings(deadline=None, max_examples=60)
@given(corpus=corpora)
def test_every_format_gives_back_what_it_was_given(target, corpus):
    found = there_and_back(corpus, target)

    assert found.refused == ()
    assert found.repaired == ()
    assert found.records == corpus


@pytest.mark.parametrize("target", LOSSLESS)
def test_overlapping_marks_emoji_and_crlf_of_a_plain_note(target):
    text = "👨🏻‍🚒 visit.\r\nA second phone, 😀 paid for by a man online.\r\n"
    start = text.index("second")
    marks = [
        Mark(start=start, end=start + 12, indicator="new_phones", status=Status.AFFIRMED, harm=False),
        Mark(start=start, end=text.index(" online"), indicator="online_gifts", status=Status.POSSIBLE, harm=True),
        Mark(start=start + 7, end=len(text) - 2, indicator="sextortion", status=Status.DENIED, harm=False),
    ]
    record = make_record(id="N-1", source="author", case_id="C-7", text=text, marks=marks, meta={"age": "14"})

    assert there_and_back([record], target).records == (record,)


def test_text_classification_keeps_labels_where_the_whole_text_is_the_mark():
    text = " A second phone. "
    record = make_record(
        id="N-1",
        source="author",
        text=text,
        marks=[Mark(start=1, end=16, indicator="new_phones", status=Status.DENIED, harm=False)],
    )
    raw = export_labels([record], format=Target.DOCCANO_CLASSES)
    assert json.loads(raw)["label"] == ["new_phones|denied"]

    refused = import_labels(raw, format=Source.DOCCANO, name="all.jsonl", options=OPTIONS)
    assert [remark.id for remark in refused.refused] == ["N-1"]
    assert "no marked words" in refused.refused[0].reason

    whole = Options(indicators=OPTIONS.indicators, source="x", mark_whole_text=True)
    assert import_labels(raw, format=Source.DOCCANO, name="all.jsonl", options=whole).records == (record,)


@pytest.mark.parametrize("target", Target)
def test_notes_to_label_anew_hold_no_label(target):
    mark = Mark(start=2, end=14, indicator="new_phones", status=Status.DENIED, harm=False)
    record = make_record(id="N-1", source="author", text="A second phone.", marks=[mark])
    raw = export_notes([record], format=target)
    assert b"denied" not in raw
    source = LOSSLESS.get(target, Source.DOCCANO)
    found = import_labels(raw, format=source, name="all.x", options=OPTIONS)
    if target is Target.LABEL_STUDIO:
        assert "not annotated" in found.refused[0].reason
    else:
        assert found.records[0].spans == ()
