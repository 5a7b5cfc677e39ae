"""What tests of several packages share: the real triager, and review stores on SQLite and on a private PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace

from triage.note import Note
from triage.review.people import Person, Role
from triage.review.records import Decision, Item, Mark, Receipt, Submission
from triage.review.settings import ReviewSettings
from triage.review.vocabulary import Outcome, Reason, Verdict
from triage.scoring.estimator import Parameters
from triage.service import ReviewService, prepare_store
from triage.training.train import Training, prepare, train_version
from triage.triager import Triager

FLAGGED = (
    "Home visit 16:10. K was shaking when her phone lit up. She said a boy she met on a quiz app has threatened to "
    "send her nude photos to everyone in her year unless she pays him by Friday. Mum has kept the phone."
)
ORDINARY = (
    "Home visit 10:00. House warm, fridge full. Baby weighed, 50th centile. Landlord to mend the boiler on Tuesday."
)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> None:
        self.now += timedelta(**step)


class Cluster:
    """A private PostgreSQL server on a socket in a temporary directory."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        # The path of a socket is limited to some hundred characters; pytest's own directories are longer.
        self.directory = Path(tempfile.mkdtemp(prefix="triage-pg-"))
        self._data = self.directory / "data"
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
        self._run("initdb", "--auth=trust", "--username=triage", "--no-sync", f"--pgdata={self._data}")
        self.start()

    def start(self) -> None:
        options = (
            f"-c listen_addresses= -c unix_socket_directories={self.directory} -c fsync=off -c max_connections=300"
        )
        log = self.directory / "log"
        self._run("pg_ctl", f"--pgdata={self._data}", f"--log={log}", f"--options={options}", "--wait", "start")

    def stop(self) -> None:
        self._run("pg_ctl", f"--pgdata={self._data}", "--mode=immediate", "--wait", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://triage@/{database}?host={self.directory}"

    def create(self, database: str, *, template: str = "template1") -> str:
        self.run_sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def run_sql(self, statement: str, *, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Not captured: the server keeps the descriptors that pg_ctl was given.
        with (self.directory / "out").open("w") as out:
            subprocess.run(command, check=True, stdout=out, stderr=out, cwd="/", timeout=60)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        reason = "PostgreSQL is not installed (no initdb)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    running = Cluster((found[-1] if found else Path(str(on_path))).parent)
    yield running
    running.close()


@pytest.fixture(scope="session")
def triager() -> Triager:
    return Triager.load()


@pytest.fixture(scope="session")
def key_ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, key_ring: Path) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.sqlite3"
    prepare_store(ReviewSettings(database_url=f"sqlite:///{path}", key_ring=key_ring))
    return path


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster, key_ring: Path) -> str:
    prepare_store(ReviewSettings(database_url=cluster.create("template_store"), key_ring=key_ring))
    return "template_store"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a fresh store, on either database."""
    if request.param == "sqlite":
        yield str(request.getfixturevalue("sqlite_url"))
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    template: str = request.getfixturevalue("postgres_template")
    name = f"store_{os.urandom(6).hex()}"
    yield cluster.create(name, template=template)
    cluster.run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """Address of a fresh store on SQLite, for what does not depend on the database."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def review_settings(database_url: str, key_ring: Path) -> ReviewSettings:
    """Nothing is blind and nothing sampled, unless a test asks for it."""
    return ReviewSettings(
        database_url=database_url, key_ring=key_ring, blind_share=0, sample_rate=0, second_review_dismissals=0
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


OpenService = Callable[..., ReviewService]


@pytest.fixture
def open_service(review_settings: ReviewSettings, triager: Triager, clock: Clock) -> Iterator[OpenService]:
    """Open the store with other settings, such as `open_service(blind_share=1)`."""
    opened: list[ReviewService] = []

    def opening(**changes: object) -> ReviewService:
        settings = review_settings.model_copy(update=changes)
        opened.append(ReviewService.open(settings, triager, clock=clock))
        return opened[-1]

    yield opening
    for service in opened:
        service.close()


@pytest.fixture
def service(open_service: OpenService) -> ReviewService:
    return open_service()


@pytest.fixture
def people() -> dict[str, Person]:
    """One person a role, and second ones of those who read."""
    roles = {"reviewer": "reviewer", "second": "reviewer", "third": "reviewer", "lead": "lead", "other_lead": "lead"}
    roles |= {"analyst": "analyst", "auditor": "auditor", "system": "system"}
    return {name: Person(name, name.title(), frozenset({Role(role)})) for name, role in roles.items()}


@pytest.fixture
def submit(people: dict[str, Person]) -> Callable[..., Receipt]:
    """Submit a note: `submit(service, text, id="N-1", case_id=None, **fields of a submission)`."""

    def submitting(
        service: ReviewService, text: str = FLAGGED, *, id: str = "N-1", case_id: str | None = None, **fields: object
    ) -> Receipt:
        note = Note(text=text, id=id, case_id=case_id, recorded_at=fields.pop("recorded_at", None))  # type: ignore[arg-type]
        return service.submit(people["system"], Submission("cms", note, **fields))  # type: ignore[arg-type]

    return submitting


@pytest.fixture
def review() -> Callable[..., Item]:
    """Claim, read and complete a note: `review(service, person, item_id, disagree=("indicator",), outcome=...)`."""

    def reviewing(
        service: ReviewService,
        person: Person,
        item_id: str,
        *,
        verdict: Verdict = Verdict.AGREE,
        disagree: Sequence[str] = (),
        marks: Sequence[Mark] = (),
        outcome: Outcome = Outcome.ACT,
    ) -> Item:
        item = service.claim(person, item_id)
        page = service.note_page(person, item_id)
        if page.hidden:
            item = service.judge_first(person, item_id, version=item.version, marks=marks)
            page = service.note_page(person, item_id)
        for indicator in page.open_indicators:
            decision = Decision(indicator, verdict)
            if indicator in disagree or verdict is Verdict.DISAGREE:
                decision = Decision(indicator, Verdict.DISAGREE, reason=Reason.NOT_SAID)
            item = service.decide(person, item_id, version=item.version, decision=decision)
        return service.complete(person, item_id, version=item.version, outcome=outcome)

    return reviewing


@pytest.fixture
def texts() -> dict[str, str]:
    return {"flagged": FLAGGED, "ordinary": ORDINARY}


@pytest.fixture(scope="session")
def two_authors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two authors' whole notes: quick to learn from."""
    corpus = tmp_path_factory.mktemp("two") / "corpus"
    corpus.mkdir()
    for source in ("notes_11", "notes_12"):
        shutil.copy(Path(__file__).parents[1] / "training_data" / "notes" / f"{source}.jsonl", corpus)
    return corpus


@pytest.fixture(scope="session")
def small_training(two_authors: Path) -> Training:
    """What is learnt from two authors; about half of the indicators have enough notes."""
    parameters = Parameters(folds=2, min_positives=15)
    return prepare(data_dir=two_authors, knowledge_dir=None, parameters=parameters, progress=lambda _: None)


@pytest.fixture(scope="session")
def small_model(small_training: Training, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Directory and name of a model version; it must not be changed."""
    models = tmp_path_factory.mktemp("models")
    return models, train_version(small_training, models_dir=models, progress=lambda _: None)


@pytest.fixture(scope="session")
def static_model() -> Callable[..., Path]:
    """Make a static encoder of a few word pieces in a directory: `static_model(path, seed=1)`."""
    pieces = ["[UNK]", "phone", "pho", "##to", "new", "they", "send", "the", "school", "pictures", "online"]

    def make(directory: Path, *, seed: int = 0) -> Path:
        tokenizer = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = Whitespace()
        vectors = np.random.default_rng(seed).normal(size=(len(pieces), 5)).astype(np.float32)
        StaticModel(vectors, tokenizer).save_pretrained(directory)
        return directory

    return make
