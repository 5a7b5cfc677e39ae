"""Turns code-point offsets into quotes with both offset units."""

import re
from bisect import bisect_left

from triage.flag import Quote

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
"""Characters that take two UTF-16 code units."""


class Quoter:
    """Cuts quotes out of one exact text.

    Args:
        text: The caller's exact text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._astral = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]

    def fields(self, start: int, end: int) -> dict[str, int | str]:
        """Return the fields of a `Quote` for `text[start:end]`."""
        return {
            "start": start,
            "end": end,
            "start_utf16": start + bisect_left(self._astral, start),
            "end_utf16": end + bisect_left(self._astral, end),
            "quote": self._text[start:end],
        }

    def quote(self, start: int, end: int) -> Quote:
        """Return `text[start:end]` with its offsets."""
        return Quote.model_validate(self.fields(start, end))
