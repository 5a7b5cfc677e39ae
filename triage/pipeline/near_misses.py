"""Explains why a cue did not match: the nearest ones of a sentence and the condition that failed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from triage.pipeline.compiler import Program
from triage.pipeline.hits import Hits
from triage.pipeline.programs import run

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A cue that almost matched.

    Attributes:
        cue: `indicator.cue-id`.
        present: What of the cue the sentence holds.
        failed: The condition that failed, in plain words.
    """

    cue: str
    present: tuple[str, ...]
    failed: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A compiled pattern of a cue."""

    cue: str
    program: Program
    without: tuple[Program, ...]


def near_misses(
    candidates: Iterable[Candidate], hits: Hits, names: Mapping[int, str], *, matched: frozenset[str]
) -> list[NearMiss]:
    """Return the nearest cues of a sentence that did not match, nearest first.

    Args:
        candidates: All compiled patterns.
        hits: Labels found in the sentence.
        names: Readable name of each label.
        matched: Cues that did match.
    """
    ranked: dict[str, tuple[tuple[int, int], NearMiss]] = {}
    for candidate in candidates:
        if candidate.cue in matched:
            continue
        for rank, failed in _failures(candidate, hits, names):
            present = tuple(sorted(names[label] for label in candidate.program.required if label in hits))
            miss = NearMiss(candidate.cue, present, failed)
            if candidate.cue not in ranked or rank < ranked[candidate.cue][0]:
                ranked[candidate.cue] = rank, miss
    return [miss for _, miss in sorted(ranked.values(), key=lambda item: (item[0], item[1].cue))[:_SHOWN]]


def _failures(candidate: Candidate, hits: Hits, names: Mapping[int, str]) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield (rank, reason); a lower rank is nearer."""
    required = candidate.program.required
    missing = {label for label in required if label not in hits}
    if len(missing) == 1 and len(required) > 1:
        yield (2, len(required) * -1), f"no word for {names[next(iter(missing))]} in the sentence"
    elif not missing:
        if any(run(program, hits) for program in candidate.without):
            yield (0, 0), "the sentence holds words that the cue excludes"
        elif not run(candidate.program, hits):
            yield (1, 0), f"its parts stand too far apart or in another order (window {candidate.program.within} words)"
