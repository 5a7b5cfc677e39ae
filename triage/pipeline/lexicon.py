"""Finds the phrases of the lexicon in a text: one tree of words, walked from every token.

A tree is quicker here than spaCy's `PhraseMatcher`: it reads the words that are needed anyway, keeps to the sentence,
answers in text order, and loads without making a document of every phrase.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from triage.extraction import Span
from triage.pipeline.hits import Labels
from triage.pipeline.tokens import Tokens

Tree: TypeAlias = "dict[str, Tree | Labels]"
Choices = tuple[tuple[str, ...], ...]
"""Phrases for each place; one of each place, in order, makes a whole."""

_END = ""
"""Key of the labels of a phrase that longer phrases begin with."""


class Lexicon:
    """All phrases with the labels that they stand for.

    Args:
        phrases: Labels of each phrase.
        choices: Phrases that are made of choices, with their labels.
        tokens: The tokeniser of all these words.
    """

    def __init__(
        self,
        phrases: Mapping[str, Labels],
        choices: Iterable[tuple[Choices, Labels]],
        tokens: Tokens,
    ) -> None:
        self._tree: Tree = {}
        self._tokens = tokens
        self._joined: dict[tuple[Labels, Labels], Labels] = {}
        for phrase, labels in phrases.items():
            self._add(self._tree, ((phrase,),), labels)
        for places, labels in choices:
            self._add(self._tree, places, labels)

    def find(self, words: Sequence[str], first: int, last: int) -> list[tuple[Labels, Span]]:
        """Return the phrases among the words `[first, last)`, by start, then by end."""
        found: list[tuple[Labels, Span]] = []
        tree = self._tree
        for start in range(first, last):
            node = tree.get(words[start])
            end = start + 1
            while node is not None:
                if type(node) is Labels:
                    found.append((node, (start, end)))
                    break
                ended = node.get(_END)  # type: ignore[union-attr]  # `type` is quicker than `isinstance`
                if ended is not None:
                    found.append((ended, (start, end)))  # type: ignore[arg-type]
                if end == last:
                    break
                node = node.get(words[end])  # type: ignore[union-attr]
                end += 1
        return found

    def _add(self, tree: Tree, places: Choices, labels: Labels) -> None:
        """Add every phrase that the choices make."""
        for phrase in places[0]:
            tokens = self._tokens.of_phrase(phrase)
            if places[1:]:
                self._add(_descend(tree, tokens), places[1:], labels)
            elif tokens:
                self._end(_descend(tree, tokens[:-1]), tokens[-1], labels)

    def _end(self, tree: Tree, word: str, labels: Labels) -> None:
        """Write labels at the end of a phrase, beside those of other spellings that give the same words."""
        place, key = (child, _END) if isinstance(child := tree.get(word), dict) else (tree, word)
        present = place.get(key)
        place[key] = self._join(present, labels) if isinstance(present, Labels) else labels

    def _join(self, one: Labels, other: Labels) -> Labels:
        if (one, other) not in self._joined:
            members, concepts = one.members | other.members, {*one.concepts, *other.concepts}
            self._joined[one, other] = one if members == one.members else Labels(members, concepts)
        return self._joined[one, other]


def _descend(tree: Tree, words: Iterable[str]) -> Tree:
    """Return the branch below some words, made where it is missing."""
    for word in words:
        child = tree.get(word)
        if not isinstance(child, dict):
            branch: Tree = {} if child is None else {_END: child}
            tree[word] = branch
            child = branch
        tree = child
    return tree
