"""How far two annotators agree: flags of the note, extent of the marked words, status; and where they do not."""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import cohen_kappa_score

from triage.errors import DatasetError, Issue
from triage.flag import Frozen, Status
from triage.training.records import Mark, Record


class IndicatorAgreement(Frozen):
    """Agreement on whether notes have an indicator flagged now.

    Attributes:
        both: Notes that both flag.
        only_a: Notes that the first alone flags.
        only_b: Notes that the second alone flags.
        kappa: Cohen's kappa; None where both give the same answer for all notes, which leaves no chance to agree by.
        f1: Harmonic mean of each one's precision seen from the other; None where neither flags it.
    """

    both: int
    only_a: int
    only_b: int
    kappa: float | None
    f1: float | None


class Disagreement(Frozen):
    """One place where the two differ, by offsets in code points of the note.

    Attributes:
        kind: A mark that one alone has, or marks of the same words with another status or harm flag.
    """

    note: str
    kind: Literal["only_a", "only_b", "status", "harm"]
    indicator: str
    a: tuple[int, int] | None
    b: tuple[int, int] | None
    status_a: Status | None
    status_b: Status | None


class Agreement(Frozen):
    """Agreement of two annotators over the notes that both labelled.

    Attributes:
        notes: Number of notes compared.
        only_in_a: Ids that the second file lacks.
        only_in_b: Ids that the first file lacks.
        other_text: Ids whose text differs; they are not compared.
        flag_f1: Over all notes and indicators.
        span_f1: Each pair of marks counts by its share of characters in common (Dice).
        span_f1_any_overlap: The same where any overlap counts as right.
        status: Share of paired marks with the same status; None where there is no pair.
        status_kappa: Cohen's kappa of it.
        harm: Share of paired marks with the same harm flag.
    """

    notes: int
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    other_text: tuple[str, ...]
    flag_f1: float | None
    by_indicator: dict[str, IndicatorAgreement]
    span_f1: float | None
    span_f1_any_overlap: float | None
    status: float | None
    status_kappa: float | None
    harm: float | None
    disagreements: tuple[Disagreement, ...]


Pair = tuple[Record, Record]
MarkPair = tuple[Mark, Mark]


def compare(a: Iterable[Record], b: Iterable[Record]) -> Agreement:
    """Compare two annotators' records of the same notes, matched by id.

    Raises:
        DatasetError: No note is in both.
    """
    first, second = {record.id: record for record in a}, {record.id: record for record in b}
    shared = [(first[note], second[note]) for note in sorted(first.keys() & second.keys())]
    pairs = [pair for pair in shared if pair[0].text == pair[1].text]
    if not pairs:
        issue = Issue("-", 0, "D040", "no note is in both files with the same id and text")
        raise DatasetError("There is nothing to compare.", code="nothing_shared", issues=[issue])
    matched = [(one, other, pair_marks(one.spans, other.spans)) for one, other in pairs]
    mark_pairs = [pair for _, _, found in matched for pair in found]
    total = sum(len(one.spans) + len(other.spans) for one, other in pairs)
    by_indicator = _by_indicator(pairs)
    return Agreement(
        notes=len(pairs),
        only_in_a=tuple(sorted(first.keys() - second.keys())),
        only_in_b=tuple(sorted(second.keys() - first.keys())),
        other_text=tuple(one.id for one, other in shared if one.text != other.text),
        flag_f1=_f1(*_sums(by_indicator.values())),
        by_indicator=by_indicator,
        span_f1=2 * sum(_dice(*pair) for pair in mark_pairs) / total if total else None,
        span_f1_any_overlap=2 * len(mark_pairs) / total if total else None,
        status=_share([one.status is other.status for one, other in mark_pairs]),
        status_kappa=_kappa([one.status for one, _ in mark_pairs], [other.status for _, other in mark_pairs]),
        harm=_share([one.harm == other.harm for one, other in mark_pairs]),
        disagreements=tuple(found for one, other, paired in matched for found in _differences(one, other, paired)),
    )


def pair_marks(a: Sequence[Mark], b: Sequence[Mark]) -> list[MarkPair]:
    """Pair marks of the same indicator that overlap, each at most once, so that the overlap is greatest in all."""
    if not a or not b:
        return []
    credit = np.array([[_dice(one, other) if one.indicator == other.indicator else 0.0 for other in b] for one in a])
    rows, columns = linear_sum_assignment(credit, maximize=True)
    return [(a[row], b[column]) for row, column in zip(rows, columns, strict=True) if credit[row, column] > 0]


def _dice(one: Mark, other: Mark) -> float:
    return 2 * one.overlap(other) / (one.end - one.start + other.end - other.start)


def _by_indicator(pairs: Sequence[Pair]) -> dict[str, IndicatorAgreement]:
    indicators = sorted({indicator for pair in pairs for record in pair for indicator in record.labels})
    return {indicator: _indicator(indicator, pairs) for indicator in indicators}


def _indicator(indicator: str, pairs: Sequence[Pair]) -> IndicatorAgreement:
    answers = [(indicator in one.labels, indicator in other.labels) for one, other in pairs]
    both, only_a, only_b = (answers.count(kind) for kind in ((True, True), (True, False), (False, True)))
    return IndicatorAgreement(
        both=both,
        only_a=only_a,
        only_b=only_b,
        kappa=_kappa([one for one, _ in answers], [other for _, other in answers]),
        f1=_f1(both, only_a, only_b),
    )


def _sums(found: Iterable[IndicatorAgreement]) -> tuple[int, int, int]:
    counts = [(item.both, item.only_a, item.only_b) for item in found]
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def _f1(both: int, only_a: int, only_b: int) -> float | None:
    total = 2 * both + only_a + only_b
    return 2 * both / total if total else None


def _kappa(one: Sequence[object], other: Sequence[object]) -> float | None:
    if len({*one, *other}) < 2:
        return None
    return float(cohen_kappa_score(list(map(str, one)), list(map(str, other))))


def _share(answers: Sequence[bool]) -> float | None:
    return sum(answers) / len(answers) if answers else None


def _differences(one: Record, other: Record, paired: Sequence[MarkPair]) -> list[Disagreement]:
    found = [
        _difference(one.id, kind, first, second)
        for first, second in paired
        for kind, differs in (("status", first.status is not second.status), ("harm", first.harm != second.harm))
        if differs
    ]
    matched_a, matched_b = [first for first, _ in paired], [second for _, second in paired]
    found += [_difference(one.id, "only_a", mark, None) for mark in one.spans if mark not in matched_a]
    found += [_difference(one.id, "only_b", None, mark) for mark in other.spans if mark not in matched_b]
    return sorted(found, key=lambda item: (item.a or item.b or (0, 0), item.kind))


def _difference(note: str, kind: str, a: Mark | None, b: Mark | None) -> Disagreement:
    named = a or b
    assert named is not None
    return Disagreement.model_validate(
        {
            "note": note,
            "kind": kind,
            "indicator": named.indicator,
            "a": (a.start, a.end) if a else None,
            "b": (b.start, b.end) if b else None,
            "status_a": a.status if a else None,
            "status_b": b.status if b else None,
        }
    )
