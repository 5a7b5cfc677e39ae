import pytest

from api.review.app import check_pages
from api.review.settings import PageSettings, SignIn, read_page_settings
from api.settings import ServiceSettings
from triage.errors import SettingsError
from triage.review.people import Role

SECRET = "x" * 32


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"sign_in": "proxy", "session_secret": SECRET}, "TRIAGE_PROXY_SECRET"),
        ({"sign_in": "proxy", "proxy_secret": SECRET}, "TRIAGE_SESSION_SECRET"),
        ({"sign_in": "single_user", "session_secret": SECRET}, "TRIAGE_LINK_FILE"),
        ({"sign_in": "oidc", "session_secret": SECRET}, "TRIAGE_OIDC_ISSUER"),
        ({"sign_in": "proxy", "session_secret": "short", "proxy_secret": SECRET}, "32 characters"),
        ({"role_groups": {"everybody": "system"}}, "API keys"),
        ({"sign_in": "password"}, "TRIAGE_SIGN_IN"),
    ],
)
def test_what_is_missing_or_wrong_is_named_without_secrets(given: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as refusal:
        read_page_settings(**given)
    assert SECRET not in str(refusal.value)


def test_groups_give_roles() -> None:
    settings = PageSettings(role_groups={"CSC-Leads": Role.LEAD})
    assert settings.roles_of(["CSC-Leads", "unknown"]) == {Role.LEAD}


def test_single_user_mode_is_not_for_other_machines(tmp_path) -> None:
    pages = PageSettings(sign_in=SignIn.SINGLE_USER, session_secret=SECRET, link_file=tmp_path / "link")
    check_pages(ServiceSettings(host="127.0.0.1"), pages)
    with pytest.raises(SettingsError, match="one person on this machine"):
        check_pages(ServiceSettings(host="0.0.0.0"), pages)
    with pytest.raises(SettingsError, match="TRIAGE_SIGN_IN"):
        check_pages(ServiceSettings(), PageSettings())
