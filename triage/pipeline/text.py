"""Length-preserving normalisation of note text, and the causes for which a text is not assessed."""

import re
import unicodedata
from collections.abc import Container

from spacy.lang.en.stop_words import STOP_WORDS

from triage.flag import Cause
from triage.pipeline.spelling import known_words


def _characters(*ranges: tuple[int, int]) -> str:
    return "".join(chr(point) for first, last in ranges for point in range(first, last + 1))


_SPACES = "\t\u00a0\u1680\u180e\u202f\u205f\u3000" + _characters((0x2000, 0x200A))
# The zero-width joiner stays as it is: it holds emoji together.
_INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u200b\u200c\u200e\u200f\u3164\ufeff\uffa0" + _characters(
    (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069)
)
_LINE_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_SINGLE_QUOTES = "`\u00b4\u02bb\u02bc\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a"
_DOUBLE_QUOTES = "\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63"
# Fullwidth forms and the styled letters of social-media names; all decompose to one ASCII character.
_STYLED = _characters((0xFF01, 0xFF5E), (0x1D400, 0x1D7FF))


def _translation() -> dict[int, str]:
    plain = {" ": _SPACES + _INVISIBLE, "\n": _LINE_BREAKS, "'": _SINGLE_QUOTES, '"': _DOUBLE_QUOTES, "-": _DASHES}
    styled = {ord(character): unicodedata.normalize("NFKC", character) for character in _STYLED}
    return {
        **{point: form for point, form in styled.items() if len(form) == 1 and form.isascii()},
        **{ord(character): form for form, characters in plain.items() for character in characters},
    }


_TRANSLATION = _translation()
_ASCII_TRANSLATION = {chr(point): form for point, form in _TRANSLATION.items() if point < 128}
# The literal comes first: the scan then skips from hyphen to hyphen.
_HYPHEN = re.compile(r"-(?<=[A-Za-z]-)(?=[A-Za-z])")

_VISIBLE = re.compile(rf"[^\s\u200d{_SPACES}{_INVISIBLE}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Control and unassigned characters, and what a wrong decoding leaves behind.
_UNPRINTABLE = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd-\uffff\U000f0000-\U0010ffff]")
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{60,}+")
_NOT_LATIN = re.compile(
    r"[^\W\d_A-Za-z\u00aa-\u024f\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\ufb00-\ufb06\uff21-\uff5a\U0001d400-\U0001d7ff]"
)
_WORD = re.compile(r"[^\W\d_]+")

_MIN_UNPRINTABLE = 3
_MAX_UNPRINTABLE_SHARE = 0.1
_MIN_WORDS = 15
_MIN_PLAIN_WORDS = 10
# English notes, terse ones included, have at least .07 function words and .65 dictionary words; other languages
# have at most .12 and .42. Both must be low, and the limits stand well between.
_FEW_FUNCTION_WORDS = 0.2
_FEW_ENGLISH_WORDS = 0.5


def normalise(text: str) -> str:
    """Return the text for matching: same length, plain spaces, quotes and dashes, hyphenated words as two."""
    if text.isascii():
        for character, form in _ASCII_TRANSLATION.items():
            text = text.replace(character, form)
    else:
        text = text.translate(_TRANSLATION)
    return _HYPHEN.sub(" ", text)


def cause_not_assessed(text: str, *, max_characters: int) -> Cause | None:
    """Return why a text must go to a person unassessed, or None where it can be assessed.

    Args:
        text: The exact text of the note.
        max_characters: Size limit, in Unicode code points.
    """
    if _VISIBLE.search(text) is None:
        return Cause.EMPTY
    if len(text) > max_characters:
        return Cause.TOO_LONG
    # Pure ASCII, the usual case, can neither hold surrogates nor another script.
    if not text.isascii() and _SURROGATE.search(text) is not None:
        return Cause.LONE_SURROGATE
    if _is_binary(text):
        return Cause.BINARY
    return Cause.NOT_ENGLISH if _is_other_script(text) or _is_other_language(text) else None


def _is_binary(text: str) -> bool:
    if "\x00" in text:
        return True
    unprintable = len(_UNPRINTABLE.findall(text))
    if unprintable >= _MIN_UNPRINTABLE and unprintable > _MAX_UNPRINTABLE_SHARE * len(text):
        return True
    return sum(map(len, _ENCODED.findall(text))) > len(text) / 2


def _is_other_script(text: str) -> bool:
    if text.isascii():
        return False
    foreign = len(_NOT_LATIN.findall(text))
    return foreign > 0 and foreign > sum(map(str.isalpha, text)) / 2


def _is_other_language(text: str) -> bool:
    """Whether few words are English; function words alone settle it for nearly every note."""
    rough = text.lower().split()
    if _share(rough, STOP_WORDS) >= _FEW_FUNCTION_WORDS:
        return False
    # Capitalised words are left out, since lists of names say nothing about the language.
    words = _WORD.findall(normalise(text))
    plain = [word.lower() for word in words if word[0].islower() or text.isupper()]
    if len(words) < _MIN_WORDS or len(plain) < _MIN_PLAIN_WORDS:
        return False
    return _share(plain, STOP_WORDS) < _FEW_FUNCTION_WORDS and _share(plain, known_words()) < _FEW_ENGLISH_WORDS


def _share(words: list[str], known: Container[str]) -> float:
    return sum(map(known.__contains__, words)) / max(len(words), 1)
