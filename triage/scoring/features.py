"""Counts the features of sentences: words, characters, concepts, and the concepts of the neighbouring sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from triage.extraction import Extraction, Sentence
from triage.scoring.identity import IDENTITY, Folding

BLOCKS = ("words", "characters", "concepts", "concept_pairs", "neighbours")
WORDS, CHARACTERS, CONCEPTS, CONCEPT_PAIRS, NEIGHBOURS = range(len(BLOCKS))
SHORTEST, LONGEST = 3, 5
"""Lengths of character n-grams, within padded words."""
_SIDES = ((CONCEPTS, ""), (NEIGHBOURS, "<"), (NEIGHBOURS, ">"))
"""Block and mark of a concept in its own sentence, in the next one and in the previous one."""
_CACHED_WORDS = 50_000

Key = tuple[int, str]
"""Block and feature."""
Columns = NDArray[np.int32]
_NONE = np.zeros(0, dtype=np.int32)


class Vocabulary(Protocol):
    """Where features have their columns."""

    def __len__(self) -> int:
        """Return the number of columns so far."""

    def find(self, key: Key) -> int | None:
        """Return the column of a feature; None where it has none."""

    def find_pairs(self, words: Sequence[str], left: Columns, right: Columns) -> Columns:
        """Return the columns of pairs of neighbouring words, given by their numbers; -1 where one has none."""

    @property
    def has_concept_pairs(self) -> bool:
        """Whether any pair of concepts has, or may get, a column."""


class GrowingVocabulary(dict[Key, int]):
    """Takes in every feature that it is asked for.

    Args:
        blocks: Those to take in.
        concepts: Those to take in.
    """

    def __init__(self, *, blocks: frozenset[int], concepts: frozenset[str]) -> None:
        super().__init__()
        self._blocks = blocks
        self._concepts = concepts

    def __missing__(self, key: Key) -> int:
        column = self[key] = len(self)
        return column

    @property
    def has_concept_pairs(self) -> bool:
        """Whether they are taken in."""
        return CONCEPT_PAIRS in self._blocks

    def find(self, key: Key) -> int | None:
        """Return the column of a feature; None where it is not to be taken in."""
        block, name = key
        if block not in self._blocks or (block in (CONCEPTS, NEIGHBOURS) and name.lstrip("<>") not in self._concepts):
            return None
        return self[key]

    def find_pairs(self, words: Sequence[str], left: Columns, right: Columns) -> Columns:
        """Return the columns of pairs of neighbouring words."""
        if WORDS not in self._blocks:
            return np.full(len(left), -1, dtype=np.int32)
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([self[WORDS, f"{words[one]} {words[other]}"] for one, other in pairs], dtype=np.int32)


class FixedVocabulary:
    """The features of a fitted encoder.

    Args:
        columns: Block and feature to column. A word of a pair that has one has a column too.
    """

    def __init__(self, columns: Mapping[Key, int]) -> None:
        self._columns = columns
        self.find = columns.get
        self.has_concept_pairs = any(block == CONCEPT_PAIRS for block, _ in columns)
        pairs = sorted(self._pairs())
        self._codes = np.array([code for code, _ in pairs], dtype=np.int64)
        self._pair_columns = np.array([column for _, column in pairs], dtype=np.int32)

    def __len__(self) -> int:
        return len(self._columns)

    def find_pairs(self, words: Sequence[str], left: Columns, right: Columns) -> Columns:
        """Return the columns of pairs of neighbouring words; -1 where one has none."""
        if not len(self._codes):
            return np.full(len(left), -1, dtype=np.int32)
        single = np.array([self._columns.get((WORDS, word), -1) for word in words], dtype=np.int64)
        codes = np.where((single[left] >= 0) & (single[right] >= 0), single[left] * len(self) + single[right], -1)
        places = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        found: Columns = np.where(self._codes[places] == codes, self._pair_columns[places], -1)
        return found

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Yield each pair as one number, and its column."""
        find = self._columns.get
        for (block, name), column in self._columns.items():
            # The normal form of a token may hold a space itself.
            for place in range(len(name)) if block == WORDS and " " in name else ():
                if name[place] == " ":
                    left, right = find((WORDS, name[:place])), find((WORDS, name[place + 1 :]))
                    if left is not None and right is not None:
                        yield left * len(self) + right, column


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each feature occurs in each sentence; both of shape `(sentences, columns)`.

    Attributes:
        tokens: Features that belong to one token: its word and its characters.
        others: Word pairs, concepts and neighbours.
    """

    tokens: csr_matrix
    others: csr_matrix


class FeatureReader:
    """Looks up the features of sentences.

    Args:
        vocabulary: Where they have their columns.
        folding: How words are read.
    """

    def __init__(self, vocabulary: Vocabulary, folding: Folding) -> None:
        self._vocabulary = vocabulary
        self._folding = folding
        self._words: dict[str, Columns] = {}

    def count(self, notes: Iterable[Extraction]) -> Counts:
        """Count the features of all sentences in order."""
        lists = _Lists(notes)
        words = [self.columns_of_word(word) for word in lists.words]
        places = [self._places_of_word_pairs(lists), *self._places_of_concepts(lists)]
        if self._vocabulary.has_concept_pairs:
            places.append(self._places_of_concept_pairs(lists))
        width = len(self._vocabulary)
        held = _ones(np.concatenate([_NONE, *words]), [0, *accumulate(map(len, words))], width)
        rows, columns = (np.concatenate(parts) for parts in zip(*places, strict=True))
        known = columns >= 0
        others = (np.ones(known.sum(), dtype=np.float32), (rows[known], columns[known]))
        return Counts(
            tokens=_ones(lists.tokens, lists.token_ends, len(words)) @ held,
            others=csr_matrix(others, shape=(len(lists.notes), width)),
        )

    def columns_of_word(self, word: str) -> Columns:
        """Return the columns of a word and its characters; one that the word holds twice comes twice."""
        columns = self._words.get(word)
        if columns is None:
            found = map(self._vocabulary.find, _word_keys(self._folding[word]))
            columns = np.array([column for column in found if column is not None], dtype=np.int32)
            if len(self._words) < _CACHED_WORDS:
                self._words[word] = columns
        return columns

    def column_of_concept(self, name: str) -> int | None:
        """Return the column of a concept in its own sentence; None where it has none."""
        return self._vocabulary.find((CONCEPTS, name))

    def _places_of_word_pairs(self, lists: "_Lists") -> tuple[Columns, Columns]:
        """Return sentences and columns of neighbouring words, over words of identity as if they were not there."""
        words = [self._folding[word] for word in lists.words]
        tokens = np.array(lists.tokens, dtype=np.int32)
        read = np.array([word != IDENTITY for word in words], dtype=bool)[tokens]
        tokens, sentences = tokens[read], lists.sentences_of(lists.token_ends)[read]
        same = sentences[:-1] == sentences[1:]
        return sentences[:-1][same], self._vocabulary.find_pairs(words, tokens[:-1][same], tokens[1:][same])

    def _places_of_concepts(self, lists: "_Lists") -> Iterator[tuple[Columns, Columns]]:
        """Yield sentences and columns of concepts in their own, the next and the previous sentence of the note."""
        notes = np.array([-1, *lists.notes, -1])
        named, numbers = lists.sentences_of(lists.named_ends), np.array(lists.named, dtype=np.intp)
        for step, (block, mark) in zip((0, 1, -1), _SIDES, strict=True):
            found = [self._vocabulary.find((block, mark + name)) for name in lists.concepts]
            columns = np.array([-1 if column is None else column for column in found], dtype=np.int32)
            same_note = notes[named + 1 + step] == notes[named + 1]
            yield named[same_note] + step, columns[numbers[same_note]]

    def _places_of_concept_pairs(self, lists: "_Lists") -> tuple[Columns, Columns]:
        names = [name if self.column_of_concept(name) is not None else "" for name in lists.concepts]
        rows: list[int] = []
        columns: list[int] = []
        for sentence, (first, last) in enumerate(zip(lists.named_ends, lists.named_ends[1:], strict=False)):
            used = sorted(filter(None, (names[number] for number in lists.named[first:last])))
            found = [self._vocabulary.find((CONCEPT_PAIRS, f"{one} {other}")) for one, other in combinations(used, 2)]
            columns += [column for column in found if column is not None]
            rows += [sentence] * (len(columns) - len(rows))
        return np.array(rows, dtype=np.int32), np.array(columns, dtype=np.int32)


class _Numbers(dict[str, int]):
    """Numbers words in the order in which they are met."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class _Lists:
    """Flat lists of what the sentences of notes hold, and where each sentence ends in them.

    Attributes:
        words: Words to numbers.
        concepts: Concepts to numbers.
        tokens: Number of each word.
        named: Numbers of concepts, each once a sentence.
        notes: Number of the note of each sentence.
    """

    def __init__(self, notes: Iterable[Extraction]) -> None:
        self.words, self.concepts = _Numbers(), _Numbers()
        self.tokens: list[int] = []
        self.named: list[int] = []
        self.notes: list[int] = []
        self.token_ends, self.named_ends = [0], [0]
        for number, note in enumerate(notes):
            for sentence in note.sentences:
                self._add(sentence, number)

    def _add(self, sentence: Sentence, note: int) -> None:
        self.tokens += map(self.words.__getitem__, sentence.words)
        self.named += map(self.concepts.__getitem__, dict.fromkeys([name for name, _, _ in sentence.concepts]))
        self.token_ends.append(len(self.tokens))
        self.named_ends.append(len(self.named))
        self.notes.append(note)

    def sentences_of(self, ends: Sequence[int]) -> Columns:
        """Return the sentence of each entry of a list, by where the sentences end in it."""
        return np.repeat(np.arange(len(self.notes), dtype=np.int32), np.diff(ends))


def _ones(columns: Sequence[int] | Columns, ends: Sequence[int], width: int) -> csr_matrix:
    indices = np.asarray(columns, dtype=np.int32)
    return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, np.array(ends)), shape=(len(ends) - 1, width))


def _word_keys(word: str) -> Iterable[Key]:
    """Return the keys of a word and of its characters; none for a word of identity."""
    if word == IDENTITY:
        return ()
    padded = f" {word} "
    pieces = (
        padded[start : start + size] for size in range(SHORTEST, LONGEST + 1) for start in range(len(padded) - size + 1)
    )
    return chain([(WORDS, word)], ((CHARACTERS, piece) for piece in pieces))
