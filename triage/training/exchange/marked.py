"""Marked text: notes as people write them in an editor, with `{{indicator!|status: words}}` around what they mark.

A record that a person could not have written by hand - braces in its text, CRLF line ends, marks that overlap - is
written with the header field `escaped=percent`, its special characters as `%7B`, or with lines `==+ indicator|status
12-30` that name a mark by its offsets.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote, unquote

from triage.training.exchange.drafts import Draft, Drafts, DraftSpan, Refusal, Remark
from triage.training.exchange.labels import HARM
from triage.training.exchange.offsets import Unit
from triage.training.exchange.rows import decode
from triage.training.records import Mark, Record

UNIT = Unit.CODE_POINTS

_NOTE = re.compile(r"^=== ", re.MULTILINE)
_MARK = re.compile(r"\{\{([^{}|!]*)(!?)\|([^{}:]*):[ ]?((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_BY_OFFSETS = re.compile(r"==\+ ([^!|\n]*)(!?)\|(\S*) (\d+)-(\d+)(?:\n|\Z)")
_ESCAPED = "escaped"
_OWN_FIELDS = ("source", "case_id", _ESCAPED)
_META = "meta:"
_SPECIAL = re.compile(r"[%{}\r]|^==|\A\s+|\s+\Z", re.MULTILINE)
_SPECIAL_IN_HEADER = re.compile(r"[%|=\x00-\x1f]|\A\s+|\s+\Z")
_BY_HAND = re.compile(r"\A(?!\s)(?:(?!^==)[^{}\r])*(?<!\s)\Z", re.MULTILINE)


class _Part(NamedTuple):
    """Words of the text, and the label of the mark around them."""

    words: str
    label: str | None


def read_marked(raw: bytes, name: str) -> Drafts:
    """Read notes that each begin with a line `=== ID | source=... | style=...`.

    Raises:
        DatasetError: The file as a whole is unreadable.
    """
    content = decode(raw, name)
    edges = [*(match.start() for match in _NOTE.finditer(content)), len(content)]
    drafts: list[Draft] = []
    refused: list[Remark] = []
    if content[: edges[0]].strip():
        refused.append(Remark("-", f"{name}:1", "text before the first line that begins with '=== '"))
    line = 1 + content.count("\n", 0, edges[0])
    for start, end in pairwise(edges):
        where = f"{name}:{line}"
        line += content.count("\n", start, end)
        header, _, body = content[start + len("=== ") : end].partition("\n")
        try:
            drafts.append(_read_note(header, body, where))
        except Refusal as refusal:
            refused.append(Remark(header.partition("|")[0].strip(), where, str(refusal)))
    return Drafts(tuple(drafts), tuple(refused))


def write_marked(records: Iterable[Record]) -> bytes:
    """Write records as marked text."""
    return "\n".join(map(_write_note, records)).encode()


def _read_note(header: str, body: str, where: str) -> Draft:
    note_id, *parts = [part.strip() for part in header.split("|")]
    fields: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals:
            raise Refusal("a part of the header that is not name=value")
        fields[name] = value
    if escaped := fields.get(_ESCAPED) is not None:
        note_id, fields = unquote(note_id), {unquote(name): unquote(value) for name, value in fields.items()}
        body = body.strip("\n")
    else:
        body = body.replace("\r\n", "\n").strip()
    text, spans = _read_body(body, escaped=escaped)
    return Draft(
        where=where,
        id=note_id,
        text=text,
        spans=tuple(spans),
        meta={name.removeprefix(_META): value for name, value in fields.items() if name not in _OWN_FIELDS},
        carried={
            "id": note_id,
            "offsets": UNIT.value,
            "source": fields.get("source"),
            "case_id": fields.get("case_id"),
        },
    )


def _read_body(body: str, *, escaped: bool) -> tuple[str, list[DraftSpan]]:
    spans = []
    while by_offsets := _BY_OFFSETS.match(body):
        indicator, harm, status, start, end = by_offsets.groups()
        spans.append(DraftSpan(int(start), int(end), _label(indicator, harm, status)))
        body = body[by_offsets.end() :]
    text = ""
    for words, label in _parts(body):
        if "{{" in words or "}}" in words:
            raise Refusal("braces that are no mark; a mark is {{indicator|status: words}} and holds no other")
        words = unquote(words) if escaped else words
        if label is not None:
            spans.append(DraftSpan(len(text), len(text) + len(words), label))
        text += words
    return text, spans


def _parts(body: str) -> Iterator[_Part]:
    position = 0
    for match in _MARK.finditer(body):
        yield _Part(body[position : match.start()], None)
        yield _Part(match[4], _label(match[1], match[2], match[3]))
        position = match.end()
    yield _Part(body[position:], None)


def _label(indicator: str, harm: str, status: str) -> str:
    return "|".join((indicator, status, HARM) if harm else (indicator, status))


def _write_note(record: Record) -> str:
    fields = {"source": record.source, "case_id": record.case_id}
    values = {name: value for name, value in fields.items() if value is not None}
    values |= {_meta_name(name): value for name, value in record.meta.items()}
    by_hand = _BY_HAND.match(record.text) and not any(
        _SPECIAL_IN_HEADER.search(word) for word in (record.id, *values, *values.values())
    )
    inline, overlapping = _without_overlaps(record.spans)
    if by_hand:
        header = [record.id, *(f"{name}={value}" for name, value in values.items())]
    else:
        quoted = {_quote(name, _SPECIAL_IN_HEADER): _quote(value, _SPECIAL_IN_HEADER) for name, value in values.items()}
        header = [_quote(record.id, _SPECIAL_IN_HEADER), f"{_ESCAPED}=percent"]
        header += [f"{name}={value}" for name, value in quoted.items()]
    lines = [f"==+ {_opening(mark)} {mark.start}-{mark.end}\n" for mark in overlapping]
    body = "".join(_write_parts(record.text, inline, escaped=not by_hand))
    return f"=== {' | '.join(header)}\n{''.join(lines)}{body}\n"


def _write_parts(text: str, marks: Iterable[Mark], *, escaped: bool) -> Iterator[str]:
    position = 0
    for mark in marks:
        before, words = text[position : mark.start], text[mark.start : mark.end]
        yield _quote(before, _SPECIAL) if escaped else before
        yield f"{{{{{_opening(mark)}: {_quote(words, _SPECIAL) if escaped else words}}}}}"
        position = mark.end
    rest = text[position:]
    yield _quote(rest, _SPECIAL) if escaped else rest


def _without_overlaps(marks: Iterable[Mark]) -> tuple[list[Mark], list[Mark]]:
    """Part the marks into those that can stand in the text, and those that overlap one of them."""
    inline: list[Mark] = []
    overlapping: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        (overlapping if inline and mark.start < inline[-1].end else inline).append(mark)
    return inline, overlapping


def _opening(mark: Mark) -> str:
    return f"{mark.indicator}{'!' if mark.harm else ''}|{mark.status}"


def _meta_name(name: str) -> str:
    return f"{_META}{name}" if name in _OWN_FIELDS or name.startswith(_META) or not name else name


def _quote(text: str, special: re.Pattern[str]) -> str:
    return special.sub(lambda match: quote(match[0], safe="") if match[0] != "==" else "%3D%3D", text)
