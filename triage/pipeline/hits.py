"""What a sentence holds of the lexicon, looked up label by label and only when a program asks."""

from collections.abc import Iterable, Iterator

from triage.extraction import Span


class Labels:
    """A set of labels that some phrases stand for; compared by identity, since each set is made once.

    Args:
        members: The labels.
        concepts: Names of the concepts among them, in order.
    """

    __slots__ = ("concepts", "members")

    def __init__(self, members: Iterable[int], concepts: Iterable[str] = ()) -> None:
        self.members = frozenset(members)
        self.concepts = tuple(sorted(concepts))


class Hits:
    """Phrases found in one sentence, in text order.

    A phrase may stand for dozens of labels, of which few are ever asked for: spans of a label are gathered on demand.

    Args:
        found: Each phrase's labels and its token span.

    Attributes:
        kinds: The distinct label sets.
    """

    __slots__ = ("_found", "_spans", "kinds")

    def __init__(self, found: list[tuple[Labels, Span]]) -> None:
        self._found = found
        self._spans: dict[int, list[Span]] = {}
        self.kinds = {labels for labels, _ in found}

    def __iter__(self) -> Iterator[tuple[Labels, Span]]:
        return iter(self._found)

    def __contains__(self, label: int) -> bool:
        return any(label in labels.members for labels in self.kinds)

    def spans(self, label: int) -> list[Span]:
        """Return the token spans of a label, in text order."""
        spans = self._spans.get(label)
        if spans is None:
            spans = self._spans[label] = [span for labels, span in self._found if label in labels.members]
        return spans
