"""Maps a misspelt word to the word of the lexicon that it stands for; names and English words stay as they are."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

import symspellpy
from symspellpy import SymSpell, Verbosity

MIN_LETTERS = 5
"""Shorter words are never changed: too many words are one letter apart."""
_MAX_LETTERS = 24
_LETTERS_FOR_TWO = 9
_LETTERS_FOR_NAMES = 7
_CLEARLY_MORE_FREQUENT = 10
_LETTERS_FOR_EXTRA = 7
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "aeiouy"
_LIKE_SOUNDS = frozenset(
    frozenset(pair)
    for pair in (
        *itertools.combinations(_VOWELS, 2),
        *itertools.combinations("sczx", 2),
        ("c", "k"),
        ("c", "q"),
        ("f", "v"),
    )
)
_CONTRACTION = re.compile(r"(?:are|could|did|do|does|had|has|have|is|might|must|need|should|was|were|would)nt?")
_FREQUENCIES = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"

# The dictionary lists most British forms; these lead from the others to the American form that it lists.
_BRITISH = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"is(?=(?:e|ed|er|ers|es|ing|ation|ations)$)", "iz"),
        (r"ys(?=(?:e|ed|er|ers|es|ing)$)", "yz"),
        (r"our(?=(?:s|ed|ing|er|ers|ful|less|able|ably|ite|ites|al|ally)?$)", "or"),
        (r"ll(?=(?:ed|ing|er|ers)$)", "l"),
        (r"[ao]e", "e"),
    )
)


@cache
def known_words() -> Mapping[str, int]:
    """Return the English words that symspellpy ships, with how often each is used."""
    fields = _FREQUENCIES.read_text(encoding="utf-8-sig").split()
    return MappingProxyType(dict(zip(fields[::2], map(int, fields[1::2]), strict=True)))


def is_english(word: str) -> bool:
    """Whether a lower-case word is English, in British or American spelling."""
    known = known_words()
    if word in known or _CONTRACTION.fullmatch(word):
        return True
    return any(pattern.sub(form, word) in known for pattern, form in _BRITISH)


class Speller:
    """Corrects misspelt words of a lexicon.

    Args:
        lexicon: Words that matter; what is corrected is corrected to one of them.
    """

    def __init__(self, lexicon: frozenset[str]) -> None:
        self._lexicon = frozenset(word.lower() for word in lexicon)
        # For a dictionary of this size, a prefix of six letters loads faster than the usual seven, at the same answers.
        self._index = SymSpell(max_dictionary_edit_distance=2, prefix_length=6)
        for word in sorted(self._lexicon):
            if len(word) >= MIN_LETTERS and word.isalpha():
                self._index.create_dictionary_entry(word, 1)

    def correct(self, word: str) -> str:
        """Return the lexicon word, in lower case, that a misspelt word stands for; any other word unchanged.

        Args:
            word: One word as it was written: a capital letter speaks for a name and asks for more likeness.
        """
        if not (MIN_LETTERS <= len(word) <= _MAX_LETTERS and word.isalpha()):
            return word
        plain = _without_accents(word.lower())
        if plain in self._lexicon:
            return word if plain == word.lower() else plain
        if is_english(plain):
            return word
        return self._nearest(plain, capitalised=word[0].isupper()) or word

    def _nearest(self, word: str, *, capitalised: bool) -> str | None:
        if capitalised and len(word) < _LETTERS_FOR_NAMES:
            return None
        far = len(word) >= _LETTERS_FOR_TWO and not capitalised
        found = self._index.lookup(word, Verbosity.CLOSEST, 2 if far else 1)
        # Misspellings keep the first letter, other words often do not.
        terms = [str(item.term) for item in found if item.term[0] == word[0]]
        if not terms:
            return None
        return self._one_letter(word, terms) if found[0].distance == 1 else self._two_letters(word, terms)

    def _one_letter(self, word: str, terms: list[str]) -> str | None:
        """Return the likeliest term, unless another English word is as likely."""
        slips = {term: slip for term in terms if (slip := slip_between(word, term)) is not None}
        if not slips:
            return None
        least = min(slips.values())
        likeliest = [term for term, slip in slips.items() if slip == least]
        if len(likeliest) > 1 or (len(word) < _LETTERS_FOR_EXTRA and not _likely_in_short(word, likeliest[0], least)):
            return None
        frequency = known_words().get(likeliest[0], 0)
        rivals = ((slip_between(word, rival), times) for rival, times in self._rivals(word))
        for slip, times in rivals:
            if slip is not None and (slip < least or (slip == least and times * _CLEARLY_MORE_FREQUENT > frequency)):
                return None
        return likeliest[0]

    def _two_letters(self, word: str, terms: list[str]) -> str | None:
        """Return the only term, unless another English word is nearer."""
        return None if len(terms) > 1 or any(self._rivals(word)) else terms[0]

    def _rivals(self, word: str) -> Iterator[tuple[str, int]]:
        """Yield English words outside the lexicon that are one letter away, with their frequency."""
        known = known_words()
        return (
            (other, known[other]) for other in _one_letter_away(word) if other in known and other not in self._lexicon
        )


class Slip(IntEnum):
    """Kinds of misspelling by one letter, the most usual first."""

    DOUBLING = 0
    LIKE_SOUND = 1
    LEFT_OUT_OR_ADDED = 2
    OTHER_LETTER = 3


def slip_between(written: str, meant: str) -> Slip | None:
    """Return how a word was misspelt by one letter, or None where the last letter is another: that is another word."""
    at = next(
        (i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), min(len(written), len(meant))
    )
    if len(written) != len(meant):
        longer = max(written, meant, key=len)
        if longer[at] == longer[at - 1]:
            return Slip.DOUBLING
        return Slip.LIKE_SOUND if longer[at] in _VOWELS and len(meant) > len(written) else Slip.LEFT_OUT_OR_ADDED
    if written[at + 1 :] != meant[at + 1 :]:
        return Slip.LIKE_SOUND
    if at == len(written) - 1:
        return None
    return Slip.LIKE_SOUND if frozenset((written[at], meant[at])) in _LIKE_SOUNDS else Slip.OTHER_LETTER


def _likely_in_short(word: str, term: str, slip: Slip) -> bool:
    """Whether a short word is likely to be a misspelling: a letter is missing, doubled or in the wrong place."""
    return slip == Slip.DOUBLING or len(term) > len(word) or sorted(term) == sorted(word)


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _one_letter_away(word: str) -> Iterator[str]:
    """Yield words that keep the first letter and differ by one letter left out, added, replaced or swapped."""
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]
        if i > 1:
            yield word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
        for letter in _ALPHABET:
            yield word[:i] + letter + word[i:]
            if letter != word[i]:
                yield word[:i] + letter + word[i + 1 :]
    for letter in _ALPHABET:
        yield word + letter
