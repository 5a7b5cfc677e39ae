"""What a sentence holds of the lexicon, looked up label by label and only when a program asks."""

from collections.abc import Iterable, Iterator

from triage.extraction import Span


class Labels:
    """A set of labels that some phrases stand for; compared by identity, since each set is made once.

    Args:
        members: The labels.
    """

    __slots__ = ("mask", "members")

    def __init__(self, members: Iterable[int]) -> None:
        self.members = frozenset(members)
        self.mask = as_mask(self.members)


class Hits:
    """Phrases found in one sentence, in text order.

    A phrase may stand for dozens of labels, of which few are ever asked for: spans of a label are gathered on demand.

    Args:
        found: Each phrase's labels and its token span.

    Attributes:
        kinds: The distinct label sets.
        mask: One bit for each label present.
    """

    __slots__ = ("_found", "_spans", "kinds", "mask")

    def __init__(self, found: list[tuple[Labels, Span]]) -> None:
        self._found = found
        self._spans: dict[int, list[Span]] = {}
        self.kinds = {labels for labels, _ in found}
        self.mask = 0
        for labels in self.kinds:
            self.mask |= labels.mask

    def __iter__(self) -> Iterator[tuple[Labels, Span]]:
        return iter(self._found)

    def __contains__(self, label: int) -> bool:
        return bool(self.mask >> label & 1)

    def spans(self, label: int) -> list[Span]:
        """Return the token spans of a label, in text order."""
        spans = self._spans.get(label)
        if spans is None:
            spans = self._spans[label] = [span for labels, span in self._found if label in labels.members]
        return spans


def as_mask(labels: Iterable[int]) -> int:
    """Return an integer with one bit for each label."""
    mask = 0
    for label in labels:
        mask |= 1 << label
    return mask
