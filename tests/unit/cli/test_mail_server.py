"""The mail server as the settings name it; no password is ever shown, nor sent for all to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.mail_accounts import mail_server_account
from hub.settings import load_settings
from tests.support.cli import hub


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://us:secret@mail.us.example", 587, "starttls"),
        ("smtps://us:secret@mail.us.example", 465, "tls"),
        ("smtp://us:secret@127.0.0.1:2525", 2525, "none"),
        ("smtp://relay.us.example:25", 25, "starttls"),
        ("smtp://relay.us.example:25?tls=no", 25, "none"),
    ],
)
def test_a_url_says_how_the_server_is_spoken_to(url: str, port: int, security: str) -> None:
    found = mail_server_account(url)
    assert (found.port, found.security) == (port, security)
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "mail.us.example",
        "imap://us:secret@mail.us.example",
        "smtp://us@mail.us.example",
        "smtp://us:secret@mail.us.example?tls=no",
        "smtps://mail.us.example?tls=no",
        "smtp://us:secret@mail.us.example?color=red",
        "smtp://us:secret@mail.us.example/INBOX",
        "smtp://us:sec%0Aret@mail.us.example",
        "smtp://us:secret@mail.us.example:0",
        "smtp://us:secret@mail.us.example?token_file=secret",
        "smtp://mail.us.example?token_file=secret",
        "smtp://us@mail.us.example?token_file=secret&tls=no",
        "smtp://us:secret@mail.us.example?tls=yes",
    ],
)
def test_a_wrong_mail_server_is_refused_without_showing_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP_URL", url)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "HUB_SMTP_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_settings_show_no_password_and_the_doctor_says_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP_URL", "smtp://us:secret@127.0.0.1:1")
    assert load_settings().shown()["smtp_url"] == "smtp://us:***@127.0.0.1:1"
    said = hub("doctor")
    assert said.code == 1
    assert "127.0.0.1:1" in said.out
    assert "HUB_SMTP_URL" in said.out
    assert "secret" not in said.out
