"""Reads one knowledge file: YAML with line numbers into a strict model, every fault collected."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from srsly.ruamel_yaml import YAML
from srsly.ruamel_yaml.comments import CommentedBase
from srsly.ruamel_yaml.constructor import DuplicateKeyError
from srsly.ruamel_yaml.error import MarkedYAMLError, YAMLError

from triage.errors import Issue
from triage.flag import Frozen

Model = TypeVar("Model", bound=Frozen)

_KINDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this kind of file",
    "string_too_short": "is empty",
    "too_short": "has too few entries",
    "enum": "is not one of the allowed values",
}


class KnowledgeFile:
    """One parsed YAML file.

    Attributes:
        name: Path relative to the knowledge directory, with forward slashes.
        content: What the file holds, as plain Python values.
        issues: Faults found so far.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.issues: list[Issue] = []
        self.content: Any = None
        try:
            # Round-trip mode keeps line numbers; YAML 1.2 reads `no` as a word and rejects duplicate keys.
            self.content = YAML(typ="rt").load(StringIO(path.read_text(encoding="utf-8")))
        except UnicodeDecodeError as error:
            self._add(0, "K001", f"not valid UTF-8 at byte {error.start}; save the file as UTF-8")
        except DuplicateKeyError as error:
            # It is a warning that is raised, so none of the classes below.
            mark = error.problem_mark
            self._add(mark.line + 1 if mark else 0, "K002", "the key is written twice; keep one")
        except MarkedYAMLError as error:
            mark = error.problem_mark
            self._add(mark.line + 1 if mark else 0, "K002", f"not valid YAML: {error.problem or error.context}")
        except YAMLError:
            self._add(0, "K002", "not valid YAML")

    def parse(self, model: type[Model]) -> Model | None:
        """Validate the content; None after recording every fault."""
        if self.issues:
            return None
        try:
            return model.model_validate(_plain(self.content), strict=False)
        except ValidationError as error:
            for fault in error.errors(include_input=False, include_url=False):
                field = ".".join(str(step) for step in fault["loc"])
                message = _KINDS.get(fault["type"], fault["msg"])
                self._add(self.line_of(fault["loc"]), "K003", f"'{field}' {message}")
            return None

    def line_of(self, location: Sequence[str | int]) -> int:
        """Return the line of the deepest part of `location` that the file holds."""
        node: Any = self.content
        line = 1
        for step in location:
            if not isinstance(node, CommentedBase):
                break
            try:
                line = (node.lc.key(step) if hasattr(node, "keys") else node.lc.item(step))[0] + 1
                children: Any = node
                node = children[step]
            except (KeyError, IndexError, TypeError):
                break
        return line

    def fault(self, location: Sequence[str | int], code: str, message: str) -> None:
        """Record a fault at a place in the file."""
        self._add(self.line_of(location), code, message)

    def _add(self, line: int, code: str, message: str) -> None:
        self.issues.append(Issue(self.name, line, code, message))


def _plain(node: Any) -> Any:
    """Copy round-trip containers into plain ones, which pydantic validates faster."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node
