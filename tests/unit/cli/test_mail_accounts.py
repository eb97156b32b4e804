"""Mail servers as the settings name them; no password is ever shown, nor sent for all to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.email.token import NoToken, access_token
from hub.errors import ConfigurationError
from hub.ports import MailAccount
from hub.settings import load_settings
from hub.settings.mail_accounts import mail_server_account, mailbox_address
from tests.support.cli import hub

GOOD = "imaps://orders%40metalworks.example:se%2Ccret@mail.metalworks.example/INBOX"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_url_names_all_that_a_mailbox_needs() -> None:
    found = mailbox_address("imaps://orders%40us.example:a%2Cb@mail.us.example:1993/Post/In?processed=Done&failed=Bad")
    assert found.account == MailAccount("mail.us.example", 1993, "tls", "orders@us.example", "a,b")
    assert (found.folder, found.processed, found.failed) == ("Post/In", "Done", "Bad")
    assert found.name == "orders@us.example/Post/In"
    assert "a,b" not in repr(found)


@pytest.mark.parametrize(
    ("host", "security"), [("mail.us.example", "starttls"), ("localhost", "none"), ("127.0.0.1", "none")]
)
def test_no_password_leaves_this_machine_in_the_clear(host: str, security: str) -> None:
    assert mailbox_address(f"imap://orders:secret@{host}").account.security == security


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
def test_a_url_says_how_the_mail_server_is_spoken_to(url: str, port: int, security: str) -> None:
    found = mail_server_account(url)
    assert (found.port, found.security) == (port, security)
    assert "secret" not in repr(found)


MAILBOXES = [
    "orders@us.example",
    "pop3://orders:secret@us.example",
    "imaps://orders@us.example",
    "imaps://:secret@us.example",
    "imaps://us.example",
    "imaps://orders:secret@us.example:99999",
    "imaps://orders:secret@[us.example",
    "imaps://orders:secret@us.example?color=red",
    "imaps://orders:secret@us.example?processed=INBOX",
    "imaps://orders:secret@us.example?processed=A&failed=A",
    "imaps://orders:secret@us.example?processed=A&processed=B",
    "imaps://orders:sec%0Aret@us.example",
    "imaps://orders:secret@us.example?token_file=token",
    "imaps://orders@us.example?token_file=a&token_command=b",
    "imaps://orders@us.example?token_file=",
]
MAIL_SERVERS = [
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
]


@pytest.mark.parametrize(
    ("variable", "url"),
    [*(("HUB_MAILBOXES", url) for url in MAILBOXES), *(("HUB_SMTP_URL", url) for url in MAIL_SERVERS)],
)
def test_a_wrong_one_is_refused_without_showing_its_password(
    variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, url)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert variable in str(caught.value)
    assert "secret" not in str(caught.value)


def test_several_mailboxes_are_named_with_commas_and_shown_without_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_MAILBOXES", f"{GOOD}, imap://parts:other@localhost")
    settings = load_settings()
    assert len(settings.mailboxes) == 2
    shown = str(settings.shown())
    assert "se%2Ccret" not in shown
    assert "parts:***@localhost" in shown


def test_the_settings_show_no_password_and_the_doctor_says_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP_URL", "smtp://us:secret@127.0.0.1:1")
    assert load_settings().shown()["smtp_url"] == "smtp://us:***@127.0.0.1:1"
    said = hub("doctor")
    assert said.code == 1
    assert "127.0.0.1:1" in said.out
    assert "HUB_SMTP_URL" in said.out
    assert "secret" not in said.out


def by_token(file: str = "", command: str = "") -> MailAccount:
    return MailAccount("us.example", 993, "tls", "orders@us.example", token_file=file, token_command=command)


def test_a_token_stands_in_place_of_a_password(tmp_path: Path) -> None:
    said = "//orders%40us.example@us.example?token_command=get%20-t%20%22a%20b%22"
    for found in (mailbox_address(f"imaps:{said}").account, mail_server_account(f"smtps:{said}")):
        assert (found.password, found.token_file, found.token_command) == ("", "", 'get -t "a b"')
    (tmp_path / "token").write_text("ya29.abc\n")
    assert access_token(by_token(str(tmp_path / "token"))) == "ya29.abc"
    assert access_token(by_token(command=f"cat {tmp_path}/token")) == "ya29.abc"


def test_a_relative_path_of_a_token_is_one_in_the_hubs_folder(tmp_path: Path) -> None:
    (tmp_path / "hub" / "secrets").mkdir(parents=True)
    (tmp_path / "hub" / "secrets" / "token").write_text("ya29.abc\n")
    folder = tmp_path / "hub"
    assert access_token(by_token("secrets/token").within(folder)) == "ya29.abc"
    assert access_token(by_token(str(folder / "secrets" / "token")).within(tmp_path / "elsewhere")) == "ya29.abc"
    assert by_token(command="get token").within(folder) == by_token(command="get token")


@pytest.mark.parametrize(
    ("file", "command", "said"),
    [
        ("gone", "", "cannot be read: gone: No such file"),
        ("", "false", "failed with 1"),
        ("", "no-such-program", "cannot be run: FileNotFoundError"),
        ("", "echo 'please log in'", "is no token"),
        ("", "true", "is no token"),
        ("", "printenv HUB_MAILBOXES", "failed with 1"),
    ],
)
def test_without_a_token_it_says_why(file: str, command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_MAILBOXES", GOOD)
    with pytest.raises(NoToken, match=said):
        access_token(by_token(file, command))
