from pathlib import Path

from api.review.sign_in import use_link_token
from api.review.try_out import load_samples, prepare_try_out
from api.settings import ServiceSettings


def test_a_fresh_store_holds_the_samples_and_the_link_opens_it(tmp_path: Path, monkeypatch) -> None:
    for name in ("DATABASE_URL", "KEY_RING", "SIGN_IN", "SESSION_SECRET", "SECURE_COOKIES", "LINK_FILE"):
        monkeypatch.setenv(f"TRIAGE_{name}", "replaced and put back after the test")
    samples = tmp_path / "notes.jsonl"
    samples.write_text('{"id": "S-1", "text": "YP has a second phone and will not say who bought it."}\n')
    link = prepare_try_out(ServiceSettings(models_dir=tmp_path), tmp_path, samples=samples)
    assert use_link_token(tmp_path / "link", link.partition("token=")[2])
    assert (tmp_path / "review.sqlite3").exists() and (tmp_path / "keys.json").exists()


def test_samples_are_submitted(store_settings, store, triager, people) -> None:
    load_samples(store_settings, triager, [b'{"id": "S-1", "text": "YP has a second phone and hides it."}'])
    assert store.queue(people["reviewer"]).rows[0].note_id == "S-1"
