"""Where the service may listen: without keys only on this machine."""

from pathlib import Path

import pytest

from api.keys import Scope, create_key
from api.server import check_exposure
from api.settings import ServiceSettings, read_settings
from triage.errors import SettingsError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_this_machine_may_be_served_without_keys(tmp_path: Path, host: str) -> None:
    assert check_exposure(ServiceSettings(host=host, keys_file=tmp_path / "keys.json"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "triage.example"])
def test_others_need_keys(tmp_path: Path, host: str) -> None:
    settings = ServiceSettings(host=host, keys_file=tmp_path / "keys.json")
    with pytest.raises(SettingsError, match="triage keys create"):
        check_exposure(settings)
    create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.ASSESS,))
    assert not check_exposure(settings)


def test_faulty_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_PORT", "no port")
    with pytest.raises(SettingsError, match="TRIAGE_PORT"):
        read_settings()
