"""Length-preserving normalisation of note text, and the causes for which a text is not assessed."""

import re

_TRANSLATION = str.maketrans(
    {
        "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ", "\u200a": " ",
        "\u200b": " ", "\u200c": " ", "\u2060": " ", "\ufeff": " ", "\u00ad": " ",
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201b": "'", "\u0060": "'", "\u00b4": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")


def normalise(text: str) -> str:
    """Return the text for matching: same length, plain spaces, quotes and dashes, hyphenated words as two."""
    return _HYPHEN.sub(" ", text.translate(_TRANSLATION))
