"""Settings: wrong ones are told by the name of their variable, before anything starts."""

import pytest

from zyra.core.errors import UsageError
from zyra.core.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ZYRA_CONCURRENCY", "abc", "ZYRA_CONCURRENCY=abc: input should be a valid integer"),
        ("ZYRA_CONCURRENCY", "0", "ZYRA_CONCURRENCY=0: .* greater than or equal to 1"),
        ("ZYRA_ALLOW_HOSTS", "bad host/33", "ZYRA_ALLOW_HOSTS=.*'bad host/33' is neither"),
        ("ZYRA_CALLBACK_ALLOW_HOSTS", "a b", "ZYRA_CALLBACK_ALLOW_HOSTS=.*'a b' is not a host"),
        ("ZYRA_WEBHOOK_SECRET", "whsec_ä", "ZYRA_WEBHOOK_SECRET: it is not whsec_ and base64"),
        ("ZYRA_WEBHOOK_SECRET", "whsec_", "ZYRA_WEBHOOK_SECRET: it is empty"),
    ],
)
def test_a_wrong_setting_is_told_by_its_variable(monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=told):
        load_settings()


def test_every_wrong_setting_is_told_at_once(monkeypatch):
    monkeypatch.setenv("ZYRA_CONCURRENCY", "abc")
    monkeypatch.setenv("ZYRA_RUN_TIMEOUT_S", "-1")
    with pytest.raises(UsageError, match=r"ZYRA_CONCURRENCY=abc: .*; ZYRA_RUN_TIMEOUT_S=-1: "):
        load_settings()


@pytest.mark.parametrize("secret", ["whsec_AAECAw==", "whsec_AAECAw", "AAECAw=="])
def test_webhook_secrets_may_leave_out_prefix_and_padding(secret):
    assert Settings(webhook_secret=secret).webhook_secret == secret


def test_secrets_are_not_printed_with_the_settings():
    text = repr(Settings(api_key="hidden", webhook_secret="whsec_AAECAw==", redis_url="hidden"))
    assert "hidden" not in text
    assert "AAECAw" not in text
