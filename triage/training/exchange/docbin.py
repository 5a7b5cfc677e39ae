"""spaCy: a `DocBin` whose docs hold the marks as spans and the flagged indicators as categories."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import PurePath

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from triage.errors import DatasetError, Issue
from triage.pipeline.language import make_language
from triage.training.exchange.drafts import CARRIED, Draft, Drafts, DraftSpan, Refusal, Remark, carried_by, carry
from triage.training.exchange.labels import spell
from triage.training.exchange.offsets import Unit
from triage.training.records import Record

UNIT = Unit.CODE_POINTS
SPANS = "sc"
"""The key that spaCy's span categoriser reads by default."""


def read_docbin(raw: bytes, name: str) -> Drafts:
    """Read a `.spacy` file: the spans of each doc, or its entities where it has no spans.

    Raises:
        DatasetError: The file is no `DocBin`.
    """
    drafts: list[Draft] = []
    refused: list[Remark] = []
    for number, doc in enumerate(_docs(raw, name), start=1):
        where, fallback = f"{name}: doc {number}", f"{PurePath(name).stem}-{number}"
        try:
            drafts.append(_draft(doc, where, fallback))
        except Refusal as refusal:
            refused.append(Remark(fallback, where, str(refusal)))
    return Drafts(tuple(drafts), tuple(refused))


def write_docbin(records: Iterable[Record]) -> bytes:
    """Write records as docs; tokens are cut where a mark begins or ends within one."""
    records = list(records)
    categories = sorted({indicator for record in records for indicator in record.labels})
    nlp = make_language(frozenset())
    docs = [_doc(nlp, record, categories) for record in records]
    content: bytes = DocBin(docs=docs, store_user_data=True).to_bytes()
    return content


def _docs(raw: bytes, name: str) -> list[Doc]:
    nlp = make_language(frozenset())
    try:
        return list(DocBin().from_bytes(raw).get_docs(nlp.vocab))
    except (ValueError, KeyError, TypeError, IndexError):
        issue = Issue(name, 0, "D002", "not a spaCy DocBin, or one cut short")
        raise DatasetError("Nothing was imported.", code="dataset_faulty", issues=[issue]) from None


def _draft(doc: Doc, where: str, fallback: str) -> Draft:
    return Draft(
        where=where,
        id=fallback,
        text=doc.text,
        spans=tuple(_spans(doc)),
        note_labels=tuple(label for label, value in doc.cats.items() if value >= 0.5),
        carried=carried_by({name: value for name, value in doc.user_data.items() if isinstance(name, str)}),
    )


def _spans(doc: Doc) -> Iterator[DraftSpan]:
    groups = {key: group for key, group in doc.spans.items() if len(group)}
    if len(groups) > 1 and SPANS not in groups:
        raise Refusal(f"several groups of spans, none of them '{SPANS}'")
    spans = groups.get(SPANS) or next(iter(groups.values()), doc.ents)
    for span in spans:
        yield DraftSpan(span.start_char, span.end_char, span.label_)


def _doc(nlp: Language, record: Record, categories: list[str]) -> Doc:
    edges = {edge for mark in record.spans for edge in (mark.start, mark.end)}
    words: list[str] = []
    spaces: list[bool] = []
    for token in nlp.make_doc(record.text):
        end = token.idx + len(token)
        cuts = [token.idx, *sorted(edge for edge in edges if token.idx < edge < end), end]
        pieces = [record.text[first:last] for first, last in pairwise(cuts)]
        words += pieces
        spaces += [False] * (len(pieces) - 1) + [bool(token.whitespace_)]
    doc = Doc(nlp.vocab, words=words, spaces=spaces, user_data={CARRIED: carry(record, UNIT)})
    spans = [doc.char_span(mark.start, mark.end, label=spell(mark)) for mark in record.spans]
    doc.spans[SPANS] = [span for span in spans if span is not None]
    doc.cats = {category: float(category in record.labels) for category in categories}
    return doc
