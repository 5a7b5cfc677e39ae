"""How the model reads words: nothing may rest on who somebody is, so the words that tell it stand for one another."""

from collections.abc import Mapping
from typing import Self

from triage.knowledge.schemas import IdentityFile

IDENTITY = "identity"
"""Stands for words that are never read."""
NUMBER = "0"
_CACHED = 50_000


class Folding(dict[str, str]):
    """Word to what the model reads in its place: no digits, and nothing that tells who somebody is.

    Args:
        alike: Words that tell who somebody is, to the group they stand for.
    """

    def __init__(self, alike: Mapping[str, str]) -> None:
        super().__init__(alike)
        self.alike = dict(alike)

    @classmethod
    def of(cls, identity: IdentityFile) -> Self:
        """Return the folding that the knowledge asks for."""
        groups = {word: group for group, words in identity.alike.items() for word in words}
        return cls(groups | dict.fromkeys(identity.never_read, IDENTITY))

    def __missing__(self, word: str) -> str:
        folded = NUMBER if word[:1].isdigit() else word
        if len(self) < _CACHED:
            self[word] = folded
        return folded

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, str]]]:
        return type(self), (self.alike,)
