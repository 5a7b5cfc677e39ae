"""Loads the knowledge directory as a whole, or lists everything that is wrong with it."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import ValidationError

from triage.errors import Issue, KnowledgeError
from triage.files import write_whole
from triage.flag import Frozen
from triage.knowledge.checks import check_structure
from triage.knowledge.files import KnowledgeFile
from triage.knowledge.schemas import (
    Concept,
    ConceptFile,
    ContextFile,
    GlossaryFile,
    IdentityFile,
    Indicator,
    InflectionFile,
    Knowledge,
    ReadingOrderFile,
    WordingFile,
)

SHIPPED = Path(__file__).parent / "data"
"""The knowledge that comes with the package."""

_SINGLE_FILES: dict[str, type[Frozen]] = {
    "context": ContextFile,
    "glossary": GlossaryFile,
    "wording": WordingFile,
    "reading_order": ReadingOrderFile,
    "inflections": InflectionFile,
    "identity": IdentityFile,
}
_FORMAT = "1"


def load_knowledge(directory: Path | None = None) -> Knowledge:
    """Load and check a knowledge directory.

    Args:
        directory: A council's own copy; the shipped one by default.

    Raises:
        KnowledgeError: One or more files are faulty; every fault is listed with file and line.
    """
    return _load_cached((directory or SHIPPED).resolve())


@cache
def _load_cached(root: Path) -> Knowledge:
    # YAML with line numbers takes seconds to read, so what was once found valid is kept by digest.
    if not root.is_dir():
        issue = Issue(".", 0, "K000", f"no such directory: {root}")
        raise KnowledgeError("The knowledge was not loaded.", code="knowledge_missing", issues=[issue])
    digest = knowledge_digest(root)
    kept = user_cache_path("case-note-triage") / f"knowledge-{_FORMAT}-{digest.removeprefix('sha256:')[:32]}.json"
    with contextlib.suppress(OSError, ValidationError):
        return Knowledge.model_validate_json(kept.read_bytes())
    knowledge, _ = read_knowledge(root, digest=digest)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, knowledge.model_dump_json().encode())
    return knowledge


def read_knowledge(root: Path, *, digest: str | None = None) -> tuple[Knowledge, Mapping[str, KnowledgeFile]]:
    """Read and check every file, without the cache.

    Returns:
        The knowledge, and the parsed files by name, for checks that must name a line.

    Raises:
        KnowledgeError: One or more files are faulty; every fault is listed with file and line.
    """
    files = {file.name: file for file in (KnowledgeFile(path, root) for path in _paths(root))}
    issues: list[Issue] = []
    indicators = [
        parsed
        for name, file in files.items()
        if name.startswith("indicators/") and (parsed := file.parse(Indicator)) is not None
    ]
    concepts = _collect_concepts(files)
    single: dict[str, Frozen | None] = {}
    for key, model in _SINGLE_FILES.items():
        if (file := files.get(f"{key}.yaml")) is None:
            issues.append(Issue(f"{key}.yaml", 0, "K004", "the file is missing"))
        else:
            single[key] = file.parse(model)
    issues += [issue for file in files.values() for issue in file.issues]
    if not issues:
        knowledge = Knowledge.model_validate(
            {
                "digest": digest or knowledge_digest(root),
                "indicators": tuple(sorted(indicators, key=lambda indicator: indicator.id)),
                "concepts": concepts,
                **single,
            }
        )
        check_structure(knowledge, files)
        issues = [issue for file in files.values() for issue in file.issues]
        if not issues:
            return knowledge, files
    raise KnowledgeError(
        f"The knowledge was not loaded: {len(issues)} fault(s).", code="knowledge_faulty", issues=issues
    )


def knowledge_digest(root: Path) -> str:
    """Return `sha256:...` over the names and bytes of all knowledge files."""
    total = hashlib.sha256()
    for path in _paths(root):
        name = path.relative_to(root).as_posix().encode()
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(len(name).to_bytes(4) + name + len(content).to_bytes(8) + content)
    return f"sha256:{total.hexdigest()}"


def _paths(root: Path) -> Iterator[Path]:
    yield from sorted(path for path in root.rglob("*.yaml") if path.is_file())


def _collect_concepts(files: Mapping[str, KnowledgeFile]) -> dict[str, Concept]:
    concepts: dict[str, Concept] = {}
    for name, file in files.items():
        if not name.startswith("concepts/") or (parsed := file.parse(ConceptFile)) is None:
            continue
        for concept_id, concept in parsed.concepts.items():
            if concept_id in concepts:
                file.fault(("concepts", concept_id), "K010", f"concept '{concept_id}' is in another file too")
            concepts[concept_id] = concept
    return concepts
