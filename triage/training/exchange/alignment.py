"""Lays a text that a tool has changed - line ends, outer white space - onto the original."""

import re
from collections.abc import Mapping

_LINE_END = re.compile(r"\r\n|\r")


def align(text: str, original: str) -> Mapping[int, int] | None:
    """Return the place in `original` of every offset of `text`, both in code points.

    Offsets within a line end, or in outer white space that the original has not, are left out.

    Returns:
        None where the texts differ in more than line ends and outer white space.
    """
    plain, places = _with_plain_lines(text)
    plain_original, original_places = _with_plain_lines(original)
    if plain.strip() != plain_original.strip():
        return None
    shift = _indent(plain_original) - _indent(plain)
    return {
        place: original_places[index + shift]
        for index, place in enumerate(places)
        if 0 <= index + shift < len(original_places)
    }


def _with_plain_lines(text: str) -> tuple[str, list[int]]:
    """Return the text with every line end as LF, and the place in `text` of each of its offsets."""
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for match in _LINE_END.finditer(text):
        pieces += [text[position : match.start()], "\n"]
        places += range(position, match.start() + 1)
        position = match.end()
    pieces.append(text[position:])
    places += range(position, len(text) + 1)
    return "".join(pieces), places


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
