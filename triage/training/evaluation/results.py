"""What an evaluation found, as it is written to JSON and read by the tables and the report; it holds no note text."""

from enum import StrEnum
from typing import Literal

from triage.flag import Frozen, Status

RESULTS_VERSION = "1"
HeldOut = Literal["train", "validation", "test", "sources"]
"""A part of the corpus, or every author's whole notes in turn."""


class Estimate(Frozen):
    """A figure with its 95 % interval.

    Attributes:
        value: None where it is undefined, such as the precision of what was never flagged.
        count: What it counts over: the positives of a recall, the flags of a precision, the notes of a mean.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int


class Overall(Frozen):
    """Figures of a system over all notes and indicators. A label or flag counts where it is current.

    Attributes:
        precision: Share of flags that are labels (micro: each note and indicator counts once).
        recall: Share of labels that are flagged (micro).
        f1: Their harmonic mean (micro).
        macro_precision: Mean over indicators with labels; those never flagged are left out.
        macro_recall: Mean over indicators with labels.
        macro_f1: Mean over indicators with labels.
        mean_average_precision: Mean over indicators with labels.
        brier: Mean squared error of the probabilities, over notes and indicators.
        calibration_error: Expected calibration error, ten bins of equal width, over notes and indicators.
        any_flag_recall: Share of notes with a label that have a flag, whichever.
        any_flag_precision: Share of notes with a flag that have a label, whichever.
        evidence_recall: Share of marked mentions that shown evidence of the indicator overlaps.
        evidence_precision: Share of shown evidence that overlaps a mark of the indicator.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate
    macro_precision: Estimate
    macro_recall: Estimate
    macro_f1: Estimate
    mean_average_precision: Estimate
    brier: Estimate
    calibration_error: Estimate
    any_flag_recall: Estimate
    any_flag_precision: Estimate
    evidence_recall: Estimate
    evidence_precision: Estimate


class ReliabilityBin(Frozen):
    """Notes whose probabilities lie in `[low, high)`; the last bin holds 1 too.

    Attributes:
        count: Number of probabilities.
        mean_probability: None in an empty bin.
        share_labelled: None in an empty bin.
    """

    low: float
    high: float
    count: int
    mean_probability: float | None
    share_labelled: float | None


class CurvePoint(Frozen):
    """Precision and recall where everything with at least this probability is flagged."""

    threshold: float
    precision: float
    recall: float


class IndicatorFigures(Frozen):
    """Figures of one indicator.

    Attributes:
        labelled: Notes with a current label.
        flagged: Notes with a current flag.
        enough: Whether there are enough labelled notes for the figures to mean much.
    """

    labelled: int
    flagged: int
    enough: bool
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate
    brier: Estimate
    calibration_error: Estimate
    reliability: tuple[ReliabilityBin, ...]
    curve: tuple[CurvePoint, ...]


class StatusFigures(Frozen):
    """Statuses of the marked mentions that the system found.

    Attributes:
        accuracy: Share of them with the marked status.
        baseline_accuracy: The same by the naive rule: any "no" in the sentence negates, any "denies" denies.
        confusion: Marked status to given status to number.
    """

    accuracy: Estimate
    baseline_accuracy: Estimate
    confusion: dict[Status, dict[Status, int]]


class WorkloadRow(Frozen):
    """A week's reading at one prevalence.

    Attributes:
        prevalence: Share of notes that truly have a sign.
        to_read: Notes with a flag.
        with_sign: Those of them that truly have one.
        missed: Notes with a sign and no flag.
    """

    prevalence: float
    to_read: Estimate
    with_sign: Estimate
    missed: Estimate


class Workload(Frozen):
    """Notes to read a week, from the any-flag figures."""

    volume: int
    rows: tuple[WorkloadRow, ...]


class Slice(Frozen):
    """Figures of some of the notes; none at all where they are too few, since small numbers can tell of a child.

    Attributes:
        dimension: What they are sliced by, such as `source`.
        value: What they have in common.
        labelled: Notes with a current label.
    """

    dimension: str
    value: str
    suppressed: bool
    notes: int | None = None
    labelled: int | None = None
    precision: Estimate | None = None
    recall: Estimate | None = None
    f1: Estimate | None = None
    any_flag_recall: Estimate | None = None


class SwapChange(Frozen):
    """Flags that a swap of words changed in one note."""

    note_id: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


class SwapFigures(Frozen):
    """What one exchange of names, pronouns or ethnicity words did.

    Attributes:
        changed: Share of the notes that hold such words whose flags changed.
    """

    id: str
    description: str
    changed: Estimate
    changes: tuple[SwapChange, ...]


class MistakeKind(StrEnum):
    """Two ways to be wrong."""

    MISS = "miss"
    FALSE_ALARM = "false_alarm"


class MistakeReason(StrEnum):
    """Where a mistake comes from, the first that holds."""

    STATUS = "status_wrong"
    OUTVOTED = "outvoted_by_model"
    NEIGHBOUR = "neighbouring_indicator"
    NOT_FOUND = "no_mention_found"
    NOT_MARKED = "nothing_marked"
    UNEXPLAINED = "no_words_named"


class Mistake(Frozen):
    """A label without a flag, or a flag without a label.

    Attributes:
        spans: `[start, end)` in code points: the marked words of a miss, the evidence of a false alarm.
    """

    note_id: str
    source: str
    indicator: str
    kind: MistakeKind
    reason: MistakeReason
    spans: tuple[tuple[int, int], ...]


class SystemFigures(Frozen):
    """All figures of one system.

    Attributes:
        curve: Over all notes and indicators.
        status: None where the system names no words.
    """

    name: str
    description: str
    overall: Overall
    indicators: dict[str, IndicatorFigures]
    reliability: tuple[ReliabilityBin, ...]
    curve: tuple[CurvePoint, ...]
    status: StatusFigures | None
    workload: Workload
    slices: tuple[Slice, ...]
    swaps: tuple[SwapFigures, ...]
    mistakes: tuple[Mistake, ...]


class Design(Frozen):
    """How the notes were held out.

    Attributes:
        held_out: What the systems were tried on.
        folds: Number of fits; 1 for a part.
        not_tried: Authors whose notes were read while cues were written, and are no test.
        resamples: Number of bootstrap resamples.
    """

    held_out: HeldOut
    folds: int
    not_tried: tuple[str, ...]
    resamples: int


class Evaluation(Frozen):
    """Several systems on the same notes.

    Attributes:
        notes: Whole notes assessed.
        labelled: Those with a current label.
        sources: Authors of the notes.
        names: Indicator id to its name.
        knowledge: Digest of the knowledge.
        corpus: Digest of the corpus.
        model: Version of the model, where a fitted one was assessed.
    """

    results_version: str = RESULTS_VERSION
    design: Design
    notes: int
    labelled: int
    sources: tuple[str, ...]
    names: dict[str, str]
    package: str
    knowledge: str
    corpus: str
    model: str | None
    systems: tuple[SystemFigures, ...]
