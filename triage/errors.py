"""The whole exception tree: every error says what, where and what to do, and never holds note text.

TriageError
├── NoteError            a note that cannot be read (code is one of `flag.Cause`)
├── KnowledgeError       one or more faults in the knowledge directory
├── DatasetError         one or more faults in labelled data
├── ArtefactError        a model file that must not be used
│   ├── DigestMismatch
│   └── VersionMismatch
├── SettingsError        a setting that prevents starting
└── ReviewError          something a reviewer asked that cannot be done
    ├── NotAllowed
    ├── NotFound
    ├── InvalidTransition
    ├── ReviewConflict
    ├── StoreUnavailable
    └── KeyRingError
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TriageError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: What happened and what to do, in plain words; never note text.
        code: A short stable identifier that programs may rely on.
        where: `file:line`, an id or a field name, where there is one.
    """

    def __init__(self, message: str, *, code: str, where: str | None = None) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.code = code
        self.where = where


class NoteError(TriageError):
    """A note that cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One fault in a file that people edit.

    Attributes:
        file: Path relative to the directory checked.
        line: Line number from 1; 0 when the fault belongs to the whole file.
        code: Stable identifier of the kind of fault.
        message: What is wrong and what to do.
    """

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.code}] {self.message}"


class IssuesError(TriageError):
    """An error that carries every fault found, not only the first."""

    def __init__(self, message: str, *, code: str, issues: Sequence[Issue]) -> None:
        self.issues = tuple(sorted(issues))
        super().__init__("\n".join([message, *map(str, self.issues)]), code=code)


class KnowledgeError(IssuesError):
    """The knowledge directory has faults and was not loaded."""


class DatasetError(IssuesError):
    """Labelled data has faults and was not used."""


class ArtefactError(TriageError):
    """A model artefact that must not be used."""


class DigestMismatch(ArtefactError):
    """A file is not the one its manifest names."""


class VersionMismatch(ArtefactError):
    """An artefact was made with other library versions."""


class SettingsError(TriageError):
    """A setting that prevents starting."""


class ReviewError(TriageError):
    """Something a reviewer asked that cannot be done."""


class NotAllowed(ReviewError):
    """The person lacks the role or the note is restricted."""


class NotFound(ReviewError):
    """No such record, or none that this person may see."""


class InvalidTransition(ReviewError):
    """The item is not in a state that allows the step."""


class ReviewConflict(ReviewError):
    """Somebody else was first, or the version is an older one."""


class StoreUnavailable(ReviewError):
    """The database cannot be reached or cannot be written."""


class KeyRingError(ReviewError):
    """The key ring is missing, malformed or does not hold the key a row needs."""
