"""Writes the JSON Schemas of the knowledge files, for editors that complete and check YAML."""

import json
from pathlib import Path

from triage.flag import Frozen
from triage.knowledge.schemas import (
    ConceptFile,
    ContextFile,
    GlossaryFile,
    IdentityFile,
    Indicator,
    InflectionFile,
    ReadingOrderFile,
    WordingFile,
)

MODELS: dict[str, type[Frozen]] = {
    "indicator": Indicator,
    "concepts": ConceptFile,
    "context": ContextFile,
    "glossary": GlossaryFile,
    "wording": WordingFile,
    "reading_order": ReadingOrderFile,
    "inflections": InflectionFile,
    "identity": IdentityFile,
}


def schema_text(kind: str) -> str:
    """Return the JSON Schema of one kind of file."""
    return json.dumps(MODELS[kind].model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schemas(directory: Path) -> list[Path]:
    """Write one `<kind>.schema.json` a kind of file."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in MODELS:
        path = directory / f"{kind}.schema.json"
        path.write_text(schema_text(kind), encoding="utf-8")
        paths.append(path)
    return paths
