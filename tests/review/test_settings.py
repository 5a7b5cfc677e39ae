from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from triage.flag import Band
from triage.review.settings import ReviewSettings


def test_rules_and_retention_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("TRIAGE_LEASE_MINUTES", "5")
    monkeypatch.setenv("TRIAGE_BLIND_SHARE", "0.5")
    monkeypatch.setenv("TRIAGE_SECOND_REVIEW_BANDS", '["same_day", "next_working_day"]')
    monkeypatch.setenv("TRIAGE_RETAIN_SETTLED_DAYS", "10")
    settings = ReviewSettings()
    assert settings.rules().lease == timedelta(minutes=5)
    assert settings.rules().blind_share == 0.5
    assert settings.rules().second.bands == {Band.SAME_DAY, Band.NEXT_WORKING_DAY}
    assert settings.retention().settled == timedelta(days=10)


@pytest.mark.parametrize(("name", "value"), [("BLIND_SHARE", "1.5"), ("SAMPLE_RATE", "-1"), ("LEASE_MINUTES", "0")])
def test_a_value_out_of_bounds_is_refused_without_being_shown(monkeypatch, name, value):
    monkeypatch.setenv(f"TRIAGE_{name}", value)
    with pytest.raises(ValidationError) as refusal:
        ReviewSettings()
    assert f"input_value={value}" not in str(refusal.value)


def test_every_setting_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "review-store.md").read_text(encoding="utf-8")
    for name in ReviewSettings.model_fields:
        assert f"| `TRIAGE_{name.upper()}` |" in page
