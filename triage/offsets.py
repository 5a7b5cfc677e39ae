"""Turns code-point offsets into quotes with both offset units."""

from itertools import accumulate

from triage.flag import Quote


class Quoter:
    """Cuts quotes out of one exact text.

    Args:
        text: The caller's exact text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        astral = any(character > "\uffff" for character in text)
        self._utf16 = [0, *accumulate(1 + (character > "\uffff") for character in text)] if astral else None

    def fields(self, start: int, end: int) -> dict[str, int | str]:
        """Return the fields of a `Quote` for `text[start:end]`."""
        units = self._utf16
        return {
            "start": start,
            "end": end,
            "start_utf16": units[start] if units else start,
            "end_utf16": units[end] if units else end,
            "quote": self._text[start:end],
        }

    def quote(self, start: int, end: int) -> Quote:
        """Return `text[start:end]` with its offsets."""
        return Quote.model_validate(self.fields(start, end))
