"""Exchanges names, pronouns and ethnicity words and looks for flags that move: none should."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import Field
from srsly.ruamel_yaml import YAML

from triage.flag import Frozen
from triage.training.evaluation.bootstrap import estimate_share
from triage.training.evaluation.matrices import Weights, ratio
from triage.training.evaluation.predictions import Prediction, System
from triage.training.evaluation.results import SwapChange, SwapFigures
from triage.training.records import Record, make_record

SHIPPED = Path(__file__).parent / "data" / "swaps.yaml"


@dataclass(frozen=True, eq=False)
class Swap:
    """Words and what stands in for each.

    Attributes:
        words: A key in lower case matches any case and passes its capital on; any other key matches exactly.
    """

    id: str
    description: str
    words: Mapping[str, str]

    def apply(self, text: str) -> str:
        """Return the text with all words exchanged at once, the longest first."""
        return _pattern(tuple(self.words)).sub(self._other, text)

    def _other(self, found: re.Match[str]) -> str:
        words = found.group()
        if words in self.words and not words.islower():
            return self.words[words]
        other = self.words.get(words.lower())
        if other is None:
            return words
        return other[0].upper() + other[1:] if words[0].isupper() else other


Swapped = tuple[tuple[int, Prediction], ...]
"""Index of each note that holds words of a swap, and what was said of it with them exchanged."""


class _Names(Frozen):
    girls: tuple[str, ...]
    boys: tuple[str, ...]


class _DescribedAs(Frozen):
    nouns: tuple[str, ...]
    words: dict[str, str]


class _Exchange(Frozen):
    id: str
    description: str
    both_ways: bool
    words: dict[str, str]
    one_way: dict[str, str] = Field(default_factory=dict)


class _SwapFile(Frozen):
    names: dict[str, _Names]
    described_as: _DescribedAs
    exchanged: tuple[_Exchange, ...]


def load_swaps(path: Path = SHIPPED) -> tuple[Swap, ...]:
    """Load the swaps of a file."""
    file = _SwapFile.model_validate(YAML(typ="safe").load(path))
    return (*_name_swaps(file.names), *_described(file.described_as), *map(_exchange, file.exchanged))


def predict_swapped(system: System, records: Sequence[Record], swap: Swap) -> Swapped:
    """Return what a system says of the notes whose text the swap changes."""
    texts = {index: swap.apply(record.text) for index, record in enumerate(records)}
    changed = {index: text for index, text in texts.items() if text != records[index].text}
    swapped = [make_record(id=records[index].id, source=swap.id, text=text) for index, text in changed.items()]
    return tuple(zip(changed, system.predict(swapped), strict=True))


def compare_swapped(
    swap: Swap, records: Sequence[Record], predictions: Sequence[Prediction], swapped: Swapped, weights: Weights
) -> SwapFigures:
    """Return the share of notes whose current flags a swap changed, and which."""
    held, moved = np.zeros((2, len(records)))
    changes = []
    for index, said in swapped:
        held[index] = 1
        before = predictions[index].flagged
        if said.flagged != before:
            moved[index] = 1
            gained, lost = sorted(said.flagged - before), sorted(before - said.flagged)
            changes.append(SwapChange(note_id=records[index].id, gained=tuple(gained), lost=tuple(lost)))
    changed = estimate_share(ratio(weights @ moved, weights @ held), len(swapped))
    return SwapFigures(id=swap.id, description=swap.description, changed=changed, changes=tuple(changes))


def _name_swaps(names: Mapping[str, _Names]) -> Iterator[Swap]:
    for group, own in names.items():
        words: dict[str, str] = {}
        for other in (given for name, given in names.items() if name != group):
            words |= _in_place_of(other.girls, own.girls) | _in_place_of(other.boys, own.boys)
        words = {name: stand_in for name, stand_in in words.items() if name not in (*own.girls, *own.boys)}
        yield Swap(f"names_{group}", f"Given names changed for {group.replace('_', ' ').title()} ones.", words)


def _in_place_of(names: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    return {name: others[index % len(others)] for index, name in enumerate(names)}


def _described(described: _DescribedAs) -> Iterator[Swap]:
    for name, word in described.words.items():
        words = {noun: f"{word} {noun}" for noun in described.nouns}
        yield Swap(f"described_as_{name}", f"The word '{word}' put before the child.", words)


def _exchange(exchange: _Exchange) -> Swap:
    words = dict(exchange.words)
    if exchange.both_ways:
        words |= {
            other if other[0].isupper() and word[0].isupper() else other.lower(): word
            for word, other in exchange.words.items()
        }
    return Swap(exchange.id, exchange.description, words | exchange.one_way)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    choices = "|".join(f"(?i:{re.escape(word)})" if word.islower() else re.escape(word) for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)")
