"""Writes files whole: under a temporary name first, then renamed, so that a reader never sees half of one."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

_PRIVATE, _SHARED = 0o600, 0o666


@contextmanager
def opened_whole(path: Path, *, private: bool = False, overwrite: bool = True) -> Iterator[TextIOWrapper]:
    """Open a text file (UTF-8, line ends as they are) that takes its name once all is written.

    All of it is on the disk by then; after an error nothing of it is left.

    Args:
        path: Its name, in a directory that exists.
        private: Only its owner may read it, from the first byte.
        overwrite: Take the place of an earlier file.

    Raises:
        FileExistsError: There is such a file, and it may not be replaced.
        OSError: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE if private else _SHARED)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes, *, private: bool = False, overwrite: bool = True) -> None:
    """Write a file whole; text is UTF-8, its line ends as they are.

    Raises:
        FileExistsError: There is such a file, and it may not be replaced.
        OSError: It cannot be written.
    """
    with opened_whole(path, private=private, overwrite=overwrite) as file:
        file.buffer.write(content.encode() if isinstance(content, str) else content)
