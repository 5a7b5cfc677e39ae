"""spaCy's DocBin, our own and other people's."""

import pytest
import spacy
from spacy.tokens import DocBin, Span

from triage.errors import DatasetError
from triage.flag import Status
from triage.training.exchange.docbin import SPANS, read_docbin, write_docbin
from triage.training.exchange.drafts import DraftSpan
from triage.training.records import Mark, make_record

NLP = spacy.blank("en")


def read(doc):
    return read_docbin(DocBin(docs=[doc], store_user_data=True).to_bytes(), "train.spacy")


def test_spacy_sees_the_marks_as_spans_and_the_labels_as_categories():
    mark = Mark(start=11, end=16, indicator="new_phones", status=Status.AFFIRMED, harm=False)
    marked = make_record(id="1", source="s", text="One second_phone.", marks=[mark])
    plain = make_record(id="2", source="s", text="Nothing to mark.")
    first, second = DocBin().from_bytes(write_docbin([marked, plain])).get_docs(NLP.vocab)
    assert (first.text, first.cats, second.cats) == (marked.text, {"new_phones": 1.0}, {"new_phones": 0.0})
    assert [(span.text, span.label_) for span in first.spans[SPANS]] == [("phone", "new_phones|affirmed")]
    assert [span.text for span in second.spans[SPANS]] == []


def test_spans_of_another_key_or_entities_are_read_too():
    doc = NLP("She has a second phone.")
    doc.ents = [Span(doc, 3, 5, label="new_phones")]
    expected = (DraftSpan(10, 22, "new_phones"),)
    assert read(doc).drafts[0].spans == expected
    doc.ents = []
    doc.spans["mine"] = [Span(doc, 3, 5, label="new_phones")]
    draft = read(doc).drafts[0]
    assert (draft.spans, draft.id, draft.where) == (expected, "train-1", "train.spacy: doc 1")


def test_several_groups_of_spans_are_ambiguous():
    doc = NLP("She has a second phone.")
    doc.spans["one"] = [Span(doc, 3, 5, label="new_phones")]
    doc.spans["two"] = [Span(doc, 0, 1, label="new_phones")]
    assert "several groups" in read(doc).refused[0].reason


def test_a_file_that_is_no_docbin_is_refused_as_a_whole():
    whole = write_docbin([make_record(id="1", source="s", text="A note.")])
    for raw in (b"", b"no", whole[:-20]):
        with pytest.raises(DatasetError, match=r"train\.spacy:0: .*DocBin"):
            read_docbin(raw, "train.spacy")
