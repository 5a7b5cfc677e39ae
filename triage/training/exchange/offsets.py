"""What a tool's offsets count - code points or UTF-16 units, a CRLF as two or as one - found out by evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Points = Mapping[int, int]
"""Offsets in some unit to code points; an offset amid a character is not in it."""


class Unit(StrEnum):
    """What offsets count. A browser shows a CRLF as one line end, and some tools count what a browser shows."""

    CODE_POINTS = "code_points"
    UTF16 = "utf16"
    CODE_POINTS_BROWSER = "code_points_browser"
    UTF16_BROWSER = "utf16_browser"

    @property
    def is_utf16(self) -> bool:
        """Whether a character beyond U+FFFF, such as most emoji, counts as two."""
        return self in (Unit.UTF16, Unit.UTF16_BROWSER)

    @property
    def is_browser(self) -> bool:
        """Whether a CRLF counts as one."""
        return self in (Unit.CODE_POINTS_BROWSER, Unit.UTF16_BROWSER)

    @property
    def words(self) -> str:
        """The unit in words."""
        return ("UTF-16 units" if self.is_utf16 else "code points") + (", CRLF as one" if self.is_browser else "")


class Span(Protocol):
    """A span as a tool gives it; `quote` is the words that it says the span covers, where it says so."""

    @property
    def start(self) -> int:
        """First offset."""

    @property
    def end(self) -> int:
        """Offset behind the last."""

    @property
    def quote(self) -> str | None:
        """Words covered."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its spans in a unit that is to be found out.

    Attributes:
        stated: The unit that the file names for this text, where it does.
    """

    text: str
    spans: Sequence[Span]
    stated: Unit | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The unit of a file, and why."""

    unit: Unit
    evidence: str


def is_telling(text: str) -> bool:
    """Whether units differ in a text."""
    return "\r\n" in text or any(character > "\uffff" for character in text)


def points(text: str, unit: Unit) -> Points:
    """Return the code point of every offset that a unit allows in a text."""
    found: dict[int, int] = {}
    offset = 0
    for index, character in enumerate(text):
        if unit.is_browser and character == "\n" and text[index - 1 : index] == "\r":
            continue
        found[offset] = index
        offset += 2 if unit.is_utf16 and character > "\uffff" else 1
    found[offset] = len(text)
    return found


def choose_unit(texts: Iterable[Text], *, default: Unit) -> Choice:
    """Choose the unit in which most spans fit their text.

    A span whose words are known fits where they stand. Any other fits where it begins and ends with a word; where
    the file states a unit, it is enough that the span lies on the text. The stated unit, or else the tool's usual one,
    wins a tie.
    """
    fits = dict.fromkeys(Unit, 0)
    total = 0
    prior = default
    for text in texts:
        prior = text.stated or prior
        if text.spans and is_telling(text.text):
            total += len(text.spans)
            for unit in Unit:
                fits[unit] += sum(_fits(text, unit))
    if not total:
        return Choice(prior, "no labelled text holds emoji or CRLF, so every unit gives the same")
    unit = max(Unit, key=lambda unit: (fits[unit], unit is prior))
    others = ", ".join(f"{fits[other]} as {other.words}" for other in Unit if other is not unit)
    return Choice(unit, f"of {total} spans in texts with emoji or CRLF {fits[unit]} fit as {unit.words} ({others})")


def same_words(one: str, other: str) -> bool:
    """Whether two quotes are the same but for line ends and white space around them."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without white space at its ends."""
    words = text[start:end]
    kept = words.strip()
    first = start + len(words) - len(words.lstrip())
    return first, first + len(kept)


def is_on_words(text: str, start: int, end: int) -> bool:
    """Whether a span begins with the first and ends with the last character of a word."""
    cut = any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in (start, end))
    words = text[start:end]
    return bool(words) and words == words.strip() and not cut


def _fits(text: Text, unit: Unit) -> Iterator[bool]:
    where = points(text.text, unit)
    for span in text.spans:
        start, end = where.get(span.start), where.get(span.end)
        if start is None or end is None or start >= end:
            yield False
        elif span.quote is not None:
            yield same_words(text.text[start:end], span.quote)
        else:
            yield text.stated is not None or is_on_words(text.text, start, end)
