"""Loading a knowledge directory: the digest, the cache, and every fault listed with file and line."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import Issue, KnowledgeError
from triage.knowledge import loading
from triage.knowledge.loading import SHIPPED, knowledge_digest, load_knowledge, read_knowledge
from triage.triager import Triager


def test_loads_every_file(directory: Path) -> None:
    knowledge = load_knowledge(directory)
    assert [indicator.id for indicator in knowledge.indicators] == ["new_phones"]
    assert set(knowledge.concepts) == {"handset", "extra"}
    assert knowledge.digest == knowledge_digest(directory)
    assert knowledge.indicator("new_phones").cues[0].within == 12


def test_an_unknown_indicator_is_a_key_error(directory: Path) -> None:
    with pytest.raises(KeyError, match="grooming"):
        load_knowledge(directory).indicator("grooming")


def test_the_digest_does_not_depend_on_line_endings(directory: Path) -> None:
    before = knowledge_digest(directory)
    path = directory / "context.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert knowledge_digest(directory) == before
    assert read_knowledge(directory)[0].digest == before


def test_the_digest_does_not_depend_on_the_place(directory: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(directory, tmp_path / "elsewhere")
    assert knowledge_digest(copy) == knowledge_digest(directory)


@pytest.mark.parametrize("name", ["context.yaml", "indicators/new_phones.yaml"])
def test_the_digest_changes_with_any_file_and_its_name(directory: Path, name: str) -> None:
    before = knowledge_digest(directory)
    path = directory / name
    path.write_text(path.read_text() + "# a remark\n")
    after = knowledge_digest(directory)
    path.rename(path.with_name("renamed.yaml"))
    assert len({before, after, knowledge_digest(directory)}) == 3


def test_other_files_do_not_matter(directory: Path) -> None:
    before = knowledge_digest(directory)
    (directory / "schemas").mkdir()
    (directory / "schemas" / "context.schema.json").write_text("{}")
    (directory / "README.md").write_text("Remarks.")
    assert knowledge_digest(directory) == before


@given(st.permutations(["alpha", "beta", "gamma"]))
def test_the_digest_does_not_depend_on_the_order_of_writing(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("order")
    for name in names:
        (root / f"{name}.yaml").write_text(f"{name}: 1\n")
    reference = tmp_path_factory.mktemp("reference")
    for name in sorted(names):
        (reference / f"{name}.yaml").write_text(f"{name}: 1\n")
    assert knowledge_digest(root) == knowledge_digest(reference)


def test_what_was_found_valid_is_kept_by_digest(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_knowledge(directory)
    loading._load_cached.cache_clear()
    monkeypatch.setattr(loading, "read_knowledge", lambda *args, **kwargs: pytest.fail("the files were read again"))
    assert load_knowledge(directory) == first


def test_a_change_is_read_again(directory: Path) -> None:
    load_knowledge(directory)
    path = directory / "context.yaml"
    path.write_text(path.read_text().replace('patterns: ["no"]', 'patterns: ["no", "nil"]'))
    loading._load_cached.cache_clear()
    assert load_knowledge(directory).context.rules[0].patterns == ("no", "nil")


def test_a_damaged_cache_is_ignored(directory: Path) -> None:
    first = load_knowledge(directory)
    (kept,) = loading.user_cache_path("case-note-triage").glob("*.json")
    kept.write_text("{")
    loading._load_cached.cache_clear()
    assert load_knowledge(directory) == first


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such directory") as caught:
        load_knowledge(tmp_path / "nowhere")
    assert caught.value.code == "knowledge_missing"


def test_a_broken_directory_lists_every_fault_with_file_and_line(directory: Path) -> None:
    def change(name: str, old: str, new: str) -> None:
        path = directory / name
        path.write_text(path.read_text().replace(old, new, 1))

    (directory / "inflections.yaml").unlink()
    (directory / "wording.yaml").write_bytes(b"rules:\n  - id: caf\xe9\n")
    change("glossary.yaml", "review_months: 12", "review_months: many")
    change("indicators/new_phones.yaml", "strength: weak", "strength: huge")
    change("indicators/new_phones.yaml", "family: devices_behaviour", "family: devices")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(directory)
    assert caught.value.code == "knowledge_faulty"
    assert sorted((issue.file, issue.line, issue.code) for issue in caught.value.issues) == [
        ("glossary.yaml", 1, "K003"),
        ("indicators/new_phones.yaml", 3, "K003"),
        ("indicators/new_phones.yaml", 5, "K003"),
        ("inflections.yaml", 0, "K004"),
        ("wording.yaml", 0, "K001"),
    ]


def test_a_faulty_directory_is_not_kept(directory: Path) -> None:
    path = directory / "context.yaml"
    valid = path.read_text()
    path.write_text(valid.replace("status: negated", "status: nowhere"))
    with pytest.raises(KnowledgeError):
        load_knowledge(directory)
    path.write_text(valid)
    assert load_knowledge(directory).context.rules[0].id == "negated.no"


def test_a_councils_own_copy_is_used(directory: Path) -> None:
    own = Triager.load(knowledge_dir=directory)
    assert own.versions.knowledge == knowledge_digest(directory) != knowledge_digest(SHIPPED)
    assert [flag.indicator for flag in own.assess("He has a spare handset.").flags] == ["new_phones"]


def test_the_command_checks_the_copy_of_the_environment(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_KNOWLEDGE_DIR", str(directory))
    result = CliRunner().invoke(app, ["knowledge", "check"])
    assert result.exit_code == 0, result.output
    assert "No faults: 1 indicators, 2 cues, 2 concepts" in result.output
    assert knowledge_digest(directory) in result.output


def test_the_command_fails_on_a_fault(directory: Path) -> None:
    path = directory / "indicators" / "new_phones.yaml"
    path.write_text(path.read_text().replace("{extra} {handset}", "{exta} {handset}"))
    result = CliRunner().invoke(app, ["knowledge", "check", str(directory)])
    assert isinstance(result.exception, KnowledgeError)
    assert Issue("indicators/new_phones.yaml", 20, "K021", "unknown concept 'exta'") in result.exception.issues
