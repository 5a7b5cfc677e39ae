"""One spelling of a mark's label that every tool keeps: `indicator|status` or `indicator|status|harm`."""

from typing import NamedTuple

from triage.flag import Status
from triage.training.records import Mark

HARM = "harm"


class Label(NamedTuple):
    """What a label says."""

    indicator: str
    status: Status
    harm: bool


def spell(mark: Mark) -> str:
    """Return the label of a mark, such as `sextortion|affirmed|harm`."""
    return "|".join((mark.indicator, mark.status, HARM)) if mark.harm else f"{mark.indicator}|{mark.status}"


def parse_label(text: str) -> Label | None:
    """Return what a label says; a plain indicator is affirmed and no harm. None where it is no label of ours."""
    indicator, *rest = (part.strip() for part in text.split("|"))
    harm = rest[-1:] == [HARM]
    status = rest[: len(rest) - harm] or [Status.AFFIRMED]
    if not indicator or len(status) > 1 or status[0] not in set(Status):
        return None
    return Label(indicator, Status(status[0]), harm)
