"""English inflections of lexicon words: irregular forms are data, regular ones a few British spelling rules."""

import re
from collections.abc import Mapping, Sequence

_VOWELS = "aeiou"
_DOUBLES = re.compile(rf"^[^{_VOWELS}]*[{_VOWELS}][^{_VOWELS}wxy]$|[^{_VOWELS}][{_VOWELS}]l$")


class Inflector:
    """Lists the forms of a word.

    Args:
        irregular: Word to its other forms, such as `send: [sends, sent, sending]`.
    """

    def __init__(self, irregular: Mapping[str, Sequence[str]]) -> None:
        self._irregular = irregular

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the word and its inflections (third person or plural, past, -ing), without duplicates."""
        listed = self._irregular.get(word)
        forms = (word, *listed) if listed is not None else (word, _with_s(word), _with_ed(word), _with_ing(word))
        return tuple(dict.fromkeys(forms))


def _with_s(word: str) -> str:
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    if re.search(rf"[^{_VOWELS}]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}s"


def _with_ed(word: str) -> str:
    if word.endswith("e"):
        return f"{word}d"
    if re.search(rf"[^{_VOWELS}]y$", word):
        return f"{word[:-1]}ied"
    return f"{_doubled(word)}ed"


def _with_ing(word: str) -> str:
    if word.endswith("ie"):
        return f"{word[:-2]}ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return f"{word[:-1]}ing"
    return f"{_doubled(word)}ing"


def _doubled(word: str) -> str:
    """Double the final consonant of one-syllable words and, in British spelling, of words in vowel + l."""
    return f"{word}{word[-1]}" if _DOUBLES.search(word) else word
