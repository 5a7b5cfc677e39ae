"""Cuts a text at every span edge into flat pieces, so that overlapping evidence can be marked without nesting."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class Piece(Generic[Label]):
    """A stretch of text and the labels of all spans that cover it; the pieces' texts join to the whole text.

    Attributes:
        start: Its first character, in code points.
        labels: In the order in which the spans were given.
        first: Labels whose span begins here.
    """

    text: str
    start: int
    labels: tuple[Label, ...]
    first: tuple[Label, ...]


def pieces(text: str, spans: Sequence[tuple[int, int, Label]]) -> list[Piece[Label]]:
    """Cut `text` at the edges of spans `(start, end, label)`.

    Raises:
        ValueError: A span is empty or off the text.
    """
    for start, end, _ in spans:
        if not 0 <= start < end <= len(text):
            raise ValueError(f"span {start}-{end} is empty or off a text of {len(text)} characters")
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    return [
        Piece(
            text=text[start:end],
            start=start,
            labels=tuple(label for a, b, label in spans if a <= start and end <= b),
            first=tuple(label for a, _, label in spans if a == start),
        )
        for start, end in pairwise(edges)
    ]
