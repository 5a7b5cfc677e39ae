"""Who asks: a person or a system with roles, as sign-in or an API key established it."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; a person can have several."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    SYSTEM = "system"
    """A case-management system that submits notes, or the operator's command line."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in.

    Attributes:
        id: Stable identifier from sign-in; what the audit log names.
        name: Shown on pages.
        roles: What the person may do.
    """

    id: str
    name: str
    roles: frozenset[Role]
