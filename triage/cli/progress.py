"""A progress bar on standard error, for people only."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

_MANY = 200


def tracked(items: Iterable[Item], total: int, *, label: str = "Assessing notes") -> Iterator[Item]:
    """Yield the items, with a bar where there are many and a person watches."""
    if total < _MANY or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, total=total, description=label, console=Console(stderr=True))
