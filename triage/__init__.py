"""Flags signs of online harm in children's-services case notes, with the exact words highlighted.

The public Python API is `Triager`, `Note` and the models of `triage.flag`.
"""

from triage.note import Note

__all__ = ["Note", "Triager"]


def __getattr__(name: str) -> object:
    # Loading spaCy takes a second; `triage --help` and callers who only need `Note` do not wait for it.
    if name == "Triager":
        from triage.triager import Triager

        return Triager
    raise AttributeError(f"module 'triage' has no attribute '{name}'")
