"""The JSON Schemas for editors: those committed are current, and every shipped file names its own."""

import json
from pathlib import Path

import pytest

from triage.knowledge.json_schemas import MODELS, schema_text, write_schemas
from triage.knowledge.loading import SHIPPED

SCHEMAS = SHIPPED / "schemas"
FILES = sorted(path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml"))


def kind_of(name: str) -> str:
    return {"indicators": "indicator", "concepts": "concepts"}.get(name.split("/")[0], Path(name).stem)


@pytest.mark.parametrize("kind", MODELS)
def test_the_committed_schema_is_current(kind: str) -> None:
    committed = (SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(kind), "run: triage knowledge schemas triage/knowledge/data/schemas"


def test_there_is_no_schema_of_anything_else() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{kind}.schema.json" for kind in MODELS}


def test_writes_one_file_a_kind(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "new" / "place")
    assert [path.name for path in paths] == [f"{kind}.schema.json" for kind in MODELS]
    assert all(json.loads(path.read_text())["additionalProperties"] is False for path in paths)


@pytest.mark.parametrize("name", FILES)
def test_each_shipped_file_names_its_schema(name: str) -> None:
    first = (SHIPPED / name).read_text(encoding="utf-8").split("\n", 1)[0]
    relative = first.removeprefix("# yaml-language-server: $schema=")
    assert (SHIPPED / name).parent.joinpath(relative).resolve() == SCHEMAS / f"{kind_of(name)}.schema.json"
