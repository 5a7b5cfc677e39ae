"""ConText for social-care notes: modifiers, their scope and termination give every target a status (interim)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triage.flag import Status
from triage.knowledge.schemas import ContextFile
from triage.pipeline.programs import Compiler
from triage.pipeline.reading import Reading


@dataclass(frozen=True, slots=True)
class Modifier:
    """Words that decided a status. Offsets are code points of the text."""

    start: int
    end: int
    rule: str
    status: Status


@dataclass(frozen=True, slots=True)
class Target:
    """A span whose status is asked: tokens `[start, end)` of the reading."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Context:
    """The answer for one target."""

    status: Status
    modifiers: tuple[Modifier, ...]


class ContextEngine:
    """Applies the context rules.

    Args:
        rules: The context file.
        compiler: Collects the phrases that the rules need; call `finish` once all patterns are compiled.
    """

    def __init__(self, rules: ContextFile, compiler: Compiler) -> None:
        self._rules = rules

    def finish(self, phrases: Mapping[str, frozenset[int]]) -> None:
        """Index the compiled rules."""

    def apply(self, reading: Reading, targets: Sequence[Target]) -> list[Context]:
        """Return the status and deciding modifiers of each target."""
        return [Context(Status.AFFIRMED, ()) for _ in targets]
