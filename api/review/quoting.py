"""Finds the words of a note that a person typed, pasted or chose, so that no mouse is needed to mark them."""

import re

from triage.errors import InvalidTransition

_FOLDED = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u2011", "''\"\"---")
"""Each character becomes one other, so that offsets stay."""


def find_words(text: str, words: str) -> tuple[int, int]:
    """Return where words stand in a note, in code points; case, curly quotes and line breaks do not matter.

    Raises:
        InvalidTransition: They are missing, not in the note, or stand there more than once (code `bad_decision`).
    """
    parts = words.translate(_FOLDED).split()
    if not parts:
        raise _fault("write, paste or select the words")
    pattern = re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE)
    found = [match.span() for match in pattern.finditer(text.translate(_FOLDED))]
    if not found:
        raise _fault("these words are not in the note; copy them exactly")
    if len(found) > 1:
        raise _fault(f"these words are in the note {len(found)} times; add the word before or after them")
    return found[0]


def _fault(message: str) -> InvalidTransition:
    return InvalidTransition(message, code="bad_decision", where="words")
