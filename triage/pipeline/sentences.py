"""Splits a note into sentences by character position (interim)."""

import re

_END = re.compile(r"(?<=[.?!])\s+|\n+")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return `[start, end)` of each sentence, in code points."""
    spans = []
    start = 0
    for match in _END.finditer(text):
        if text[start : match.start()].strip():
            spans.append((start, match.start()))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans
